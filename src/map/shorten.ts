import { parseKeepingDigits } from './digits.ts';
import { BRACKETS, endsThatFit, fairShares, GAP_BYTES, LEAST_BYTES, SMALL_BYTES } from './fair-share.ts';
import { type Member, type Outline, outlineOf } from './json-outline.ts';
import { headAndTail } from './shorten-text.ts';

/**
 * Weave cuts whole fields out of a call that is larger than it stores. A call that would be too large is shortened here
 * instead. Every list and object shares its room out among its members: small ones stay whole, the large ones get equal
 * parts. Of a text the beginning and the end stay; so do the first and the last members where there are too many of them.
 * The call says what was shortened and by how much. One way through the call, whatever is in it: nothing is measured twice.
 */

/** What Weave stores of one call, with room for what it adds itself. */
export const MAX_CALL_BYTES = Math.floor(3.4 * 1024 * 1024);
/** At most so many shortened places are listed in the call: those that lost most. */
const MAX_LISTED = 50;
/** Room for that list, and for the longest path in it. */
const LISTED_BYTES = 24 * 1024;
const MAX_PATH = 100;
/** What the dump gets at least, of all the room there is; less only where an image would not stay whole for it. */
const DUMP_SHARE = 0.1;
const LEAST_DUMP_BYTES = 16 * 1024;
export interface Shortened {
  readonly text: string;
  /** How many texts, lists and objects were cut. */
  readonly cuts: number;
}

interface Cut {
  readonly path: string;
  readonly unit: 'characters' | 'items' | 'members';
  /** How many there were, and how many of them are left. */
  readonly length: number;
  readonly kept: number;
}

interface Work {
  readonly json: Buffer;
  readonly cuts: { readonly cut: Cut; readonly lostBytes: number }[];
}

/** The call as it is where it is small enough; else shortened to at most `maxBytes`. */
export function shortenCall(text: string, maxBytes = MAX_CALL_BYTES): Shortened {
  if (Buffer.byteLength(text) <= maxBytes) return { text, cuts: 0 };
  const work: Work = { json: Buffer.from(text), cuts: [] };
  // the fields of a call are so few that there is room for a part of each
  const { members } = outlineOf(work.json, SMALL_BYTES);
  const shareOf = sharesOfFields(work, members, maxBytes - LISTED_BYTES - BRACKETS);
  const fields = members.map((member) => {
    const pieces: string[] = [];
    writeMember(work, member, shareOf(member), () => keyIn(work.json, member), pieces);
    return pieces.join('');
  });
  const noted = fields.map((field) => (field.startsWith(ATTRIBUTES) ? withNote(field, work) : field));
  return { text: `{${noted.join()}}`, cuts: work.cuts.length };
}

/**
 * The dump says again what the other fields say, so it gives way first: an image stays whole in a message where there is room
 * for it once.
 */
function sharesOfFields({ json }: Work, members: readonly Member[], room: number): (member: Member) => number {
  const dump = members.find(({ start, valueStart }) => json.toString('utf8', start, valueStart).startsWith(DUMP));
  if (!dump) return fairShares(members, room);
  const others = members.filter((member) => member !== dump);
  const othersBytes = others.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  const media = others.reduce(
    (sum, { start, valueStart, value }) => sum + (value?.wholeMedia || LEAST_BYTES) + valueStart - start,
    0,
  );
  const dumpBytes = dump.end - dump.start + 1;
  const leastRoom = Math.max(LEAST_DUMP_BYTES, Math.min(Math.floor(room * DUMP_SHARE), room - media));
  const dumpRoom = Math.min(dumpBytes, Math.max(room - othersBytes, leastRoom));
  const shareOf = fairShares(others, room - dumpRoom);
  return (member) => (member === dump ? dumpRoom - (dump.valueStart - dump.start) - 1 : shareOf(member));
}

/** Pieces are joined once, at the end: to join them at every level would copy a deep value as often as it is deep. */
function writeMember(work: Work, member: Member, share: number, path: () => string, pieces: string[]): void {
  const { json } = work;
  const { value, start, valueStart, end } = member;
  if (value === undefined || value.end - value.start <= share) {
    pieces.push(json.toString('utf8', start, end));
    return;
  }
  pieces.push(json.toString('utf8', start, valueStart));
  if (value.kind === 'list' || value.kind === 'object') writeMembers(work, value, share, path(), pieces);
  else pieces.push(shortText(work, value, share, path()));
}

/** A number of thousands of digits becomes a text, too. */
function shortText({ json, cuts }: Work, { kind, start, end }: Outline, room: number, path: string): string {
  const written = json.toString('utf8', start, end);
  const whole: string = kind === 'text' ? JSON.parse(written) : written;
  const { text, kept } = headAndTail(whole, room);
  cuts.push({ cut: { path, unit: 'characters', length: whole.length, kept }, lostBytes: end - start - room });
  return JSON.stringify(text);
}

/** A list or an object, so much of it that it fits into `room`, which is LEAST_BYTES or more. */
function writeMembers(work: Work, list: Outline, room: number, path: string, pieces: string[]): void {
  const { json, cuts } = work;
  const { kind, members } = list;
  const [front, back] = endsThatFit(members, room - BRACKETS);
  const missing = members.slice(front, back);
  const kept = missing.length === 0 ? members : [...members.slice(0, front), ...members.slice(back)];
  const shareOf = fairShares(kept, room - BRACKETS - (missing.length > 0 ? GAP_BYTES : 0));
  if (missing.length > 0) {
    const unit = kind === 'list' ? 'items' : 'members';
    const lostBytes = missing.reduce((sum, { start, end }) => sum + end - start, 0);
    cuts.push({ cut: { path, unit, length: members.length, kept: kept.length }, lostBytes });
  }
  pieces.push(kind === 'list' ? '[' : '{');
  for (const [at, member] of members.entries()) {
    if (at === front && missing.length > 0)
      pieces.push(at === 0 ? '' : ',', gap(work, list, kept, missing.length, path));
    if (at >= front && at < back) continue;
    if (at > 0) pieces.push(',');
    const nameOf = () => (kind === 'list' ? String(at) : keyIn(json, member));
    writeMember(work, member, shareOf(member), () => `${path}.${nameOf()}`, pieces);
  }
  pieces.push(kind === 'list' ? ']' : '}');
}

function keyIn(json: Buffer, { start, valueStart }: Member): string {
  const text = json.toString('utf8', start, valueStart);
  return JSON.parse(text.slice(0, text.lastIndexOf('"') + 1));
}

/**
 * What stands where members are missing. In an object it needs a key that no other member has; among messages it must be
 * one itself, for Weave's page shows a conversation only where all of them are.
 */
function gap({ json }: Work, { kind }: Outline, kept: readonly Member[], missing: number, path: string): string {
  const note = (unit: string) => JSON.stringify(`… [${missing} ${unit} left out by otel-weave-bridge]`);
  if (path === MESSAGES) return `{"role":"system","content":${note('messages')}}`;
  if (kind === 'list') return note('items');
  let key = '…';
  while (kept.some((member) => keyIn(json, member) === key)) key += '…';
  return `"${key}":${note('members')}`;
}

const MESSAGES = 'inputs.messages';
const ATTRIBUTES = '"attributes":';
const DUMP = '"otel_dump":';
const NOTE = 'otel_weave_bridge';

/** The call's attributes with `otel_weave_bridge` among them: what was shortened, and how long it was. */
function withNote(field: string, { json, cuts }: Work): string {
  const largest = [...cuts].sort((a, b) => b.lostBytes - a.lostBytes).slice(0, MAX_LISTED);
  const note = {
    truncated: largest.map(({ cut }) => ({ ...cut, path: readable(cut.path) })),
    truncated_count: cuts.length,
    original_bytes: json.length,
  };
  const text = field.slice(ATTRIBUTES.length);
  if (!text.includes(`"${NOTE}"`)) {
    const separator = text === '{}' ? '' : ',';
    return `${field.slice(0, -1)}${separator}"${NOTE}":${JSON.stringify(note)}}`;
  }
  const attributes = parseKeepingDigits(text) as Readonly<Record<string, unknown>>;
  const before = attributes[NOTE];
  const own = typeof before === 'object' && before !== null ? before : {};
  return ATTRIBUTES + JSON.stringify({ ...attributes, [NOTE]: { ...own, ...note } });
}

function readable(path: string): string {
  return path.length <= MAX_PATH ? path : `${path.slice(0, MAX_PATH / 2)}…${path.slice(-MAX_PATH / 2)}`.toWellFormed();
}
