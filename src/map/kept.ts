import type { Span } from '../core/span.ts';

/** Spans kept for a later correction, by the size of their calls. */
export const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** Remembers a few spans for as long as they might have to be written anew; the oldest give way. */
export interface Kept<T> {
  keep(span: Span, value: T, bytes: number): void;
  /** What was kept for this span, which is forgotten with that. */
  take(span: Span): T | undefined;
}

export function createKept<T>(): Kept<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number }>();
  let total = 0;
  const idOf = (span: Span) => span.traceId + span.spanId;

  function drop(id: string): T | undefined {
    const found = kept.get(id);
    if (!found) return undefined;
    kept.delete(id);
    total -= found.bytes;
    return found.value;
  }

  return {
    keep(span, value, bytes) {
      drop(idOf(span));
      kept.set(idOf(span), { value, bytes });
      total += bytes;
      for (const id of kept.keys()) {
        if (total <= MAX_KEPT_BYTES) return;
        drop(id);
      }
    },
    take: (span) => drop(idOf(span)),
  };
}
