import { ANY_KEY, type FieldPath } from '../core/field-path.ts';
import { endOfText, skipSpace, skipValue } from './json-skim.ts';

/**
 * Reads fields out of one call after the other, straight from its JSON: most calls are asked for few of their bytes.
 * Between the fields of a call itself there is no space; the JSON that a sender put into an attribute may have any.
 */
export interface FieldReader {
  /** Begins with another call. */
  open(json: Buffer): void;
  /** The values at the path of this number, as `valuesAt` would find them in the parsed call. */
  values(path: number): readonly unknown[];
  /** Whether one of them is not null. */
  exists(path: number): boolean;
  /** False: the bytes stand in none of them. For bytes that JSON never escapes but as `\\u…`; quicker than to parse. */
  mayHold(path: number, bytes: Buffer): boolean;
}

interface Child {
  readonly key: string;
  /** As the key stands in JSON. */
  readonly bytes: Buffer;
  /** As the place of an item in a list; -1 for a key that is none. */
  readonly index: number;
  readonly node: Node;
}

/** The keys of all paths as a tree. */
interface Node {
  readonly children: Child[];
  /** The children by the length of their key, which tells most keys apart from those that nobody asks for. */
  readonly byLength: (Child[] | undefined)[];
  any: Node | undefined;
  /** Numbers of the paths that end here. */
  readonly paths: number[];
  /** The number of the last call in which this was read. */
  readIn: number;
}

const newNode = (): Node => ({ children: [], byLength: [], any: undefined, paths: [], readIn: 0 });

/** Behind the bridge's own writer no field follows this one, and it is as large as all the others together. */
const LAST_FIELD = Buffer.from('otel_dump');

/** The first letter of `null`, with which no other value begins. */
const NULL = 0x6e;
const UNICODE_ESCAPE = Buffer.from('\\u');

/** Calls repeat each other: a short value that is the same as in the call before is not parsed again. */
const MEMO_BYTES = 48;

interface Memo {
  readonly bytes: Buffer;
  length: number;
  values: readonly unknown[];
}

export function createFieldReader(paths: readonly FieldPath[]): FieldReader {
  const root = newNode();
  const tops = paths.map((path, number) => addPath(root, path, number));
  /** Start and end of each value found, by path. */
  const found: number[][] = paths.map(() => []);
  const memos = paths.map((): Memo => ({ bytes: Buffer.alloc(MEMO_BYTES), length: -1, values: [] }));
  const dumpIsWanted = root.children.some(({ bytes }) => bytes.equals(LAST_FIELD));
  let json: Buffer = Buffer.alloc(0);
  let calls = 0;
  let next = 0;

  /** Reads the value at `at`, of which `node` says what is wanted; answers the place behind it. */
  function collect(at: number, node: Node): number {
    const first = json[at];
    const isNested = (first === 0x7b || first === 0x5b) && (node.children.length > 0 || node.any !== undefined);
    const end = isNested ? collectMembers(at + 1, node, first === 0x5b) : skipValue(json, at);
    for (const path of node.paths) found[path]?.push(at, end);
    return end;
  }

  function collectMembers(at: number, node: Node, isList: boolean): number {
    let place = at;
    for (let index = 0; ; index += 1) {
      place = skipSpace(json, place);
      const byte = json[place];
      if (byte === 0x2c) place = skipSpace(json, place + 1);
      else if (byte === 0x7d || byte === 0x5d) return place + 1;
      let child: Node | undefined;
      if (isList) child = node.children.find((one) => one.index === index)?.node;
      else {
        const keyEnd = endOfText(json, place + 1);
        child = childAt(json, place + 1, keyEnd, node);
        place = skipSpace(json, skipSpace(json, keyEnd + 1) + 1);
      }
      if (child && node.any) collect(place, child);
      const wanted = node.any ?? child;
      place = wanted ? collect(place, wanted) : skipValue(json, place);
    }
  }

  /** Reads on to the end of the next field of the call; false: there is none. */
  function readField(): boolean {
    if (json[next] !== 0x22 && json[next] !== 0x2c) return false;
    const keyStart = json[next] === 0x2c ? next + 2 : next + 1;
    const keyEnd = endOfText(json, keyStart);
    const child = childAt(json, keyStart, keyEnd, root);
    if (!child && !dumpIsWanted && isSame(json, keyStart, keyEnd, LAST_FIELD)) return false;
    next = child ? collect(keyEnd + 2, child) : skipValue(json, keyEnd + 2);
    if (child) child.readIn = calls;
    return true;
  }

  function placesOf(path: number): readonly number[] {
    const top = tops[path];
    while (top && top.readIn < calls && readField());
    return found[path] ?? [];
  }

  function parseOnce(memo: Memo, start: number, end: number): readonly unknown[] {
    if (isSame(json, start, end, memo.bytes, memo.length)) return memo.values;
    const values = [parse(json, start, end)];
    if (end - start > MEMO_BYTES) return values;
    memo.length = json.copy(memo.bytes, 0, start, end);
    memo.values = values;
    return values;
  }

  return {
    open(call) {
      json = call;
      calls += 1;
      next = 1;
      for (let path = 0; path < found.length; path += 1) {
        const places = found[path];
        if (places && places.length > 0) places.length = 0;
      }
    },
    values(path) {
      const places = placesOf(path);
      const start = places[0];
      const end = places[1];
      const memo = memos[path];
      if (start === undefined || end === undefined || !memo) return NOTHING;
      if (places.length === 2) return parseOnce(memo, start, end);
      const values: unknown[] = [];
      for (let at = 0; at < places.length; at += 2) values.push(parse(json, places[at] ?? 0, places[at + 1] ?? 0));
      return values;
    },
    exists(path) {
      const places = placesOf(path);
      for (let at = 0; at < places.length; at += 2) if (json[places[at] ?? 0] !== NULL) return true;
      return false;
    },
    mayHold(path, bytes) {
      const places = placesOf(path);
      for (let at = 0; at < places.length; at += 2) {
        const value = json.subarray(places[at], places[at + 1]);
        if (value.includes(bytes) || value.includes(UNICODE_ESCAPE)) return true;
      }
      return false;
    },
  };
}

/** Adds a path; answers the node of its first key. */
function addPath(root: Node, { keys }: FieldPath, number: number): Node {
  let node = root;
  let top: Node | undefined;
  for (const key of keys) {
    node = childFor(node, key);
    top ??= node;
  }
  node.paths.push(number);
  return top ?? root;
}

function childFor(node: Node, key: string): Node {
  if (key === ANY_KEY) {
    node.any ??= newNode();
    return node.any;
  }
  const known = node.children.find((child) => child.key === key);
  if (known) return known.node;
  const bytes = Buffer.from(JSON.stringify(key).slice(1, -1));
  const child = { key, bytes, index: /^\d+$/.test(key) ? Number(key) : -1, node: newNode() };
  node.children.push(child);
  node.byLength[bytes.length] = [...(node.byLength[bytes.length] ?? []), child];
  return child.node;
}

const NOTHING: readonly unknown[] = [];

function childAt(json: Buffer, start: number, end: number, node: Node): Node | undefined {
  const candidates = node.byLength[end - start];
  if (candidates === undefined) return undefined;
  for (let at = 0; at < candidates.length; at += 1) {
    const child = candidates[at];
    if (child && isSame(json, start, end, child.bytes)) return child.node;
  }
  return undefined;
}

/** Whether the first `length` of `bytes` stand between start and end. */
function isSame(json: Buffer, start: number, end: number, bytes: Buffer, length = bytes.length): boolean {
  if (end - start !== length) return false;
  for (let at = 0; at < length; at += 1) if (json[start + at] !== bytes[at]) return false;
  return true;
}

function parse(json: Buffer, start: number, end: number): unknown {
  const text = json.toString('utf8', start, end);
  return json[start] === 0x22 && !text.includes('\\') ? text.slice(1, -1) : JSON.parse(text);
}
