import type { Call } from '../core/call.ts';
import type { FieldPath } from '../core/field-path.ts';
import { type Found, foundAt, MEMO_BYTES, note } from './found-path.ts';
import { isSame, memberAt, parseAt } from './json-bytes.ts';
import { endOfText, skipSpace, skipValue } from './json-skim.ts';
import { addPath, childAt, FRONT, isReadInParts, type Node, newNode } from './path-tree.ts';
import { createSections, type Section } from './sections.ts';

export type OpenCall = Pick<Call, 'json' | 'attributesAt' | 'summaryAt'>;

/**
 * Reads fields out of one call after the other, straight from its JSON, and no further than it has to: most calls are asked
 * for few of their bytes. Between the fields of a call itself there is no space; the JSON that a sender put into an attribute
 * may have any.
 */
export interface FieldReader {
  /** Begins with another call. */
  open(call: OpenCall): void;
  /** The values at the path of this number, as `valuesAt` would find them in the parsed call. */
  values(path: number): readonly unknown[];
  /** Whether one of them is not null. */
  exists(path: number): boolean;
  /** False: the bytes stand in none of them. For bytes that JSON never escapes but as `\\u…`; quicker than to parse. */
  mayHold(path: number, bytes: Buffer): boolean;
}

const OBJECT = 0x7b;
const LIST = 0x5b;
const COMMA = 0x2c;
/** The first letter of `null`, with which no other value begins. */
const NULL = 0x6e;
const UNICODE_ESCAPE = Buffer.from('\\u');

/** Behind the bridge's own writer no field follows this one, and it is as large as all the others together. */
const LAST_FIELD = Buffer.from('otel_dump');

export function createFieldReader(paths: readonly FieldPath[]): FieldReader {
  const root = newNode(FRONT);
  const nodes = paths.map(({ keys }, number) => addPath(root, keys, number));
  const found = nodes.map(foundAt);
  const dumpIsWanted = root.children.some(({ bytes }) => bytes.equals(LAST_FIELD));
  let json: Buffer = Buffer.alloc(0);
  let calls = 0;
  const sections = createSections();

  // The bytes are handed from function to function: a variable that may change would be looked up for each of them.

  /** Reads the value at `at`, of which `node` says what is wanted; answers the place behind it. */
  function collect(bytes: Buffer, at: number, node: Node): number {
    const first = bytes[at];
    const isNested = (first === OBJECT || first === LIST) && (node.children.length > 0 || node.any !== undefined);
    const end = isNested ? collectMembers(bytes, at + 1, node, first === LIST) : skipValue(bytes, at);
    for (let one = 0; one < node.paths.length; one += 1) note(found[node.paths[one] ?? -1], calls, at, end);
    node.readIn = calls;
    return end;
  }

  function collectMembers(bytes: Buffer, start: number, node: Node, isList: boolean): number {
    let at = memberAt(bytes, start);
    for (let index = 0; at >= 0; index += 1) at = memberAt(bytes, collectMember(bytes, at, node, isList ? index : -1));
    return -at;
  }

  /** Reads the member of an object, or the item of this number of a list; answers the place behind it. */
  function collectMember(bytes: Buffer, at: number, node: Node, index: number): number {
    let place = at;
    let child: Node | undefined;
    if (index >= 0) child = node.children.find((one) => one.index === index)?.node;
    else {
      const keyEnd = endOfText(bytes, place + 1);
      child = childAt(bytes, place + 1, keyEnd, node);
      place = skipSpace(bytes, skipSpace(bytes, keyEnd + 1) + 1);
    }
    if (child && node.any) collect(bytes, place, child);
    const wanted = node.any ?? child;
    return wanted ? collect(bytes, place, wanted) : skipValue(bytes, place);
  }

  /** Reads the field at `at`; answers the place behind it, or -1 where there is none that anybody asks for. */
  function readField(bytes: Buffer, at: number, section: Section): number {
    const byte = bytes[at];
    if (byte !== 0x22 && byte !== COMMA) return -1;
    const keyStart = byte === COMMA ? at + 2 : at + 1;
    const keyEnd = endOfText(bytes, keyStart);
    const child = childAt(bytes, keyStart, keyEnd, root);
    if (!child) {
      const isLast = !dumpIsWanted && isSame(bytes, keyStart, keyEnd, LAST_FIELD);
      return isLast ? -1 : skipValue(bytes, keyEnd + 2);
    }
    child.readIn = calls;
    if (!isReadInParts(child) || bytes[keyEnd + 2] !== OBJECT) return collect(bytes, keyEnd + 2, child);
    section.within = child;
    return keyEnd + 3;
  }

  /** Reads one more field of the section, or one more member of the field that is being read in parts. */
  function readOn(bytes: Buffer, section: Section): void {
    const { next, end, within } = section;
    if (within === undefined) {
      section.next = next === end ? -1 : readField(bytes, next, section);
      return;
    }
    const at = memberAt(bytes, next);
    if (at >= 0) section.next = collectMember(bytes, at, within, -1);
    else {
      section.next = -at;
      section.within = undefined;
    }
  }

  function placesOf(one: Found): readonly number[] {
    const { top, member } = one;
    const section = sections.of(top);
    while (top.readIn < calls && section.next >= 0) readOn(json, section);
    if (member) while (section.within === top && member.readIn < calls) readOn(json, section);
    return one.placedIn === calls ? one.places : NO_PLACES;
  }

  function parseAll(one: Found, places: readonly number[]): readonly unknown[] {
    const start = places[0];
    const end = places[1];
    if (start === undefined || end === undefined) return NOTHING;
    if (places.length === 2) return parseOnce(one, start, end);
    const values: unknown[] = [];
    for (let at = 0; at < places.length; at += 2) values.push(parseAt(json, places[at] ?? 0, places[at + 1] ?? 0));
    return values;
  }

  function parseOnce(one: Found, start: number, end: number): readonly unknown[] {
    if (isSame(json, start, end, one.memo, one.memoLength)) return one.memoValues;
    const values = [parseAt(json, start, end)];
    if (end - start > MEMO_BYTES) return values;
    one.memoLength = json.copy(one.memo, 0, start, end);
    one.memoValues = values;
    return values;
  }

  function at(path: number): Found {
    const one = found[path];
    if (!one) throw new Error(`There is no path ${path}.`);
    return one;
  }

  return {
    open(call) {
      json = call.json;
      calls += 1;
      sections.begin(call);
    },
    values(path) {
      const one = at(path);
      if (one.parsedIn === calls) return one.values;
      one.values = parseAll(one, placesOf(one));
      one.parsedIn = calls;
      return one.values;
    },
    exists(path) {
      const places = placesOf(at(path));
      for (let place = 0; place < places.length; place += 2) if (json[places[place] ?? 0] !== NULL) return true;
      return false;
    },
    mayHold(path, bytes) {
      const places = placesOf(at(path));
      for (let place = 0; place < places.length; place += 2) {
        const value = json.subarray(places[place], places[place + 1]);
        if (value.includes(bytes) || value.includes(UNICODE_ESCAPE)) return true;
      }
      return false;
    },
  };
}

const NOTHING: readonly unknown[] = [];
const NO_PLACES: readonly number[] = [];
