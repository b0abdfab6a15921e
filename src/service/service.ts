import type { Config } from './config/options.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { type Counters, createCounters } from './core/counters.ts';
import { type Log, silentLog } from './core/log.ts';
import { checkRequest } from './decode/check.ts';
import { startHealth } from './observe/health.ts';
import { startMetrics } from './observe/metrics.ts';
import { openDiskQueue } from './queue/disk-queue.ts';
import { GRPC_LIMITS, startGrpcReceiver } from './receive/grpc.ts';
import { HTTP_LIMITS, startHttpReceiver } from './receive/http.ts';
import { RECEIVER_LIMITS } from './receive/receiver.ts';
import { bind } from './service-bind.ts';
import { createDeliveryLine, describeTrouble } from './service-delivery.ts';
import { createTriggerLine } from './service-triggers.ts';

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
  const { queue: stored, receive, telemetry, shutdown } = config;

  const queue = openDiskQueue(
    { clock, log, counters },
    {
      dir: stored.dir,
      maxBytes: stored.max_size,
      fsync: stored.fsync,
      onFull: stored.on_full,
      retryAfterMs: RETRY_AFTER_MS,
    },
  );
  undo.push(queue.close);

  const triggers = createTriggerLine({ outbox: queue.outbox, clock, log, counters }, config);
  undo.push(triggers.close);
  triggers.start();

  const delivery = createDeliveryLine({ queue, clock, log, counters, match: triggers.match }, config);
  undo.push(delivery.close, delivery.pipeline.close);
  delivery.pipeline.start();

  const receiverDeps = { accept: queue.put, check: checkRequest, clock, log, counters };
  const limits = {
    ...RECEIVER_LIMITS,
    maxBodyBytes: receive.max_body,
    closeTimeoutMs: shutdown.timeout,
    defaultProjectKnown: config.weave.project !== undefined,
    joinLogs: config.map.join_logs.wait > 0 && config.map.capture_content,
  };
  const http = await bind('receive.http.endpoint', receive.http.endpoint, (at) =>
    startHttpReceiver(receiverDeps, { ...limits, ...HTTP_LIMITS, ...at }),
  );
  undo.push(http.close);
  const grpc = await bind('receive.grpc.endpoint', receive.grpc.endpoint, (at) =>
    startGrpcReceiver(receiverDeps, { ...limits, ...GRPC_LIMITS, ...at }),
  );
  undo.push(grpc.close);

  let state: 'ready' | 'stopping' = 'ready';
  const reasons = () => (state === 'ready' ? [] : ['stopping']);
  const troubles = () => delivery.troubles().map(describeTrouble);
  const health = await bind('telemetry.health', telemetry.health, (at) =>
    startHealth({ clock, reasons, troubles }, at),
  );
  undo.push(health.close);
  const metricsDeps = { clock, counters, queue: { depth: queue.depth, maxBytes: stored.max_size } };
  const metrics = await bind('telemetry.metrics', telemetry.metrics, (at) => startMetrics(metricsDeps, at));

  async function stop(): Promise<StopReport> {
    state = 'stopping';
    const deadlineMs = clock.monotonic() + shutdown.timeout;
    await Promise.all([http.close(), grpc.close()]);
    const { left } = await delivery.pipeline.drain(Math.max(0, deadlineMs - clock.monotonic()), 'may-come');
    delivery.close();
    await triggers.close();
    await queue.close();
    await Promise.all([health.close(), metrics.close()]);
    return {
      delivered: counters.total('exporter_sent_spans'),
      left: left.spans,
      dead: counters.total('dead_letter_spans'),
    };
  }

  let stopped: Promise<StopReport> | undefined;
  return {
    addresses: { http: http.address, grpc: grpc.address, health: health.address, metrics: metrics.address },
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}
