import { isMap, isNode, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { expand } from './expand.ts';
import type { Environment, Given, Problem, Reading } from './given.ts';
import { didYouMean } from './nearest.ts';
import { isOption, OPTIONS, type Section } from './options.ts';

/** Reads a YAML config file. `file` is the name that places are told with. */
export function readYaml(yaml: string, file: string, env: Environment): Reading {
  const lines = new LineCounter();
  // The failsafe schema leaves every scalar as it is written: an API key of digits stays text, and options have their own parsers.
  const document = parseDocument(yaml, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const given: Given[] = [];
  const problems: Problem[] = [];

  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };

  const readSection = (node: ParsedNode, section: Section, path: string): void => {
    const allowed = Object.keys(section);
    if (!isMap(node)) {
      const what = path === '' ? 'the file' : path;
      problems.push({ place: placeOf(node.range[0]), message: `${what} must be a section with ${allowed.join(', ')}` });
      return;
    }
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const at = path === '' ? name : `${path}.${name}`;
      const child = Object.hasOwn(section, name) ? section[name] : undefined;
      if (child === undefined) {
        const hint = didYouMean(name, allowed) || `; allowed: ${allowed.join(', ')}`;
        problems.push({ place: placeOf(key.range[0]), message: `unknown option ${at}${hint}` });
      } else if (value !== null && !isEmpty(value)) {
        if (isOption(child) && child.type.list) readList(value, at);
        else if (isOption(child)) readOption(value, at);
        else readSection(value, child, at);
      }
    }
  };

  /** A list goes on as JSON, with the places of its members. */
  const readList = (node: ParsedNode, path: string): void => {
    const data = dataOf(node, (text, offset) => {
      const expanded = expand(text, env);
      if (expanded.status !== 'bad') return expanded.text;
      problems.push({ place: placeOf(offset), message: `${path}: ${expanded.message}` });
      return text;
    });
    const memberPlace = (at: readonly PropertyKey[]) => placeOf(nodeAt(node, at).range[0]);
    given.push({ path, text: JSON.stringify(data), place: placeOf(node.range[0]), placeOf: memberPlace });
  };

  const readOption = (node: ParsedNode, path: string): void => {
    const place = placeOf(node.range[0]);
    if (!isScalar(node)) {
      problems.push({ place, message: `${path} must be a single value` });
      return;
    }
    const written = String(node.value);
    const expanded = expand(written, env);
    if (expanded.status === 'bad') problems.push({ place, message: `${path}: ${expanded.message}` });
    else given.push({ path, text: expanded.text, place, shown: written });
  };

  for (const error of document.errors) problems.push({ place: placeOf(error.pos[0]), message: error.message });
  if (problems.length === 0 && document.contents && !isEmpty(document.contents))
    readSection(document.contents, OPTIONS, '');
  return { given, problems };
}

/** The node as plain data; every scalar is text. */
function dataOf(node: ParsedNode | null, textOf: (text: string, offset: number) => string): unknown {
  if (isSeq(node)) return node.items.map((item) => dataOf(item as ParsedNode | null, textOf));
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [String(key), dataOf(value as ParsedNode | null, textOf)]),
    );
  }
  return isScalar(node) ? textOf(String(node.value), node.range[0]) : null;
}

/** The node at a path, or the nearest one above it. */
function nodeAt(node: ParsedNode, path: readonly PropertyKey[]): ParsedNode {
  const [key, ...rest] = path;
  const child = key !== undefined && (isSeq(node) || isMap(node)) ? node.get(key, true) : undefined;
  return isNode(child) ? nodeAt(child as ParsedNode, rest) : node;
}

/** `key:` with nothing behind it, `~` or `null`: not given. */
function isEmpty(node: ParsedNode): boolean {
  return isScalar(node) && node.type === 'PLAIN' && /^(~|null|)$/.test(String(node.value));
}
