import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import { estimatedBytes } from './span-bytes.ts';

/** Spans in the order in which they ended. */
export interface WaitingSpans {
  /** Does not measure it yet: that would double what its end costs the app. */
  add(span: ReadableSpanLike): void;
  count(): number;
  /** Those that have not been measured. */
  unseen(): number;
  measure(): void;
  /** As estimated; of those that have not been measured, as if they were as large as the others. */
  bytes(): number;
  first(): ReadableSpanLike | undefined;
  /** Takes out the first ones, within both bounds, but at least one if there is any. */
  take(maxSpans: number, maxBytes: number): readonly ReadableSpanLike[];
}

/** A class: of object literals that live long V8 soon makes the next ones in the old generation, which takes ten times as long. */
class Waiting {
  readonly span: ReadableSpanLike;
  /** 0: not measured yet. */
  bytes = 0;
  next: Waiting | undefined = undefined;

  constructor(span: ReadableSpanLike) {
    this.span = span;
  }
}

/**
 * A list whose items know the next one. The app waits for `add`, mostly with cold caches: to push onto an array, which has
 * to grow now and then, takes twice as long, and variables in place of the fields of `ends` take longer, too
 * (`npm run bench:onend`).
 */
export function createWaitingSpans(): WaitingSpans {
  const head = new Waiting(undefined as never);
  const ends = { last: head, count: 0 };
  /** The last one that has been measured, how many have been, and their bytes. */
  let lastSeen = head;
  let seen = 0;
  let bytes = 0;

  function measure(): void {
    while (lastSeen.next) {
      lastSeen = lastSeen.next;
      lastSeen.bytes = estimatedBytes(lastSeen.span);
      bytes += lastSeen.bytes;
    }
    seen = ends.count;
  }

  return {
    add(span) {
      const one = new Waiting(span);
      ends.last.next = one;
      ends.last = one;
      ends.count += 1;
    },
    count: () => ends.count,
    unseen: () => ends.count - seen,
    measure,
    bytes() {
      if (seen === 0) measure();
      return seen === 0 ? 0 : (bytes * ends.count) / seen;
    },
    first: () => head.next?.span,
    take(maxSpans, maxBytes) {
      measure();
      const taken: ReadableSpanLike[] = [];
      let takenBytes = 0;
      let next = head.next;
      while (next && taken.length < maxSpans && (taken.length === 0 || takenBytes + next.bytes <= maxBytes)) {
        const one = next;
        taken.push(one.span);
        takenBytes += one.bytes;
        next = one.next;
        // One of the old generation that is garbage would make all behind it old.
        one.next = undefined;
      }
      head.next = next;
      ends.count -= taken.length;
      seen -= taken.length;
      bytes -= takenBytes;
      if (!next) {
        ends.last = head;
        lastSeen = head;
      }
      return taken;
    },
  };
}
