import { ANY_KEY } from '../core/field-path.ts';
import { isSame } from './json-bytes.ts';

interface Child {
  /** As the key stands in JSON. */
  readonly bytes: Buffer;
  /** As the place of an item in a list; -1 for a key that is none. */
  readonly index: number;
  readonly node: Node;
}

/** The keys of all paths as a tree. */
export interface Node {
  readonly key: string;
  readonly children: Child[];
  /** The children by the length of their key, which tells most keys apart from those that nobody asks for. */
  readonly byLength: (Child[] | undefined)[];
  any: Node | undefined;
  /** Numbers of the paths that end here. */
  readonly paths: number[];
  /** The number of the last call in which this was read. */
  readIn: number;
  /** Of a field of the call itself: the section in which it stands. */
  readonly section: number;
}

/**
 * The sections of a call, in the writer's order. Each can be read without going through what is large before it:
 * FRONT ends with inputs and output, ATTRIBUTES is that one field, END has the summary and all behind it.
 */
export const FRONT = 0;
export const ATTRIBUTES = 1;
const END = 2;

const SECTIONS: ReadonlyMap<string, number> = new Map([
  ['attributes', ATTRIBUTES],
  ['summary', END],
  ['exception', END],
  ['thread_id', END],
  ['turn_id', END],
  ['wb_run_id', END],
  ['wb_run_step', END],
  ['wb_run_step_end', END],
  ['otel_dump', END],
]);

export function newNode(key: string, section: number): Node {
  return { key, children: [], byLength: [], any: undefined, paths: [], readIn: 0, section };
}

/** Its members can be read one by one: nobody asks for all of them, nor for the whole. */
export function isReadInParts({ any, paths }: Node): boolean {
  return any === undefined && paths.length === 0;
}

/** Adds a path; answers the nodes of its first two keys. */
export function addPath(root: Node, keys: readonly string[], number: number): readonly Node[] {
  const nodes: Node[] = [];
  for (const key of keys) nodes.push(childFor(nodes.at(-1) ?? root, key));
  nodes.at(-1)?.paths.push(number);
  return nodes;
}

function childFor(node: Node, key: string): Node {
  if (key === ANY_KEY) {
    node.any ??= newNode(key, FRONT);
    return node.any;
  }
  const known = node.children.find((child) => child.node.key === key);
  if (known) return known.node;
  const bytes = Buffer.from(JSON.stringify(key).slice(1, -1));
  const index = /^\d+$/.test(key) ? Number(key) : -1;
  const child = { bytes, index, node: newNode(key, SECTIONS.get(key) ?? FRONT) };
  node.children.push(child);
  node.byLength[bytes.length] = [...(node.byLength[bytes.length] ?? []), child];
  return child.node;
}

/** What is wanted below the key that stands between start and end. */
export function childAt(json: Buffer, start: number, end: number, node: Node): Node | undefined {
  const candidates = node.byLength[end - start];
  if (candidates === undefined) return undefined;
  for (let at = 0; at < candidates.length; at += 1) {
    const child = candidates[at];
    if (child && isSame(json, start, end, child.bytes)) return child.node;
  }
  return undefined;
}

/** What is wanted below the item of this number. */
export function childOfIndex(index: number, { children }: Node): Node | undefined {
  for (let at = 0; at < children.length; at += 1) if (children[at]?.index === index) return children[at]?.node;
  return undefined;
}
