import type { Config } from '../config/options.ts';
import { createAccounts } from '../core/accounts.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { type Counters, createCounters } from '../core/counters.ts';
import { type Log, silentLog } from '../core/log.ts';
import { checkRequest } from '../decode/check.ts';
import { startHealth } from '../observe/health.ts';
import { startMetrics } from '../observe/metrics.ts';
import { openDiskQueue } from '../queue/disk-queue.ts';
import { spoolDirs, takeOver } from '../queue/spools.ts';
import { openTraceMemory } from '../queue/trace-memory.ts';
import { bind } from './bind.ts';
import { createDeliveryLine, describeTrouble } from './delivery.ts';
import { notReady } from './health.ts';
import { createTracing } from './own-traces.ts';
import { startReceivers } from './receivers.ts';
import { createTriggerLine } from './triggers.ts';

/** W&B keys of senders that are remembered at a time. */
const MAX_ACCOUNTS = 10_000;
/** What a sender is told while the queue is full or its disk fails. */
const RETRY_AFTER_MS = 1000;

export interface ServiceDeps {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly counters?: Counters;
}

/** `host:port` as bound. */
export interface Addresses {
  readonly http: string;
  readonly grpc: string;
  readonly health: string;
  readonly metrics: string;
}

/** In spans. */
export interface StopReport {
  /** Since the start. */
  readonly delivered: number;
  /** Waiting on disk for the next start. */
  readonly left: number;
  /** Refused by Weave for good since the start, and kept as dead letters. */
  readonly dead: number;
}

export interface Service {
  readonly addresses: Addresses;
  /**
   * Takes nothing new, answers what is being answered, delivers until `shutdown.timeout` has passed,
   * and leaves the rest on disk. Safe to call twice.
   */
  close(): Promise<StopReport>;
}

/** Undoes one step of the start. */
type Undo = () => unknown;

/**
 * Starts the sidecar. Throws a BridgeError where a part of it cannot start; those that had started are closed by then.
 *
 *   start: queue ─> triggers ─> delivery ─> receivers ─> health, metrics
 *   close: receivers ─> delivery, until the deadline ─> triggers ─> queue ─> health, metrics
 */
export async function startService(config: Config, deps: ServiceDeps = {}): Promise<Service> {
  const undo: Undo[] = [];
  try {
    return await start(config, deps, undo);
  } catch (thrown) {
    for (const step of undo.reverse()) await step();
    throw thrown;
  }
}

async function start(config: Config, deps: ServiceDeps, undo: Undo[]): Promise<Service> {
  const { clock = systemClock, log = silentLog, counters = createCounters() } = deps;
  const accounts = createAccounts({ maxKeys: MAX_ACCOUNTS });
  const { queue: stored, telemetry, shutdown } = config;

  const open = (dir: string) =>
    openDiskQueue(
      { clock, log, counters },
      {
        dir,
        maxBytes: stored.max_size,
        fsync: stored.fsync,
        onFull: stored.on_full,
        retryAfterMs: RETRY_AFTER_MS,
        deadLetters: { maxBytes: stored.dead_letters.max_size, maxAgeMs: stored.dead_letters.max_age },
      },
    );
  const queue = open(stored.dir);
  undo.push(queue.close);
  const memory = openTraceMemory(stored.dir, { log });
  undo.push(async () => memory.close());

  const triggers = createTriggerLine({ outbox: queue.outbox, clock, log, counters }, config);
  undo.push(() => triggers.close());
  triggers.start();

  const tracing = createTracing({ clock, log, counters }, telemetry.traces.endpoint);
  undo.push(tracing.close);

  const delivery = createDeliveryLine(
    { queue, memory, tracing, clock, log, counters, accounts, match: triggers.match },
    config,
  );
  undo.push(delivery.close, delivery.pipeline.close);
  delivery.pipeline.start();

  const receivers = await startReceivers(
    { accept: tracing.accept(queue.put), check: checkRequest, clock, log, counters, accounts },
    config,
  );
  undo.push(receivers.close);
  await tracing.refuseCircle([receivers.http, receivers.grpc]);

  // The directory may be the spool of an app of several processes.
  const leaving = new AbortController();
  const [, ...others] = spoolDirs(stored.dir);
  const takenOver = takeOver({ open, put: queue.put, clock, log }, others, leaving.signal);
  undo.push(() => {
    leaving.abort();
    return takenOver;
  });

  let state: 'ready' | 'stopping' = 'ready';
  const isStopping = () => state === 'stopping';
  const reasons = () => notReady({ isStopping, queue, troubles: delivery.troubles, counters });
  // A restart helps against none of them, and other senders are still taken in.
  const troubles = () => [...receivers.troubles(), ...delivery.troubles().map(describeTrouble)];
  const health = await bind('telemetry.health', telemetry.health, (at) =>
    startHealth({ clock, reasons, troubles }, at),
  );
  undo.push(health.close);
  const metricsDeps = { clock, counters, queue: { ...queue, maxBytes: stored.max_size }, troubles: delivery.troubles };
  const metrics = await bind('telemetry.metrics', telemetry.metrics, (at) => startMetrics(metricsDeps, at));

  async function stop(): Promise<StopReport> {
    state = 'stopping';
    const deadlineMs = clock.monotonic() + shutdown.timeout;
    leaving.abort();
    await Promise.all([receivers.close(), takenOver]);
    const { left } = await delivery.pipeline.drain(Math.max(0, deadlineMs - clock.monotonic()), 'may-come');
    delivery.close();
    await triggers.close(Math.max(0, deadlineMs - clock.monotonic()));
    memory.close();
    await queue.close();
    await tracing.close();
    await Promise.all([health.close(), metrics.close()]);
    return {
      delivered: counters.total('exporter_sent_spans'),
      left: left.spans,
      dead: counters.total('dead_letter_spans'),
    };
  }

  let stopped: Promise<StopReport> | undefined;
  return {
    addresses: { http: receivers.http, grpc: receivers.grpc, health: health.address, metrics: metrics.address },
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}
