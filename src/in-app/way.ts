import type { AppSettings } from '../config/app-options.ts';
import type { Clock } from '../core/clock.ts';
import { createCounters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { AcceptOutcome, RawRequest } from '../core/ports.ts';
import { createReadableSpanDecoder } from '../decode/readable-span.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import { createAdmission } from '../otel/admission.ts';
import { inBackground } from '../otel/background.ts';
import { createIntake } from '../otel/intake.ts';
import { createMasker } from '../otel/mask.ts';
import type { WeaveOptions, WeaveStats } from '../otel/options.ts';
import { createWanted } from '../otel/wanted.ts';
import { sleepAwake } from './awake.ts';
import { type AppClientSettings, createLazyClient } from './client.ts';
import { createEnd } from './end.ts';
import type { Host } from './host-end.ts';
import { type AppLine, startLine } from './line.ts';
import { startLive } from './live.ts';
import { type AppQueue, memoryQueue, spoolQueue } from './queue.ts';
import { startAppScoring } from './scoring.ts';
import { createWithin } from './within.ts';

/** What an app's processor or exporter does, whatever its form. Nothing of it throws or rejects. */
export interface InApp {
  /** `off`: there is no way to Weave, and spans are not taken. */
  readonly status: 'on' | 'off';
  started(span: ReadableSpanLike): void;
  ended(span: ReadableSpanLike): void;
  /** Sends what has ended; resolves when Weave has taken all of it, or after timeoutMs (default `exportTimeoutMillis`). */
  flush(timeoutMs?: number): Promise<void>;
  /** The same, and has Weave asked at once for the scores that wait for their delay. */
  finish(): Promise<void>;
  /** The last flush; what is left then stays in the spool, or is dropped and counted. */
  shutdown(): Promise<void>;
  stats(): WeaveStats;
}

export interface WayDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Whose end is to be noticed. */
  readonly host: Host;
}

/**
 *   ended ─> admission ─> intake ─> queue (memory, or the spool on disk) ─> pipeline, as the sidecar's ─> Weave
 *   started ─> live ──────────────────────────────────────────────────────────────────────────────────────^
 */
export function startWay(
  options: WeaveOptions,
  settings: AppSettings,
  { clock: hostClock, log, host }: WayDeps,
): InApp {
  const clock = inBackground(hostClock, () => intake.measure());
  const counters = createCounters();
  const client = createLazyClient({ clock, counters }, clientSettings(settings));
  const decode = createReadableSpanDecoder();
  const prepare = createMasker(options.mask, log);
  const isWanted = options.shouldExportSpan && createWanted(options.shouldExportSpan, log);
  const live = startLive({ client, decode, prepare, isWanted, clock, log }, settings);

  let line: AppLine | undefined;
  /** Spans of earlier processes. */
  let inherited = 0;
  const leaving = new AbortController();
  const { spoolDir, maxQueueBytes } = settings;
  const opened =
    spoolDir === null
      ? Promise.resolve(open(memoryQueue({ clock, log, counters }, maxQueueBytes)))
      : spoolQueue({ clock, log, counters }, spoolDir, maxQueueBytes).then(open);

  function open(queue: AppQueue): AppLine {
    const { scoring: given = [] } = options;
    const rules = { given, spool: queue.spool, clock, log, counters };
    const scoring = given.length > 0 ? startAppScoring(rules, clientSettings(settings)) : undefined;
    line = startLine({ ...queue, client, scoring, clock, log, counters }, settings);
    inherited = line.queue.depth().spans;
    void queue.takeOver?.(inherit, leaving.signal);
    return line;
  }

  async function inherit(request: RawRequest): Promise<AcceptOutcome> {
    const outcome = await (await opened).queue.put(request);
    if (outcome.status === 'accepted') inherited += request.spans;
    return outcome;
  }

  const intake = createIntake(
    {
      decode,
      prepare,
      put: (request) => (line ? line.queue.put(request) : opened.then(({ queue }) => queue.put(request))),
      // On disk there is room of its own.
      depth: () => (line === undefined || line.isOnDisk ? NO_DEPTH : line.queue.depth()),
      clock,
      log,
    },
    {
      project: settings.project,
      homeless: spoolDir === null ? 'rejected' : 'stored',
      maxWaitMs: settings.scheduledDelayMillis,
      enough: settings.maxExportBatchSize,
      maxSpans: settings.maxQueueSize,
      maxBytes: maxQueueBytes,
    },
  );
  const admission = createAdmission({ add: intake.add, live, isWanted, log });

  // Both keep the process alive.
  const within = createWithin({ sleep: hostClock.sleep, log });
  const withinAwake = createWithin({ sleep: (delayMs, signal) => sleepAwake(hostClock, delayMs, signal), log });

  async function settle(over: AbortSignal): Promise<void> {
    // What instruments a stream ends its span a moment after the app has read the last piece.
    await clock.yield();
    await admission.settled();
    await intake.flush();
    await (await opened).queue.settled(over);
  }
  const flush = (timeoutMs = settings.exportTimeoutMillis) => within(timeoutMs, settle);
  const finish = async (timeoutMs = settings.exportTimeoutMillis, bounded = within) => {
    const untilMs = hostClock.monotonic() + timeoutMs;
    await bounded(timeoutMs, settle);
    const leftMs = Math.max(0, untilMs - hostClock.monotonic());
    await bounded(leftMs, async (over) => (await opened).scoring?.flush(over));
  };

  const delivered = () => counters.total('exporter_sent_spans');
  const end = createEnd(
    {
      admission,
      intake,
      live,
      opened,
      line: () => line,
      lineAtOnce: () => line ?? open(memoryQueue({ clock, log, counters }, maxQueueBytes)),
      within: withinAwake,
      flush: (timeoutMs) => finish(timeoutMs, withinAwake),
      delivered,
      clock,
      log,
      host,
    },
    settings,
    clientSettings(settings),
  );

  return {
    status: 'on',
    started: admission.started,
    ended: admission.ended,
    flush,
    finish: () => finish(),
    shutdown() {
      leaving.abort();
      return end.close();
    },
    stats() {
      const { held, filtered, ...admitted } = admission.counts();
      const taken = intake.counts();
      const stored = line?.queue.depth().spans ?? 0;
      const isLost = end.isClosed() && line?.isOnDisk === false;
      return {
        ended: inherited + admitted.ended,
        delivered: delivered(),
        waiting: isLost ? 0 : held + taken.waiting + stored,
        filtered,
        refused: taken.rejected + counters.total('dead_letter_spans'),
        dropped: admitted.dropped + taken.dropped + (isLost ? stored : 0),
      };
    },
  };
}

const NO_DEPTH = { entries: 0, spans: 0, bytes: 0, claimed: 0, parked: 0 };

function clientSettings(settings: AppSettings): AppClientSettings {
  const { url, timeoutMillis, headers, proxyEnv, ca, agent } = settings;
  return { url, key: settings.apiKey?.reveal() ?? null, timeoutMillis, headers, proxyEnv, ca, agent };
}
