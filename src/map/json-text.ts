import type { Value } from '../core/span.ts';
import { parseData } from './digits.ts';

/** Brackets inside a string attribute that are nested deeper than this leave it a string: other people's parsers give up early. */
export const MAX_JSON_DEPTH = 64;

/** The JSON text of an attribute value; a string stays a string. */
export function textOfValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      if (value === null) return 'null';
      if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
      if (value instanceof Map) return textOfEntries(value);
      return `[${(value as readonly Value[]).map(textOfValue).join()}]`;
  }
}

function textOfEntries(entries: ReadonlyMap<string, Value>): string {
  let text = '{';
  for (const [key, value] of entries) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${textOfValue(value)}`;
  }
  return `${text}}`;
}

/** The value as JSON.parse would have given it: Map to object, bytes to base64, an integer that no double holds to a string. */
export function plain(value: Value): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return (value as readonly Value[]).map(plain);
}

/** Whether a text begins like a JSON object or array, white space aside. */
export function mayBeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first > 0x20) return first === 0x7b || first === 0x5b;
  return /^\s{1,32}[[{]/.test(text);
}

/**
 * Parses a string that looks like a JSON object or array; integers as in `plain`.
 * Undefined for everything else, for broken JSON (attribute length limits cut it mid-word) and for hostile depth.
 */
export function parseJson(text: string): unknown {
  if (!mayBeJson(text) || isTooDeep(text)) return undefined;
  try {
    return parseData(text);
  } catch {
    return undefined; // not JSON after all: the string is what the sender said
  }
}

/** A value whose sender encodes everything as JSON, single texts too: `"text"` with its quotes becomes text. */
export function decoded(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('"')) return value;
  try {
    const inner: unknown = JSON.parse(value);
    return typeof inner === 'string' ? (parseJson(inner) ?? inner) : value;
  } catch {
    return value; // cut by an attribute length limit
  }
}

function isTooDeep(text: string): boolean {
  // Depth needs opening brackets: most texts have too few of them to be worth a scan.
  let openers = 0;
  for (let at = text.indexOf('{'); at >= 0 && openers <= MAX_JSON_DEPTH; at = text.indexOf('{', at + 1)) openers++;
  for (let at = text.indexOf('['); at >= 0 && openers <= MAX_JSON_DEPTH; at = text.indexOf('[', at + 1)) openers++;
  if (openers <= MAX_JSON_DEPTH) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return false;
}
