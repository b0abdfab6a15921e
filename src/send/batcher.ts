import type { Call } from '../core/call.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { type Lane, laneOf } from '../core/lane.ts';
import { ENVELOPE_BYTES } from './batch-body.ts';

export interface BatcherSettings {
  readonly maxCalls: number;
  /** Of the request body. A single call that is larger goes alone. */
  readonly maxBytes: number;
  /** How long the first call of a batch waits for company. */
  readonly maxWaitMs: number;
}

export interface BatcherDeps<Item> {
  readonly clock: Clock;
  /** Takes over a finished batch. */
  readonly cut: (lane: Lane, items: readonly Item[]) => void;
  /** Of a lane that takes less than `maxBytes`, what it takes. */
  readonly maxBytesOf?: (lane: Lane) => number;
}

export interface Batcher<Item> {
  add(item: Item): void;
  /** Cuts the open batch of one lane now, or every one. */
  flush(only?: string): void;
}

interface OpenBatch<Item> {
  readonly items: Item[];
  readonly timer: Timer;
  bytes: number;
}

/** Gathers calls into batches: one open batch a lane, cut by count, by bytes, or by the age of its first call. */
export function createBatcher<Item extends { readonly call: Call }>(
  deps: BatcherDeps<Item>,
  settings: BatcherSettings,
): Batcher<Item> {
  const open = new Map<Lane, OpenBatch<Item>>();

  function start(lane: Lane): OpenBatch<Item> {
    const timer = deps.clock.after(settings.maxWaitMs, () => cut(lane));
    const batch = { items: [], timer, bytes: ENVELOPE_BYTES };
    open.set(lane, batch);
    return batch;
  }

  function cut(lane: Lane): void {
    const batch = open.get(lane);
    if (batch === undefined) return;
    open.delete(lane);
    batch.timer.cancel();
    deps.cut(lane, batch.items);
  }

  return {
    add(item) {
      const { json } = item.call;
      const lane = laneOf(item.call);
      const maxBytes = deps.maxBytesOf?.(lane) ?? settings.maxBytes;
      const full = open.get(lane);
      if (full && full.bytes + 1 + json.length > maxBytes) cut(lane);

      const batch = open.get(lane) ?? start(lane);
      batch.bytes += json.length + (batch.items.length > 0 ? 1 : 0);
      batch.items.push(item);
      if (batch.items.length >= settings.maxCalls || batch.bytes >= maxBytes) cut(lane);
    },
    flush(only) {
      for (const lane of [...open.keys()]) if (only === undefined || lane === only) cut(lane);
    },
  };
}
