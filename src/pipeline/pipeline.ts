/**
 * Carries what the queue holds to Weave:
 *
 *   queue.claim ─> decode ─> route ─> map ─> deliver ─┬─> queue.settle    delivered, or dead with its reason
 *        ^                     │                      ├─> queue.release   the bridge stops
 *        │                     └─────────┬────────────┘
 *        └─── queue.unpark <─ callUp <─ queue.park    its projects take nothing now: no memory is held for them
 */
import { once } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Lane } from '../core/lane.ts';
import type { Log } from '../core/log.ts';
import type { MapSpans, Queue, QueueDepth, QueueEntry } from '../core/ports.ts';
import type { Deliverer } from '../send/deliver.ts';
import type { Gate } from '../send/gate.ts';
import { type Content, LOGS } from './content.ts';
import { createFinish } from './finish.ts';
import { createInFlight } from './in-flight.ts';
import { createPrepare, type Decode, type PrepareSettings } from './prepare.ts';

/** Body bytes taken from the queue at once: they wait in memory until there is room for their calls. */
const CLAIM_BYTES = 1024 * 1024;
/** Requests parked at a time: each takes some 100 bytes of memory. Beyond it a stuck project does hold up the others. */
export const MAX_PARKED = 200_000;
/** Spares the error with its stack that an abort without a reason makes. */
const WOKEN = 'something has changed';

export interface PipelineDeps {
  readonly queue: Queue;
  readonly decode: Decode;
  readonly map: MapSpans;
  readonly deliverer: Deliverer;
  /** The one that the deliverer sends through; it wakes the pipeline. */
  readonly gate: Pick<Gate, 'blocker' | 'callUp' | 'stop'>;
  /** Between map and deliver: calls without content wait here for their log records. */
  readonly content: Content;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface PipelineSettings extends PrepareSettings {
  /** No request is mapped while the calls under way are this many bytes or more. */
  readonly maxInFlightBytes: number;
  /** While Weave takes what it gets, up to so many; not given: no more than that. */
  readonly grownInFlightBytes?: number;
  /** How long decoding and mapping may keep the event loop. One request is never cut, however large. */
  readonly sliceMs: number;
}

export interface Pipeline {
  start(): void;
  /** Looks at what is parked: something may be no longer in its way. */
  wake(): void;
  /**
   * Delivers what the queue holds until it is empty or deadlineMs (at most 2^31-1) have passed, then closes.
   * `logs`: whether log records may still come for calls without content, at the latest after the next start.
   */
  drain(deadlineMs: number, logs: 'may-come' | 'are-here'): Promise<{ readonly left: QueueDepth }>;
  /** Gives up what is under way and hands it back to the queue. */
  close(): Promise<void>;
}

export function createPipeline(deps: PipelineDeps, settings: PipelineSettings): Pipeline {
  const { queue, deliverer, gate, content, clock, log, counters } = deps;
  const inFlight = createInFlight(settings.maxInFlightBytes, settings.grownInFlightBytes);
  const blockerOf = (lane: Lane) => gate.blocker(lane) ?? (inFlight.hasShare(lane) ? undefined : lane);
  const prepare = createPrepare({ decode: deps.decode, map: deps.map, content, blockerOf }, settings);
  const underWay = new Set<Promise<void>>();
  let state: 'idle' | 'running' | 'draining' | 'closed' = 'idle';
  let loop = Promise.resolve();
  let closed: Promise<void> | undefined;
  let wake = new AbortController();
  let logsAreHere = false;

  const isOpen = () => state === 'running' || state === 'draining';
  const pace = () => (state === 'draining' ? 'hurry' : isOpen() ? 'steady' : 'stopped');
  const finish = createFinish({ queue, deliverer, content, inFlight, log, counters, pace });

  async function run(): Promise<void> {
    let sliceStartMs = clock.monotonic();
    while (isOpen()) {
      callUp();
      const mayPark = queue.depth().parked < MAX_PARKED;
      const entries = mayPark ? queue.claim(CLAIM_BYTES) : [];
      for (const entry of entries) {
        await room();
        if (isOpen()) carry(entry);
        else queue.release([entry.id]);
        if (clock.monotonic() - sliceStartMs < settings.sliceMs) continue;
        await clock.yield();
        sliceStartMs = clock.monotonic();
      }
      if (entries.length > 0) continue;
      if (state === 'draining') {
        if (underWay.size === 0 && queue.depth().parked === 0) return;
        if (logsAreHere) content.hurry();
        deliverer.flush();
      }
      await (mayPark ? queue.ready(wake.signal) : woken());
      wake = new AbortController();
    }
  }

  /** Unparks what may go now: one name a turn, so that each has its turn; logs when all spans have gone. */
  function callUp(): void {
    const names = [...queue.parkedUnder()];
    for (const name of names) {
      if (name === LOGS && names.length > 1) continue;
      const called = inFlight.hasShare(name) ? gate.callUp(name) : 'none';
      if (called === 'none') continue;
      queue.unpark(name, called === 'all' ? CLAIM_BYTES : 0);
      break;
    }
  }

  async function woken(): Promise<void> {
    if (!wake.signal.aborted) await once(wake.signal, 'abort');
  }

  /** Resolves when calls may be added to those under way. */
  async function room(): Promise<void> {
    while (isOpen() && inFlight.isFull()) {
      deliverer.flush();
      await woken();
      wake = new AbortController();
    }
  }

  /** Not async, so that nothing holds on to the body while its calls are under way. */
  function carry(entry: QueueEntry): void {
    if (entry.signal === 'logs') {
      content.take(entry);
      return;
    }
    const prepared = prepare(entry);
    if (prepared.status === 'blocked') {
      queue.park([entry.id], prepared.by);
      // What there is of it gets no more company.
      deliverer.flush(prepared.by);
      return;
    }
    const earlier = prepared.corrections ? [...underWay] : [];
    const done = finish({ id: entry.id, acceptedAtMs: entry.acceptedAtMs, prepared }, earlier);
    underWay.add(done);
    void done.then(() => {
      underWay.delete(done);
      wake.abort(WOKEN);
    });
  }

  function close(): Promise<void> {
    closed ??= (async () => {
      state = 'closed';
      deliverer.stop();
      gate.stop();
      await content.stop();
      wake.abort(WOKEN);
      await loop;
      await Promise.all(underWay);
    })();
    return closed;
  }

  return {
    start() {
      if (state !== 'idle') return;
      state = 'running';
      loop = run();
    },
    wake: () => wake.abort(WOKEN),
    async drain(deadlineMs, logs) {
      if (state === 'running') state = 'draining';
      logsAreHere = logs === 'are-here';
      wake.abort(WOKEN);
      const deadline = clock.after(deadlineMs, () => void close());
      await loop;
      deadline.cancel();
      await close();
      return { left: queue.depth() };
    },
    close,
  };
}
