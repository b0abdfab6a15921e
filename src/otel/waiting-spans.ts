import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import { estimatedBytes } from './span-bytes.ts';

/** Spans in the order in which they ended. */
export interface WaitingSpans {
  /** Does not measure it yet: that would double what its end costs the app. */
  add(span: ReadableSpanLike): void;
  count(): number;
  /** As estimated. */
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
    if (sizes.length === spans.length) return;
    for (const span of spans.slice(sizes.length)) {
      const size = estimatedBytes(span);
      sizes.push(size);
      bytes += size;
    }
  }

  return {
    add: (span) => void spans.push(span),
    count: () => spans.length,
    bytes() {
      measure();
      return bytes;
    },
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
