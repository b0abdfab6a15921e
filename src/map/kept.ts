import type { Call } from '../core/call.ts';
import type { SpanKey } from './span-key.ts';

/** Calls kept for a later correction, in bytes of the blocks that they stand in. */
export const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/**
 * Remembers calls for as long as they might have to be written anew. A call keeps the whole block of memory that it stands
 * in (see `Packer`), so blocks are what is counted, and the oldest block gives way with all its calls.
 */
export interface Kept<T extends { readonly call: Call }> {
  keep(key: SpanKey, value: T): void;
  get(key: SpanKey): T | undefined;
}

export function createKept<T extends { readonly call: Call }>(maxBytes: number): Kept<T> {
  const kept = new Map<SpanKey, T>();
  const blocks = new Map<ArrayBufferLike, SpanKey[]>();
  let total = 0;

  return {
    keep(key, value) {
      kept.set(key, value);
      const block = value.call.json.buffer;
      const keys = blocks.get(block);
      if (keys) keys.push(key);
      else {
        blocks.set(block, [key]);
        total += block.byteLength;
      }
      for (const [oldest, itsKeys] of blocks) {
        if (total <= maxBytes) return;
        blocks.delete(oldest);
        total -= oldest.byteLength;
        // one that was kept anew stands in a younger block
        for (const one of itsKeys) if (kept.get(one)?.call.json.buffer === oldest) kept.delete(one);
      }
    },
    get: (key) => kept.get(key),
  };
}
