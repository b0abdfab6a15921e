import { isSame, parseAt } from './json-bytes.ts';
import { ATTRIBUTES, isReadInParts, type Node } from './path-tree.ts';
import type { OpenCall } from './sections.ts';

/** Values so short are kept, see `Found`. */
const MEMO_BYTES = 48;

/** The attribute that is not named: it comes and goes as other spans decide. */
const REPEATED = 'usage_repeated';

/** What is known of a path in the call that is open. */
export interface Found {
  readonly top: Node;
  /** The node of its second key, where the members of the field are read one by one. */
  readonly member: Node | undefined;
  /** Start and end of each value, in the call of this number; what stands behind the first `count` is of earlier ones. */
  readonly places: number[];
  count: number;
  placedIn: number;
  values: readonly unknown[];
  /** The number of the call that `values` are of. */
  parsedIn: number;
  /** Calls repeat each other: a short value that is the same as in an earlier call is not parsed again. */
  readonly memo: Buffer;
  memoLength: number;
  memoValues: readonly unknown[];
  /** For a member of `attributes`, the last names of attributes that were looked through for it, and whether it is one of them. */
  names: OpenCall['attributeNames'];
  isNamed: boolean;
}

export function foundAt([top, member]: readonly Node[]): Found {
  if (!top) throw new Error('A path has at least one key.');
  const memo = Buffer.alloc(MEMO_BYTES);
  return {
    top,
    member: isReadInParts(top) ? member : undefined,
    places: [],
    count: 0,
    placedIn: 0,
    values: [],
    parsedIn: 0,
    memo,
    memoLength: -1,
    memoValues: [],
    names: undefined,
    isNamed: true,
  };
}

/** Where names of attributes are given: whether they tell that there is nothing at the path. */
export function isUnnamed(one: Found, names: OpenCall['attributeNames']): boolean {
  if (one.names !== names) {
    const { top, member } = one;
    one.names = names;
    one.isNamed = !names || !member || top.section !== ATTRIBUTES || member.key === REPEATED || names.has(member.key);
  }
  return !one.isNamed;
}

/** One more value of the path, in the call of this number. */
export function note(one: Found | undefined, call: number, start: number, end: number): void {
  if (one === undefined) return;
  if (one.placedIn !== call) {
    one.placedIn = call;
    one.count = 0;
  }
  one.places[one.count] = start;
  one.places[one.count + 1] = end;
  one.count += 2;
}

/** The values of the path in the call of these bytes, of which the first `count` places say where they stand. */
export function parsedValues(json: Buffer, one: Found, count: number): readonly unknown[] {
  const { places } = one;
  if (count === 0) return NOTHING;
  if (count === 2) return parsedOnce(json, one, places[0] ?? 0, places[1] ?? 0);
  const values: unknown[] = [];
  for (let at = 0; at < count; at += 2) values.push(parseAt(json, places[at] ?? 0, places[at + 1] ?? 0));
  return values;
}

function parsedOnce(json: Buffer, one: Found, start: number, end: number): readonly unknown[] {
  if (isSame(json, start, end, one.memo, one.memoLength)) return one.memoValues;
  const values = [parseAt(json, start, end)];
  if (end - start > MEMO_BYTES) return values;
  one.memoLength = json.copy(one.memo, 0, start, end);
  one.memoValues = values;
  return values;
}

const NOTHING: readonly unknown[] = [];
