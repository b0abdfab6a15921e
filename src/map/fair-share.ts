import type { Member } from './json-outline.ts';

/** A value of so many bytes is not shortened: ids, names, small arguments. It goes only where its neighbours do. */
export const SMALL_BYTES = 1_024;
/** The least room for a part of a value, where there is little room for its neighbours, too: more than a note takes. */
export const LEAST_BYTES = 128;
/** Room for the note that stands where members are missing. */
export const GAP_BYTES = 100;
export const BRACKETS = 2;
const COMMA = 1;

/** What a value gets at least: in a room that is hardly larger than that, a message must not lose its only text. */
const leastIn = (room: number) => Math.max(LEAST_BYTES, Math.min(SMALL_BYTES, Math.floor(room / 4)));

/** The least that a member takes, its comma included. */
const leastOf = ({ start, valueStart, end, value }: Member, least: number) =>
  COMMA + (value === undefined ? end - start : valueStart - start + least);

/** All members where there is room for the least of each; else how many of the first, and from where on of the last. */
export function endsThatFit(members: readonly Member[], room: number): readonly [number, number] {
  const least = leastIn(room);
  if (members.reduce((sum, member) => sum + leastOf(member, least), 0) <= room) return [members.length, members.length];
  const half = (room - GAP_BYTES) / 2;
  let front = 0;
  for (let used = 0; front < members.length; front++) {
    used += leastOf(members[front] as Member, least);
    if (used > half) break;
  }
  let back = members.length;
  for (let used = 0; back > front; back--) {
    used += leastOf(members[back - 1] as Member, least);
    if (used > half) break;
  }
  return [front, back];
}

/** The most bytes that a value may have so that all of them fit: those above it get as much, those below it are whole. */
export function fairShare(members: readonly Member[], room: number): number {
  const sizes: number[] = [];
  let left = room;
  for (const { start, valueStart, end, value } of members) {
    if (value) sizes.push(end - valueStart);
    left -= COMMA + (value ? valueStart : end) - start;
  }
  sizes.sort((a, b) => a - b);
  for (const [at, size] of sizes.entries()) {
    const share = left / (sizes.length - at);
    if (size > share) return Math.floor(share);
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}
