/**
 * Carries what the queue holds to Weave:
 *
 *   queue.claim ─> decode ─> route ─> map ─> deliver ─┬─> queue.settle    delivered, or dead with its reason
 *                                                     └─> queue.release   given up because the bridge stops
 */
import { once } from 'node:events';
import type { Call, ProjectId } from './core/call.ts';
import type { Clock } from './core/clock.ts';
import type { Counters } from './core/counters.ts';
import { messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { DeadSpan, Encoding, MappedSpans, MapSpans, Queue, QueueDepth, QueueEntry } from './core/ports.ts';
import { routeSpans } from './core/route.ts';
import type { DecodedRequest, Invalid } from './decode/outcome.ts';
import type { Content } from './pipeline-content.ts';
import type { Deliverer } from './send/deliver.ts';

/** Body bytes taken from the queue at once: they wait in memory until there is room for their calls. */
const CLAIM_BYTES = 1024 * 1024;
/** How long decoding and mapping may keep sockets waiting. One request is never cut, however large. */
const SLICE_MS = 5;
const NO_PROJECT = 'no project any more: set weave.project (WEAVE_PROJECT)';

export interface PipelineDeps {
  readonly queue: Queue;
  readonly decode: (body: Uint8Array, encoding: Encoding) => Pick<DecodedRequest, 'status' | 'spans'> | Invalid;
  readonly map: MapSpans;
  readonly deliverer: Deliverer;
  /** Between map and deliver: calls without content wait here for their log records. */
  readonly content: Content;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface PipelineSettings {
  /** For spans whose resource and request name no project. */
  readonly defaultProject: ProjectId | null;
  /** No request is mapped while the calls under way are this many bytes or more. */
  readonly maxInFlightBytes: number;
}

export interface Pipeline {
  start(): void;
  /** Delivers what the queue holds until it is empty or deadlineMs (at most 2^31-1) have passed, then closes. */
  drain(deadlineMs: number): Promise<{ readonly left: QueueDepth }>;
  /** Gives up what is under way and hands it back to the queue. */
  close(): Promise<void>;
}

/** What a request became: its calls, and the spans of it that cannot become one. */
interface Prepared extends MappedSpans {
  readonly dead: readonly DeadSpan[];
  /** How many spans `dead` stands for. */
  readonly deadSpans: number;
}

export function createPipeline(deps: PipelineDeps, settings: PipelineSettings): Pipeline {
  const { queue, deliverer, content, clock, log, counters } = deps;
  const underWay = new Set<Promise<void>>();
  let state: 'idle' | 'running' | 'draining' | 'closed' = 'idle';
  let loop = Promise.resolve();
  let closed: Promise<void> | undefined;
  let wake = new AbortController();
  let inFlightBytes = 0;

  const isOpen = () => state === 'running' || state === 'draining';

  async function run(): Promise<void> {
    let sliceStartMs = clock.monotonic();
    while (isOpen()) {
      const entries = queue.claim(CLAIM_BYTES);
      for (const entry of entries) {
        await room();
        if (isOpen()) carry(entry);
        else queue.release([entry.id]);
        if (clock.monotonic() - sliceStartMs < SLICE_MS) continue;
        await clock.yield();
        sliceStartMs = clock.monotonic();
      }
      if (entries.length > 0) continue;
      if (state === 'draining') {
        if (underWay.size === 0) return;
        void deliverer.flush();
      }
      await queue.ready(wake.signal);
      wake = new AbortController();
    }
  }

  /** Resolves when calls may be added to those under way. */
  async function room(): Promise<void> {
    while (isOpen() && inFlightBytes >= settings.maxInFlightBytes) {
      void deliverer.flush();
      if (!wake.signal.aborted) await once(wake.signal, 'abort');
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
    const done = finish(entry.id, prepared, prepared.corrected.length > 0 ? [...underWay] : []);
    underWay.add(done);
    void done.then(() => {
      underWay.delete(done);
      wake.abort();
    });
  }

  function prepare(entry: QueueEntry): Prepared {
    try {
      const decoded = deps.decode(entry.body, entry.encoding);
      if (decoded.status === 'invalid') return unreadable(entry, decoded.message);
      const { routed, homeless } = routeSpans(decoded.spans, entry.project ?? settings.defaultProject);
      // They were rejected when they came, and not accepted, save where the configured project is gone since.
      const taken = homeless.slice(0, Math.max(0, entry.spans - routed.length));
      const dead = taken.map(({ spanId }) => ({ spanId, reason: NO_PROJECT }));
      const mapped = deps.map(routed);
      content.discard(routed, mapped);
      return { ...mapped, dead, deadSpans: dead.length };
    } catch (thrown) {
      return unreadable(entry, messageOf(thrown));
    }
  }

  /**
   * Calls of earlier requests, written anew. They follow what is under way now: else an older record that is
   * being retried could arrive after them, and Weave keeps what came last.
   */
  async function correct(calls: readonly Call[], earlier: readonly Promise<void>[]): Promise<boolean> {
    if (calls.length === 0) return true;
    await Promise.all(earlier);
    const delivery = deliverer.deliver(calls);
    if (state === 'draining') void deliverer.flush();
    return !(await delivery).released;
  }

  async function finish(id: number, prepared: Prepared, earlier: readonly Promise<void>[]): Promise<void> {
    const { calls, corrected, filtered, dead, deadSpans } = prepared;
    const bytes = [...calls, ...corrected].reduce((sum, call) => sum + call.json.length, 0);
    inFlightBytes += bytes;
    const delivery = await content.deliver(prepared);
    const isCorrected = await correct(corrected, earlier);
    if (delivery.released || !isCorrected) queue.release([id]);
    else {
      // Settled and counted in one turn of the event loop, so that the counters balance at every moment.
      queue.settle([{ id, dead: [...dead, ...delivery.dead] }]);
      counters.add('exporter_sent_spans', delivery.delivered);
      counters.add('processor_filtered_spans', filtered);
      countDead(deadSpans + delivery.dead.length, (dead[0] ?? delivery.dead[0])?.reason);
    }
    inFlightBytes -= bytes;
  }

  function countDead(spans: number, reason: string | undefined): void {
    if (spans === 0) return;
    counters.add('dead_letter_spans', spans);
    log.error('Spans were refused for good: dead letters.', { spans, reason });
  }

  function close(): Promise<void> {
    closed ??= (async () => {
      state = 'closed';
      deliverer.stop();
      await content.stop();
      wake.abort();
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
    async drain(deadlineMs) {
      if (state === 'running') state = 'draining';
      wake.abort();
      const deadline = clock.after(deadlineMs, () => void close());
      await loop;
      deadline.cancel();
      await close();
      return { left: queue.depth() };
    },
    close,
  };
}

function unreadable(entry: QueueEntry, message: string): Prepared {
  const reason = `the stored request can no longer be turned into calls: ${message}`;
  return { calls: [], lacking: [], corrected: [], filtered: 0, dead: [{ spanId: '', reason }], deadSpans: entry.spans };
}
