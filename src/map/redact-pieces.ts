import type { Attributes, Span, Value } from '../core/span.ts';
import { parseKeepingDigits } from './digits.ts';
import { parseJson } from './json-text.ts';
import { isRawNumber } from './redact-json.ts';

/**
 * Secrets that a provider has streamed in pieces, none of which holds the whole of one: they were found in the messages
 * that are made of the pieces, and are taken out of the pieces as well.
 *
 * Pieces of one text stand at places that differ in numbers alone: in the events of one name, in the items of a list, under
 * keys such as `completion.0.content`. All that stands at such places is joined, in order, and searched.
 */
export interface PieceHider {
  span(span: Span): Span;
  /** Plain data. */
  data<T>(data: T): T;
}

/** By what is to be hidden: what stands in its place. */
export type Secrets = ReadonlyMap<string, string>;

/** Each is a search of its own. Where a span has more, its pieces are hidden whole. */
const MAX_SECRETS = 50;
/** JSON in strings in JSON in strings … is followed this far. */
const MAX_NESTED_JSON = 8;

/** Where a text stands. */
interface Place {
  /** Its path without numbers. */
  readonly path: string;
  /** The same with what the objects on the way say of their kind and index: streams of several answers are mixed. */
  readonly stream: string;
  /** The numbers that were taken out of the path. */
  readonly order: readonly number[];
  readonly depth: number;
}

interface Leaf extends Place {
  readonly text: string;
  readonly edits: Edit[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Returns the text, or another one in its place. */
type Visit = (text: string, at: Place) => string;

export function createPieceHider(secrets: Secrets): PieceHider {
  /** Goes through it twice: to gather all texts, and to put others in their places. */
  function hidden<T>(source: T, walk: (source: T, visit: Visit) => T): T {
    const leaves: Leaf[] = [];
    walk(source, (text, at) => {
      leaves.push({ ...at, text, edits: [] });
      return text;
    });
    for (const by of ['stream', 'path'] as const)
      for (const line of linesOf(leaves, by)) if (line.length > 1) hideIn(line, secrets);
    let next = 0;
    return leaves.some(({ edits }) => edits.length > 0)
      ? walk(source, (text) => edited(leaves[next++]?.text ?? text, leaves[next - 1]?.edits ?? []))
      : source;
  }

  return {
    span: (span) => hidden(span, inSpan),
    data: (data) => hidden(data, (source, visit) => inside(source, ROOT, visit) as typeof source),
  };
}

const ROOT: Place = { path: '', stream: '', order: [], depth: 0 };

const inSpan = (span: Span, visit: Visit): Span => ({
  ...span,
  attributes: inside(span.attributes, ROOT, visit) as Attributes,
  events: span.events.map((event, number) => {
    const name = `event ${event.name}`;
    const at = { path: name, stream: name, order: [number], depth: 0 };
    return { ...event, attributes: inside(event.attributes, at, visit) as Attributes };
  }),
});

/** An attribute's value, or plain data out of JSON; the same where nothing in it is another. */
function inside(source: Value | unknown, at: Place, visit: Visit): unknown {
  if (typeof source === 'string') return inText(source, at, visit);
  if (typeof source !== 'object' || source === null || source instanceof Uint8Array || isRawNumber(source))
    return source;
  const isMap = source instanceof Map;
  const before: [string | number, unknown][] = isMap
    ? [...source]
    : Array.isArray(source)
      ? [...source.entries()]
      : Object.entries(source);
  const own = Array.isArray(source) ? at : told(at, isMap ? source : new Map(before));
  const after = before.map(([key, value]) => [key, inside(value, below(own, key), visit)] as const);
  if (after.every(([, value], index) => value === before[index]?.[1])) return source;
  if (Array.isArray(source)) return after.map(([, value]) => value);
  return isMap ? new Map(after) : Object.fromEntries(after);
}

/** JSON is gone into; what is in none, or says nothing, is a text. */
function inText(source: string, at: Place, visit: Visit): string {
  const parsed = at.depth < MAX_NESTED_JSON ? parseJson(source) : undefined;
  if (parsed === undefined || Object.keys(parsed as object).length === 0) return visit(source, at);
  const exact = parseKeepingDigits(source);
  const result = inside(exact, { ...at, depth: at.depth + 1 }, visit);
  return result === exact ? source : JSON.stringify(result);
}

function told(at: Place, members: ReadonlyMap<unknown, unknown>): Place {
  const [type, index] = [members.get('type'), members.get('index')];
  const said = [typeof type === 'string' ? type : '', typeof index === 'object' ? '' : (index ?? '')];
  return said.every((one) => one === '') ? at : { ...at, stream: `${at.stream}<${said.join()}>` };
}

function below(at: Place, key: string | number): Place {
  const parts = String(key).split('.');
  const numbers = parts.filter((part) => /^\d{1,9}$/.test(part)).map(Number);
  const name = `.${numbers.length === 0 ? key : parts.map((part) => (/^\d{1,9}$/.test(part) ? '*' : part)).join('.')}`;
  return { ...at, path: at.path + name, stream: at.stream + name, order: [...at.order, ...numbers] };
}

/** Texts whose places differ in numbers alone, in their order. */
function linesOf(leaves: readonly Leaf[], by: 'path' | 'stream'): readonly (readonly Leaf[])[] {
  const lines = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const line = lines.get(leaf[by]);
    if (line) line.push(leaf);
    else lines.set(leaf[by], [leaf]);
  }
  return [...lines.values()].map((line) => line.sort(byOrder));
}

function byOrder(one: Leaf, other: Leaf): number {
  const at = one.order.findIndex((number, index) => number !== other.order[index]);
  return at < 0 ? 0 : (one.order[at] ?? 0) - (other.order[at] ?? 0);
}

function hideIn(line: readonly Leaf[], secrets: Secrets): void {
  if (secrets.size > MAX_SECRETS) {
    const [replacement = ''] = secrets.values();
    for (const { text, edits } of line) edits.push({ start: 0, end: text.length, text: replacement });
    return;
  }
  const joined = line.map(({ text }) => text).join('');
  for (const [secret, replacement] of secrets) {
    let [leaf, begin] = [0, 0];
    for (let from = joined.indexOf(secret); from >= 0; from = joined.indexOf(secret, from + secret.length)) {
      const to = from + secret.length;
      let rest = replacement;
      for (let at = line[leaf]; at && begin < to; at = line[leaf]) {
        const end = begin + at.text.length;
        if (end > from) {
          at.edits.push({ start: Math.max(0, from - begin), end: Math.min(to, end) - begin, text: rest });
          rest = '';
        }
        if (end > to) break; // it may hold the next one
        begin = end;
        leaf += 1;
      }
    }
  }
}

/** Secrets may overlap, and be found in more than one line. */
function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let copied = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (edit.end <= copied) continue;
    if (edit.start >= copied) result += text.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return (result + text.slice(copied)).toWellFormed();
}
