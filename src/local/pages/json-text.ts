import { isJsonObject } from '../bodies/json-object.ts';
import { MAX_SHOWN_CHARACTERS, MAX_SHOWN_DEPTH } from '../limits.ts';

/**
 * JSON over several lines, of bounded length and depth: JSON.stringify has no bound, and indenting
 * a deeply nested value takes the square of its depth.
 */
export function jsonText(value: unknown): string {
  let text = '';
  let full = false;

  function put(piece: string): void {
    if (full) return;
    text += piece;
    if (text.length <= MAX_SHOWN_CHARACTERS) return;
    full = true;
    text = `${text.slice(0, MAX_SHOWN_CHARACTERS)}\n… the rest is not shown here; the API returns it whole`;
  }

  function write(node: unknown, depth: number): void {
    const isList = Array.isArray(node);
    const entries = isList || isJsonObject(node) ? Object.entries(node) : null;
    if (entries === null) put(JSON.stringify(node));
    else if (entries.length === 0) put(isList ? '[]' : '{}');
    else if (depth >= MAX_SHOWN_DEPTH) put(isList ? '[ … ]' : '{ … }');
    else writeEntries(entries, depth, isList);
  }

  function writeEntries(entries: readonly [string, unknown][], depth: number, isList: boolean): void {
    const indent = '  '.repeat(depth);
    for (const [index, [key, child]] of entries.entries()) {
      if (full) return;
      const open = index > 0 ? ',' : isList ? '[' : '{';
      put(`${open}\n  ${indent}${isList ? '' : `${JSON.stringify(key)}: `}`);
      write(child, depth + 1);
    }
    put(`\n${indent}${isList ? ']' : '}'}`);
  }

  write(value, 0);
  return text;
}

/** Text of bounded length. */
export function clipText(text: string): string {
  if (text.length <= MAX_SHOWN_CHARACTERS) return text;
  return `${text.slice(0, MAX_SHOWN_CHARACTERS)}\n… ${text.length - MAX_SHOWN_CHARACTERS} more characters are not shown here`;
}
