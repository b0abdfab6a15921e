import type { FieldPath } from '../core/field-path.ts';
import { type Found, foundAt, isUnnamed, note, parsedValues } from './found-path.ts';
import { isSame, memberAt } from './json-bytes.ts';
import { endOfText, skipSpace, skipValue } from './json-skim.ts';
import { addPath, childAt, childOfIndex, FRONT, isReadInParts, type Node, newNode } from './path-tree.ts';
import { createSections, IDS, type OpenCall, type Section } from './sections.ts';
import { timeAt } from './time-bytes.ts';

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
  /** The time at the path, in milliseconds since 1970; NaN where there is none. */
  time(path: number): number;
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
  const root = newNode('', FRONT);
  const nodes = paths.map(({ keys }, number) => addPath(root, keys, number));
  const found = nodes.map(foundAt);
  const isWanted = (field: string) => root.children.some(({ node }) => node.key === field);
  const dumpIsWanted = isWanted('otel_dump');
  let json: Buffer = Buffer.alloc(0);
  let names: OpenCall['attributeNames'];
  let calls = 0;
  const sections = createSections(!IDS.some(isWanted));

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
    if (index >= 0) child = childOfIndex(index, node);
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

  /** Reads members of the field within which the section is, until the wanted one has been read or there is none more. */
  function readMembers(bytes: Buffer, section: Section, field: Node, wanted: Node | undefined): void {
    let at = memberAt(bytes, section.next);
    while (at >= 0) {
      at = collectMember(bytes, at, field, -1);
      if (wanted?.readIn === calls) {
        section.next = at;
        return;
      }
      at = memberAt(bytes, at);
    }
    section.next = -at;
    section.within = undefined;
  }

  /** Reads fields of the section until the path has been read or there is none more; answers the count of its places. */
  function locate(one: Found): number {
    if (isUnnamed(one, names)) return 0;
    const { top, member } = one;
    const section = sections.of(top);
    for (;;) {
      const { within, next } = section;
      if (within === undefined) {
        if (top.readIn === calls || next < 0) break;
        section.next = next === section.end ? -1 : readField(json, next, section);
      } else {
        const until = within === top ? member : undefined;
        if (until?.readIn === calls) break;
        readMembers(json, section, within, until);
      }
    }
    return one.placedIn === calls ? one.count : 0;
  }

  function at(path: number): Found {
    const one = found[path];
    if (!one) throw new Error(`There is no path ${path}.`);
    return one;
  }

  return {
    open(call) {
      json = call.json;
      names = call.attributeNames;
      calls += 1;
      sections.begin(call);
    },
    values(path) {
      const one = at(path);
      if (one.parsedIn === calls) return one.values;
      one.values = parsedValues(json, one, locate(one));
      one.parsedIn = calls;
      return one.values;
    },
    exists(path) {
      const one = at(path);
      const count = locate(one);
      for (let place = 0; place < count; place += 2) if (json[one.places[place] ?? 0] !== NULL) return true;
      return false;
    },
    time(path) {
      const one = at(path);
      const count = locate(one);
      if (count === 0) return Number.NaN;
      const written = timeAt(json, one.places[0] ?? 0, one.places[1] ?? 0);
      return Number.isNaN(written) ? Date.parse(String(parsedValues(json, one, count)[0])) : written;
    },
    mayHold(path, bytes) {
      const one = at(path);
      const count = locate(one);
      if (count === 0) return false;
      // What stands between the values is searched as well: a look at each of them would cost more.
      const all = json.subarray(one.places[0], one.places[count - 1]);
      return all.includes(bytes) || all.includes(UNICODE_ESCAPE);
    },
  };
}
