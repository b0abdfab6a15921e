import { createKeySource } from '../config/key-source.ts';
import type { Config } from '../config/options.ts';
import { systemSources } from '../config/sources.ts';
import type { Accounts } from '../core/accounts.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Queue, TraceMemory } from '../core/ports.ts';
import { decodeLogs } from '../decode/logs.ts';
import { decodeRequest } from '../decode/request.ts';
import { createJoinLogs } from '../join/join-logs.ts';
import { createMapper } from '../map/map-spans.ts';
import { shortenCall } from '../map/shorten.ts';
import { createContent } from '../pipeline/content.ts';
import { matchDelivered, matchReturned } from '../pipeline/match.ts';
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts';
import { createDeliver } from '../send/deliver.ts';
import { createFallback } from '../send/fallback.ts';
import { createGate, type Trouble } from '../send/gate.ts';
import { createLimit } from '../send/limit.ts';
import { createWeaveClient } from '../send/weave-client.ts';
import type { Match } from '../trigger/match.ts';
import { VERSION } from '../version.ts';
import { mapSettings } from './map.ts';
import type { Tracing } from './own-traces.ts';
import { wayOutSecrets, weaveAgents } from './way-out.ts';

/** How long decoding and mapping may keep sockets waiting. */
const SLICE_MS = 5;
/** Calls that are mapped and not yet answered for, over all requests: enough to keep every connection busy. */
const BATCHES_IN_FLIGHT_PER_CONNECTION = 1.5;

/** How long an older server is taken for one before it is asked again. */
const RECHECK_ROUTE_MS = 10 * 60_000;

/** Spans that may wait for their log records, and bytes of records that may wait for their spans. */
export const MAX_WAITING_SPANS = 10_000;
export const MAX_WAITING_RECORD_BYTES = 64 * 1024 * 1024;

export interface DeliveryDeps {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** Where there is a disk: tokens that were counted before a restart. */
  readonly memory?: TraceMemory;
  /** The keys of senders that bring their own. */
  readonly accounts?: Accounts;
  readonly tracing?: Pick<Tracing, 'send'>;
  /** What rules make of calls that Weave has accepted. */
  readonly match?: Match | undefined;
}

export interface DeliveryLine {
  readonly pipeline: Pipeline;
  /** Where Weave takes nothing now. */
  readonly troubles: () => readonly Trouble[];
  /** Closes idle connections. Call it after the pipeline has closed. */
  close(): void;
}

/** Everything behind the queue: pipeline ─> deliver ─> limit ─> gate ─> fallback ─> Weave. Throws TLS_UNUSABLE. */
export function createDeliveryLine(deps: DeliveryDeps, config: Config): DeliveryLine {
  const { queue, clock, log, counters, match } = deps;
  const { weave, batch, retry } = config;
  const sources = systemSources();
  const client = createWeaveClient(
    { clock, counters },
    {
      url: weave.url,
      apiKey: createKeySource(config, sources),
      accountKey: (account) => deps.accounts?.keyOf(account),
      timeoutMs: weave.timeout,
      userAgent: `otel-weave-bridge/${VERSION}`,
      maxSockets: weave.concurrency,
      agents: weaveAgents(config, sources, weave.concurrency),
      secrets: wayOutSecrets(config, sources),
    },
  );
  const fallback = createFallback({ ...client, clock, log }, { recheckMs: RECHECK_ROUTE_MS });
  const gate = createGate(
    { send: deps.tracing?.send(fallback) ?? fallback, clock, log, wake: () => pipeline.wake() },
    { initialMs: retry.initial, maxMs: retry.max },
  );
  const { concurrency } = weave;
  const limit = createLimit({ concurrency });
  const shorten = (json: Buffer, maxBytes: number) => Buffer.from(shortenCall(json.toString(), maxBytes).text);
  const deliverer = createDeliver(
    { send: limit(gate.send), sendAlone: limit(gate.sendAlone), clock, counters, shorten },
    {
      maxCalls: batch.max_calls,
      maxBytes: batch.max_bytes,
      maxWaitMs: batch.max_wait,
      concurrency,
      maxElapsedMs: retry.max_elapsed,
    },
  );
  const map = createMapper({ ...mapSettings(config, log), counters, ...(deps.memory && { memory: deps.memory }) });
  const { wait: waitMs, keep: keepMs } = config.map.join_logs;
  const waiting = { maxSpans: MAX_WAITING_SPANS, maxBytes: MAX_WAITING_RECORD_BYTES };
  const join = createJoinLogs({ clock, log }, { waitMs, keepMs, ...waiting });
  const { deliver: send } = deliverer;
  const deliver = match ? matchDelivered({ deliver: send, match }) : send;
  const correct = match ? matchReturned({ deliver: send, match }) : send;
  const content = createContent({ join, decodeLogs, map, deliver, queue, log, counters });
  const pipeline: Pipeline = createPipeline(
    {
      ...{ queue, decode: decodeRequest, map, gate, content, clock, log, counters },
      deliverer: { ...deliverer, deliver: correct },
    },
    {
      defaultProject: weave.project ?? null,
      maxInFlightBytes: weave.concurrency * batch.max_bytes * BATCHES_IN_FLIGHT_PER_CONNECTION,
      sliceMs: SLICE_MS,
    },
  );
  return { pipeline, troubles: gate.troubles, close: client.close };
}

/** For a person: who is not served, why, and what to do about it. */
export function describeTrouble({ blocked, attempts, reason, todo }: Trouble): string {
  return `${blocked}: ${reason} (${attempts} in a row)${todo === undefined ? '' : `. ${todo}`}`;
}
