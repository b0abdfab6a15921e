import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { type Lane, partsOf } from '../core/lane.ts';
import type { Deliver, Delivery } from '../core/ports.ts';
import { ENVELOPE_BYTES } from './batch-body.ts';
import { type BatcherSettings, createBatcher } from './batcher.ts';
import { SERVER } from './gate.ts';
import { halve } from './halve.ts';
import { accept, bury, type Item, newHandover, onlyHandover, release } from './handover.ts';
import { joinBatches } from './join-batches.ts';
import type { GatedOutcome, Later, Send } from './outcome.ts';
import { createProjectLabel } from './project-label.ts';
import { createSizeLimit, SMALLEST_BYTES } from './size-limit.ts';
import { createSuspects } from './suspects.ts';

export interface DeliverDeps {
  /** With gate and limit around it. */
  readonly send: Send<GatedOutcome>;
  /** Passes by the gate; with the limit around it. */
  readonly sendAlone: Send<GatedOutcome>;
  readonly clock: Clock;
  readonly counters: Counters;
  /** The JSON of a call with its longest parts left out, in maxBytes if that can be done at all. */
  readonly shorten: (json: Buffer, maxBytes: number) => Buffer;
}

export interface DeliverSettings extends BatcherSettings {
  /** As given to the limit: one project gets one place less, so that a slow one leaves room for the others. */
  readonly concurrency: number;
  /** Calls that came in longer ago than this are given up when an attempt fails; 0: never. */
  readonly maxElapsedMs: number;
}

export interface Deliverer {
  readonly deliver: Deliver;
  /** Sends the open batch of one lane now, or every one. */
  flush(only?: string): void;
  /** Cuts requests short: what has no outcome yet, and all that comes later, resolves as released. */
  stop(): void;
}

/** The batches of one lane: some being sent, the others behind them. */
interface Traffic {
  readonly waiting: (readonly Item[])[];
  running: number;
}

/**
 *   deliver() ─> open batch per project ─cut─> lane per project ─> send ─> outcome per call ─> delivery per deliver()
 *                                                 ├ too large: halve by bytes, down to one call, then shorten that
 *                                                 └ refused: halve by count, down to the one bad call
 *   suspects go by themselves, and are halved after any failure, so that what shares a request with them gets through
 *   batches of a lane get smaller where larger ones do not get through (see SizeLimit)
 *
 * Halving finds one bad call of 1000 with 21 requests, where one by one takes 1001. It is the worse way only where most
 * of them are bad, and then never twice as bad.
 */
export function createDeliver(deps: DeliverDeps, settings: DeliverSettings): Deliverer {
  const lanes = new Map<Lane, Traffic>();
  const laneWidth = Math.max(1, settings.concurrency - 1);
  const stopping = new AbortController();
  const sizes = createSizeLimit(deps.clock, settings.maxBytes);
  const batching = { clock: deps.clock, maxBytesOf: sizes.of };
  const batcher = createBatcher<Item>({ ...batching, cut: enqueue }, settings);
  const suspects = createSuspects();
  const labelOf = createProjectLabel();
  const suspectBatcher = createBatcher<Item>(
    { ...batching, cut: (lane, items) => void sendItems(lane, items, deps.sendAlone) },
    settings,
  );

  function enqueue(lane: Lane, items: readonly Item[]): void {
    const traffic = lanes.get(lane) ?? { waiting: [], running: 0 };
    lanes.set(lane, traffic);
    traffic.waiting.push(items);
    advance(lane, traffic);
  }

  function advance(lane: Lane, traffic: Traffic): void {
    while (traffic.running < laneWidth && traffic.waiting.length > 0) {
      const items = joinBatches(traffic.waiting, { maxCalls: settings.maxCalls, maxBytes: sizes.of(lane) });
      traffic.running += 1;
      void sendItems(lane, items, deps.send).then(() => {
        traffic.running -= 1;
        advance(lane, traffic);
      });
    }
    if (traffic.running === 0) lanes.delete(lane);
  }

  async function sendItems(lane: Lane, items: readonly Item[], send: Send<GatedOutcome>): Promise<void> {
    if (stopping.signal.aborted) return release(items);
    const calls = items.map(({ call }) => call);
    const outcome = await send(lane, calls, stopping.signal);
    countTry(items.length, outcome);
    const halves = (weightOf: (item: Item) => number) => sendHalves(lane, halve(items, weightOf), send);
    const [first] = items;
    const bytes = items.reduce((sum, { call }) => sum + call.json.length, ENVELOPE_BYTES);
    switch (outcome.status) {
      case 'accepted':
        countCalls(lane, items.length, 'delivered');
        deps.counters.add('exporter_shortened_calls', items.filter(({ whole }) => whole !== undefined).length);
        sizes.accepted(lane, bytes);
        return accept(items);
      case 'too_large': {
        if (items.length > 1) {
          sizes.tooLarge(lane, bytes);
          return halves(({ call }) => call.json.length);
        }
        const shorter = first && shortened(first);
        return shorter ? sendItems(lane, [shorter], send) : giveUp(lane, items, outcome.reason);
      }
      case 'refused':
        return items.length > 1 ? halves(() => 1) : giveUp(lane, items, outcome.reason);
      case 'later': {
        const isTurnedAway = outcome.blockedBy === SERVER;
        if (send === deps.sendAlone && items.length > 1 && !isTurnedAway) return halves(() => 1);
        // What no proxy has answered 413 for, though that is what keeps it from getting through: it is a suspect by now.
        const isCutOff = outcome.broke && send === deps.sendAlone && bytes > SMALLEST_BYTES;
        const shorter = isCutOff && first ? shortened(first) : undefined;
        if (shorter) return sendItems(lane, [shorter], send);
        if (outcome.broke && items.length > 1) sizes.broke(lane, bytes);
        const handover = onlyHandover(items);
        if (outcome.trouble !== undefined && handover) suspects.failed(handover.first, outcome.trouble);
        return postpone(lane, items, outcome);
      }
      case 'aborted':
        return release(items);
    }
  }

  async function sendHalves(lane: Lane, halves: readonly [Item[], Item[]], send: Send<GatedOutcome>) {
    for (const half of halves) await sendItems(lane, half, send);
  }

  /** The call in half of the bytes that were too many; undefined where that cannot be done. */
  function shortened({ call, handover, whole = call.json }: Item): Item | undefined {
    const maxBytes = Math.floor(call.json.length / 2);
    const json = deps.shorten(whole, maxBytes);
    return json.length <= maxBytes ? { call: { ...call, json }, handover, whole } : undefined;
  }

  function postpone(lane: Lane, items: readonly Item[], { blockedBy, failure }: Later): void {
    const { maxElapsedMs } = settings;
    const isTooOld = ({ handover }: Item) =>
      failure !== undefined && maxElapsedMs > 0 && deps.clock.now() - handover.acceptedAtMs > maxElapsedMs;
    giveUp(lane, items.filter(isTooOld), `given up: ${failure}`);
    release(
      items.filter((item) => !isTooOld(item)),
      blockedBy,
    );
  }

  function giveUp(lane: Lane, items: readonly Item[], reason: string): void {
    countCalls(lane, items.length, 'refused');
    bury(items, reason);
  }

  function countCalls(lane: Lane, calls: number, outcome: 'delivered' | 'refused'): void {
    if (calls > 0)
      deps.counters.add('exporter_project_calls', calls, { project: labelOf(partsOf(lane).project), outcome });
  }

  function countTry(calls: number, outcome: GatedOutcome): void {
    const isTried = outcome.status === 'later' ? outcome.trouble !== undefined : outcome.status !== 'aborted';
    if (isTried) deps.counters.record('exporter_batch_send_size', calls);
    if (isTried && outcome.status === 'later') deps.counters.add('exporter_send_failed_spans', calls);
  }

  return {
    deliver(calls, acceptedAtMs) {
      const [first] = calls;
      if (first === undefined) return Promise.resolve({ delivered: 0, dead: [], released: false });
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      const handover = newHandover(first, calls.length, acceptedAtMs, (delivery) => {
        // A part of a suspect clears it of nothing.
        if (!delivery.released) suspects.ended(first);
        resolve(delivery);
      });
      const isSuspect = suspects.has(first);
      for (const call of calls) (isSuspect ? suspectBatcher : batcher).add({ call, handover });
      suspectBatcher.flush();
      if (stopping.signal.aborted) batcher.flush();
      return promise;
    },
    flush: batcher.flush,
    stop() {
      stopping.abort();
      batcher.flush();
    },
  };
}
