import { isReadInParts, type Node } from './path-tree.ts';

/** Values so short are kept, see `Found`. */
export const MEMO_BYTES = 48;

/** What is known of a path in the call that is open. */
export interface Found {
  readonly top: Node;
  /** The node of its second key, where the members of the field are read one by one. */
  readonly member: Node | undefined;
  /** Start and end of each value, in the call of this number. */
  readonly places: number[];
  placedIn: number;
  values: readonly unknown[];
  /** The number of the call that `values` are of. */
  parsedIn: number;
  /** Calls repeat each other: a short value that is the same as in an earlier call is not parsed again. */
  readonly memo: Buffer;
  memoLength: number;
  memoValues: readonly unknown[];
}

export function foundAt([top, member]: readonly Node[]): Found {
  if (!top) throw new Error('A path has at least one key.');
  const memo = Buffer.alloc(MEMO_BYTES);
  return {
    top,
    member: isReadInParts(top) ? member : undefined,
    places: [],
    placedIn: 0,
    values: [],
    parsedIn: 0,
    memo,
    memoLength: -1,
    memoValues: [],
  };
}

/** One more value of the path, in the call of this number. */
export function note(one: Found | undefined, call: number, start: number, end: number): void {
  if (one === undefined) return;
  if (one.placedIn !== call) one.places.length = 0;
  one.placedIn = call;
  one.places.push(start, end);
}
