import type { Call } from '../core/call.ts';
import { ENVELOPE_BYTES } from './batch-body.ts';

interface Holder {
  readonly call: Call;
}

export interface OneRequest {
  readonly maxCalls: number;
  /** Of its body. */
  readonly maxBytes: number;
}

/**
 * Takes the batches that have waited longest, as one: where Weave is slow, small ones pile up, and each would wait for an
 * answer of its own. At least one, however large.
 */
export function joinBatches<Item extends Holder>(waiting: (readonly Item[])[], bounds: OneRequest): readonly Item[] {
  const joined: Item[] = [];
  let bytes = ENVELOPE_BYTES;
  for (let [first] = waiting; first; [first] = waiting) {
    for (const { call } of first) bytes += call.json.length + 1;
    if (joined.length > 0 && (joined.length + first.length > bounds.maxCalls || bytes > bounds.maxBytes)) break;
    joined.push(...first);
    waiting.shift();
  }
  return joined;
}
