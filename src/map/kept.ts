import type { Call } from '../core/call.ts';
import { keyOf, type SpanKey } from './span-key.ts';

/** Calls of agents and other spans that stand for several calls: they are the ones that come before what they repeat. */
export const MAX_PARENT_BYTES = 16 * 1024 * 1024;
/**
 * Model calls are seldom judged anew. Of these there are many: to keep more of them alive costs the garbage collector
 * a tenth of the time that the mapping takes.
 */
export const MAX_MODEL_CALL_BYTES = 4 * 1024 * 1024;

const SPAN_ID_LENGTH = 16;

interface Written {
  readonly call: Call;
  readonly noted: { readonly span: Parameters<typeof keyOf>[0] };
}

/**
 * Remembers calls for as long as they might have to be written anew. A call keeps the whole block of memory that it stands
 * in (see `Packer`), so blocks are what is counted, and the oldest block gives way with all its calls.
 */
export interface Kept<T extends Written> {
  keep(written: T): void;
  /** Keeps a copy: of a call that is to stay longer than its block. */
  keepCopy(written: T): void;
  get(key: SpanKey): T | undefined;
}

export function createKept<T extends Written>(maxBytes: number): Kept<T> {
  /** By span id alone, which is cheaper. */
  const kept = new Map<string, T>();
  /** Of traces that have the same span ids as others: senders may count them, or derive them from what a span is. */
  const namesakes = new Map<SpanKey, T>();
  const blocks = new Map<ArrayBufferLike, string[]>();
  let total = 0;
  /** Calls of one block come one after the other. */
  let last: { readonly block: ArrayBufferLike; readonly ids: string[] } | undefined;

  function idsOf(block: ArrayBufferLike): string[] {
    if (last?.block === block) return last.ids;
    const ids = blocks.get(block) ?? [];
    if (ids.length === 0) {
      blocks.set(block, ids);
      total += block.byteLength;
    }
    last = { block, ids };
    return ids;
  }

  const mapOf = (id: string): Map<string, T> => (id.length > SPAN_ID_LENGTH ? namesakes : kept);

  function forgetOldest(): void {
    for (const [block, ids] of blocks) {
      if (total <= maxBytes) return;
      blocks.delete(block);
      if (last?.block === block) last = undefined;
      total -= block.byteLength;
      // one that was kept anew stands in a younger block
      for (const id of ids) if (mapOf(id).get(id)?.call.json.buffer === block) mapOf(id).delete(id);
    }
  }

  function keep(written: T): void {
    const { spanId, traceId } = written.noted.span;
    const other = kept.get(spanId)?.noted.span;
    const id = other === undefined || other.traceId === traceId ? spanId : keyOf(written.noted.span);
    mapOf(id).set(id, written);
    idsOf(written.call.json.buffer).push(id);
    if (total > maxBytes) forgetOldest();
  }

  return {
    keep,
    keepCopy: (written) => keep({ ...written, call: { ...written.call, json: Buffer.from(written.call.json) } }),
    get(key) {
      const found = kept.get(key.slice(-SPAN_ID_LENGTH));
      return found && keyOf(found.noted.span) === key ? found : namesakes.get(key);
    },
  };
}
