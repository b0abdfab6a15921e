import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import { estimatedBytes } from './span-bytes.ts';

/**
 * So many spans are measured together where they end in one go, since to measure each at its end would double what that
 * costs the app. Otherwise they are measured as they are taken out.
 */
export const MEASURED_TOGETHER = 1024;

/** Spans in the order in which they ended. */
export interface WaitingSpans {
  add(span: ReadableSpanLike): void;
  count(): number;
  /** As estimated; without the last ones, fewer than MEASURED_TOGETHER. */
  bytes(): number;
  first(): ReadableSpanLike | undefined;
  /** Takes out the first ones, within both bounds, but at least one if there is any. */
  take(maxSpans: number, maxBytes: number): readonly ReadableSpanLike[];
}

export function createWaitingSpans(): WaitingSpans {
  let spans: ReadableSpanLike[] = [];
  /** Of the first ones in `spans`, those that have been measured. */
  let sizes: number[] = [];
  /** Their sum. */
  let bytes = 0;

  function measure(): void {
    for (const span of spans.slice(sizes.length)) {
      const size = estimatedBytes(span);
      sizes.push(size);
      bytes += size;
    }
  }

  return {
    add(span) {
      spans.push(span);
      if (spans.length - sizes.length >= MEASURED_TOGETHER) measure();
    },
    count: () => spans.length,
    bytes: () => bytes,
    first: () => spans[0],
    take(maxSpans, maxBytes) {
      measure();
      let count = 0;
      let taken = 0;
      for (const size of sizes.slice(0, maxSpans)) {
        if (count > 0 && taken + size > maxBytes) break;
        count += 1;
        taken += size;
      }
      const first = spans.slice(0, count);
      spans = spans.slice(count);
      sizes = sizes.slice(count);
      bytes -= taken;
      return first;
    },
  };
}
