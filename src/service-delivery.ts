import type { Config } from './config/options.ts';
import type { Clock } from './core/clock.ts';
import type { Counters } from './core/counters.ts';
import type { Log } from './core/log.ts';
import type { Queue } from './core/ports.ts';
import { decodeLogs } from './decode/logs.ts';
import { decodeRequest } from './decode/request.ts';
import { createJoinLogs } from './join/join-logs.ts';
import { createMapper } from './map/map-spans.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { createContent } from './pipeline-content.ts';
import { createDeliver } from './send/deliver.ts';
import { createLimit } from './send/limit.ts';
import { createRetry } from './send/retry.ts';
import { createWeaveClient } from './send/weave-client.ts';
import { mapSettings } from './service-map.ts';
import { VERSION } from './version.ts';

/** Calls that are mapped and not yet answered for, over all requests: enough to keep every connection busy. */
const BATCHES_IN_FLIGHT_PER_CONNECTION = 2;

/** Spans and log records that may wait for each other. */
const MAX_WAITING = 10_000;

export interface DeliveryDeps {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface DeliveryLine {
  readonly pipeline: Pipeline;
  /** Closes idle connections. Call it after the pipeline has closed. */
  close(): void;
}

/** Everything behind the queue: pipeline ─> deliver ─> retry ─> limit ─> Weave. */
export function createDeliveryLine(deps: DeliveryDeps, config: Config): DeliveryLine {
  const { queue, clock, log, counters } = deps;
  const { weave, batch, retry } = config;
  const client = createWeaveClient(
    { clock, counters },
    {
      url: weave.url,
      apiKey: weave.api_key?.reveal() ?? null,
      timeoutMs: weave.timeout,
      userAgent: `otel-weave-bridge/${VERSION}`,
      maxSockets: weave.concurrency,
    },
  );
  const limited = createLimit({ send: client.complete }, { concurrency: weave.concurrency });
  const send = createRetry(
    { send: limited, clock, log },
    { initialMs: retry.initial, maxMs: retry.max, maxElapsedMs: retry.max_elapsed },
  );
  const deliverer = createDeliver(
    { send, clock },
    { maxCalls: batch.max_calls, maxBytes: batch.max_bytes, maxWaitMs: batch.max_wait, concurrency: weave.concurrency },
  );
  const map = createMapper(mapSettings(config, log));
  const join = createJoinLogs(
    { clock },
    { waitMs: config.map.join_logs.wait, keepMs: config.map.join_logs.keep, maxWaiting: MAX_WAITING },
  );
  const content = createContent({ join, decodeLogs, map, deliver: deliverer.deliver, queue, log });
  const pipeline = createPipeline(
    { queue, decode: decodeRequest, map, deliverer, content, clock, log, counters },
    {
      defaultProject: weave.project ?? null,
      maxInFlightBytes: weave.concurrency * batch.max_bytes * BATCHES_IN_FLIGHT_PER_CONNECTION,
    },
  );
  return { pipeline, close: client.close };
}
