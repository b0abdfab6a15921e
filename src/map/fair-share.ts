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

/**
 * What each of them may have so that all fit: those above the share get as much, those below it are whole. Images and
 * recordings are of no use in part: as long as there is room for them, what holds some gets as much as they take.
 */
export function fairShares(members: readonly Member[], room: number): (member: Member) => number {
  const large: LargeMember[] = [];
  let left = room;
  for (const member of members) {
    const { start, valueStart, end, value } = member;
    left -= COMMA + (value ? valueStart : end) - start;
    if (value) large.push({ member, size: end - valueStart, media: value.wholeMedia });
  }
  const whole = mediaThatFit(large, left);
  const floorOf = (member: Member) => (whole.has(member) ? (member.value?.wholeMedia ?? 0) : 0);
  const share = shareOf(
    large.map(({ member, size }) => ({ size, floor: floorOf(member) })),
    left,
  );
  return (member) => Math.max(share, floorOf(member));
}

interface LargeMember {
  readonly member: Member;
  readonly size: number;
  /** What it takes where its images stay whole; 0 where it has none. */
  readonly media: number;
}

/** Those whose media stay whole: the largest ones give way until the others fit. */
function mediaThatFit(large: readonly LargeMember[], room: number): ReadonlySet<Member> {
  const withMedia = large.filter(({ media }) => media > 0).sort((a, b) => b.media - a.media);
  const whole = new Set(withMedia.map(({ member }) => member));
  let needed = large.reduce((sum, { size, media }) => sum + (media || Math.min(size, LEAST_BYTES)), 0);
  for (const { member, media } of withMedia) {
    if (needed <= room) break;
    needed += LEAST_BYTES - media;
    whole.delete(member);
  }
  return whole;
}

/** The largest share that fits: `floor` is what a value gets in any case. */
function shareOf(values: readonly { readonly size: number; readonly floor: number }[], room: number): number {
  const needed = (share: number) =>
    values.reduce((sum, { size, floor }) => sum + Math.min(size, Math.max(share, floor)), 0);
  let high = values.reduce((most, { size }) => Math.max(most, size), 0);
  if (needed(high) <= room) return Number.POSITIVE_INFINITY;
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (needed(middle) <= room) low = middle;
    else high = middle;
  }
  return low;
}
