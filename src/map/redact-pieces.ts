import type { Attributes, Span, Value } from '../core/span.ts';
import { parseKeepingDigits } from './digits.ts';
import { parseJson } from './json-text.ts';
import { isRawNumber } from './redact-json.ts';

/**
 * Secrets that a provider has streamed in pieces, none of which holds the whole of one. Pieces of one text stand at places
 * that differ in numbers alone: in the events of one name, in the items of a list, under keys such as
 * `completion.0.content`. All that stands at such places is joined, in order, and searched.
 */
export interface PieceHider {
  span(span: Span): Span;
  /** Its events alone. */
  events(events: Span['events']): Span['events'];
  /** Plain data. */
  data<T>(data: T): T;
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  /** What stands in its place. */
  readonly text: string;
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

/** Returns the text, or another one in its place. */
type Visit = (text: string, at: Place) => string;

/** `find` says what of joined pieces is to be hidden. */
export function createPieceHider(find: (joined: string) => readonly Edit[]): PieceHider {
  /** Goes through it twice: to gather all texts, and to put others in their places. */
  function hidden<T>(source: T, walk: (source: T, visit: Visit) => T): T {
    const leaves: Leaf[] = [];
    walk(source, (text, at) => {
      leaves.push({ ...at, text, edits: [] });
      return text;
    });
    for (const by of ['stream', 'path'] as const)
      for (const line of linesOf(leaves, by))
        if (line.length > 1) hideIn(line, find(line.map(({ text }) => text).join('')));
    let next = 0;
    return leaves.some(({ edits }) => edits.length > 0)
      ? walk(source, (text) => edited(leaves[next++]?.text ?? text, leaves[next - 1]?.edits ?? []))
      : source;
  }

  return {
    span: (span) => hidden(span, inSpan),
    events: (events) => hidden(events, inEvents),
    data: (data) => hidden(data, (source, visit) => inside(source, ROOT, visit) as typeof source),
  };
}

const ROOT: Place = { path: '', stream: '', order: [], depth: 0 };

const inSpan = (span: Span, visit: Visit): Span => ({
  ...span,
  attributes: inside(span.attributes, ROOT, visit) as Attributes,
  events: inEvents(span.events, visit),
});

const inEvents = (events: Span['events'], visit: Visit): Span['events'] =>
  events.map((event, number) => {
    const name = `event ${event.name}`;
    const at = { path: name, stream: name, order: [number], depth: 0 };
    return { ...event, attributes: inside(event.attributes, at, visit) as Attributes };
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

/** Where they stand in a text. */
export function placesOf(secrets: Secrets): (text: string) => readonly Edit[] {
  return (text) => {
    const [first = ''] = secrets.values();
    if (secrets.size > MAX_SECRETS) return [{ start: 0, end: text.length, text: first }];
    const found: Edit[] = [];
    for (const [secret, by] of secrets)
      for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + secret.length))
        found.push({ start, end: start + secret.length, text: by });
    return found;
  };
}

/** Gives each piece its share; what is to stand in place of the whole stands in the first one. */
function hideIn(line: readonly Leaf[], found: readonly Edit[]): void {
  let [leaf, begin] = [0, 0];
  for (const { start, end, text } of apart(found)) {
    let rest = text;
    for (let at = line[leaf]; at && begin < end; at = line[leaf]) {
      const next = begin + at.text.length;
      if (next > start) {
        at.edits.push({ start: Math.max(0, start - begin), end: Math.min(end, next) - begin, text: rest });
        rest = '';
      }
      if (next > end) break; // it may hold the following one
      begin = next;
      leaf += 1;
    }
  }
}

/** In order, those that overlap as one. */
function apart(edits: readonly Edit[]): readonly Edit[] {
  const result: Edit[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && edit.start < last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, edit.end) };
    else result.push(edit);
  }
  return result;
}

/** What was found in more than one line may overlap. */
function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let copied = 0;
  for (const edit of apart(edits)) {
    result += text.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return (result + text.slice(copied)).toWellFormed();
}
