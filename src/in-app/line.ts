import type { AppSettings } from '../config/app-options.ts';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Deliver, RawRequest } from '../core/ports.ts';
import { routeSpans } from '../core/route.ts';
import { decodeRequest } from '../decode/request.ts';
import { createMapper } from '../map/map-spans.ts';
import { type WatchedQueue, watchQueue } from '../otel/watched-queue.ts';
import type { Content } from '../pipeline/content.ts';
import { matchDelivered } from '../pipeline/match.ts';
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts';
import { createDeliver } from '../send/deliver.ts';
import { createFallback } from '../send/fallback.ts';
import { createGate } from '../send/gate.ts';
import { createLimit } from '../send/limit.ts';
import type { WeaveClient } from '../send/weave-client.ts';
import { VERSION } from '../version.ts';
import { CONCURRENCY, MAX_BODY_BYTES, RECHECK_ROUTE_MS } from './client.ts';
import type { AppQueue } from './queue.ts';
import type { AppScoring } from './scoring.ts';
import { shorten } from './shorten.ts';

/** Calls that are mapped and not yet answered for; one project gets half of it. More would cost the app memory for nothing. */
const MAX_IN_FLIGHT_BYTES = 1.5 * 1024 * 1024;
/** While Weave takes them: at 300 ms an answer, calls of 40 KB would otherwise go out at 70 a second. */
const GROWN_IN_FLIGHT_BYTES = 8 * 1024 * 1024;
/** Calls remembered in case they have to be written anew: an app has its own use for memory. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Of work for what has ended, between two turns of the app's own. */
const SLICE_MS = 1;
/** Stored requests wait for each other no longer: their spans have waited already. */
const BATCH_WAIT_MS = 20;
/** Short waits: a process that ends has no time for long ones. */
const BACKOFF = { initialMs: 500, maxMs: 4000 };

export interface AppLineDeps extends AppQueue {
  /** Undefined: there are no rules. */
  readonly scoring: AppScoring | undefined;
  readonly client: WeaveClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

/** Everything behind the queue of an app: pipeline ─> deliver ─> limit ─> gate ─> fallback ─> Weave. */
export interface AppLine {
  readonly queue: WatchedQueue;
  readonly isOnDisk: boolean;
  readonly scoring: AppScoring | undefined;
  /** Whether Weave takes nothing now. */
  inTrouble(): boolean;
  /** Gives up what is under way, at once: it stays in a queue on disk. */
  close(): Promise<void>;
  /** Stored requests as calls, at once: the first ones, until they are maxBytes together. */
  callsOf(requests: readonly RawRequest[], maxBytes: number): readonly Call[];
}

export function startLine(deps: AppLineDeps, settings: AppSettings): AppLine {
  const { client, scoring, clock, log, counters } = deps;
  const queue = watchQueue(deps.queue);
  const fallback = createFallback({ ...client, clock, log }, { recheckMs: RECHECK_ROUTE_MS });
  const gate = createGate({ send: fallback, clock, log, wake: () => pipeline.wake() }, BACKOFF);
  const limit = createLimit({ concurrency: CONCURRENCY });
  const deliverer = createDeliver(
    { send: limit(gate.send), sendAlone: limit(gate.sendAlone), clock, counters, shorten },
    {
      maxCalls: settings.maxExportBatchSize,
      maxBytes: MAX_BODY_BYTES,
      maxWaitMs: BATCH_WAIT_MS,
      concurrency: CONCURRENCY,
      maxElapsedMs: 0,
    },
  );
  const map = createMapper({
    version: VERSION,
    captureContent: settings.captureContent,
    keptBytes: MAX_KEPT_BYTES,
    onFailure: (thrown) =>
      log.error('A span could not be read by its convention and became a plain call; please report this.', {
        reason: messageOf(thrown),
      }),
  });
  const { deliver } = deliverer;
  const content = noLogs(scoring ? matchDelivered({ deliver, match: scoring.match }) : deliver);
  const defaultProject = settings.project;
  // Not in the turn in which requests were put: the app has waited for that.
  const ready = (signal: AbortSignal) => queue.ready(signal).then(clock.yield);
  const pipeline: Pipeline = createPipeline(
    { queue: { ...queue, ready }, decode: decodeRequest, map, deliverer, gate, content, clock, log, counters },
    {
      defaultProject,
      maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
      grownInFlightBytes: GROWN_IN_FLIGHT_BYTES,
      sliceMs: SLICE_MS,
    },
  );
  pipeline.start();

  return {
    queue,
    isOnDisk: deps.isOnDisk,
    scoring,
    inTrouble: () => gate.troubles().length > 0,
    async close() {
      const stopped = pipeline.close();
      const scored = scoring?.close();
      const closed = queue.close();
      client.close();
      await Promise.all([stopped, scored, closed]);
    },
    callsOf(requests, maxBytes) {
      const found = new Map<string, Call>();
      let bytes = 0;
      for (const { body, encoding } of requests) {
        if (bytes >= maxBytes) break;
        const decoded = decodeRequest(body, encoding);
        if (decoded.status === 'invalid') continue;
        const { calls, corrections } = map(routeSpans(decoded.spans, defaultProject).routed);
        // A call that was written anew takes the place of what it was.
        for (const call of [...calls, ...(corrections?.() ?? [])]) {
          found.set(call.traceId + call.id, call);
          bytes += call.json.length;
        }
      }
      return [...found.values()];
    },
  };
}

/** Log records do not come this way: no call waits for them. */
function noLogs(deliver: Deliver): Content {
  return {
    deliver: ({ calls }, acceptedAtMs) => deliver(calls, acceptedAtMs),
    discard: () => undefined,
    take: () => undefined,
    hurry: () => undefined,
    stop: () => Promise.resolve(),
  };
}
