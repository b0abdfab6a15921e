import type { Config } from '../config/options.ts';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Accept, Queue, TraceMemory } from '../core/ports.ts';
import { checkRequest } from '../decode/check.ts';
import { createExplainer, type Explanation } from '../map/explain.ts';
import { createMapper } from '../map/map-spans.ts';
import { openDiskQueue } from '../queue/disk-queue.ts';
import { createMemoryQueue } from '../queue/memory-queue.ts';
import { openTraceMemory } from '../queue/trace-memory.ts';
import { createFiles, type Files } from '../receive/files.ts';
import { createDeliveryLine } from './delivery.ts';
import { mapSettings } from './map.ts';
import { createSpanReader, type TakeSpans } from './read.ts';
import type { StopReport } from './service.ts';
import { createTriggerLine, type TriggerLine } from './triggers.ts';

/** What the memory queue has room for beside one request of the largest size. Little, for the files wait where they are. */
const MEMORY_QUEUE_BYTES = 8 * 1024 * 1024;
const RETRY_AFTER_MS = 1000;
/** Calls that were told late are remembered, so that none is told twice. */
const MAX_RETURNED = 100_000;
/** The longest that a timer can run, 24 days: files are delivered however long it takes. */
const NO_DEADLINE_MS = 2 ** 31 - 1;

export interface PipeDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** Told of everything in a file that is not taken. */
  readonly onBad: (place: string, reason: string) => void;
}

export interface Pipe extends Files {
  /** Delivers what was read; from the moment that the signal aborts, for no longer than `shutdown.timeout`. */
  finish(signal: AbortSignal): Promise<StopReport>;
}

/** Files in, calls out. The queue is on disk only where `queueOnDisk` says so: else what is left at the end is gone. */
export function startPipe(config: Config, deps: PipeDeps, queueOnDisk: boolean): Pipe {
  const { clock, counters } = deps;
  const { queue, memory, triggers } = queueOnDisk ? onDisk(config, deps) : inMemory(config, deps);
  const delivery = createDeliveryLine({ ...deps, queue, ...(memory && { memory }), match: triggers?.match }, config);
  triggers?.start();
  delivery.pipeline.start();

  async function drain(signal: AbortSignal) {
    const timeoutMs = config.shutdown.timeout;
    if (signal.aborted) return delivery.pipeline.drain(timeoutMs, 'are-here');
    const cutShort = () => clock.after(timeoutMs, () => void delivery.pipeline.close());
    signal.addEventListener('abort', cutShort, { once: true });
    return delivery.pipeline.drain(NO_DEADLINE_MS, 'are-here');
  }

  return {
    ...files(config, deps, queue.put),
    async finish(signal) {
      const { left } = await drain(signal);
      delivery.close();
      await triggers?.close(config.shutdown.timeout);
      memory?.close();
      await queue.close();
      return {
        delivered: counters.total('exporter_sent_spans'),
        left: left.spans,
        dead: counters.total('dead_letter_spans'),
      };
    },
  };
}

/** Files whose spans are told one by one; those that lack content when all log records of all files are known. */
export interface ToldFiles extends Files {
  /** To be called when all files are read. */
  finish(): Promise<void>;
}

/** Files in, the JSON text of calls out: nothing is sent. */
export function startDryRun(config: Config, deps: PipeDeps, print: (json: Buffer) => Promise<void>): ToldFiles {
  return tellCalls(config, deps, async (calls) => {
    for (const { json } of calls) await print(json);
  });
}

/** Files in, the calls of each request out, as soon as they have all the content that there is. */
export function tellCalls(config: Config, deps: PipeDeps, tell: (calls: readonly Call[]) => Promise<void>): ToldFiles {
  const map = createMapper(mapSettings(config, deps.log));
  /** Calls that were left out until one below them came. They come once more where that one was held back for its content. */
  const returned = new Set<string>();
  const isNew = ({ traceId, id, returns }: Call) => {
    if (!returns || returned.has(traceId + id)) return false;
    returned.add(traceId + id);
    const [oldest = ''] = returned;
    if (returned.size > MAX_RETURNED) returned.delete(oldest);
    return true;
  };
  return tellSpans(config, deps, async (spans, logs) => {
    const { calls, lacking, corrections } = map(spans);
    const held = logs === 'whole' ? [] : lacking;
    const heldCalls = new Set(held.map(({ call }) => call));
    await tell([...calls.filter((_, at) => !heldCalls.has(at)), ...(corrections?.() ?? []).filter(isNew)]);
    const heldSpans = new Set(held.map(({ span }) => span));
    return spans.filter((span) => heldSpans.has(span));
  });
}

/** Files in, for each span where the fields of its call come from. */
export function startExplain(config: Config, deps: PipeDeps, tell: (found: Explanation) => Promise<void>): ToldFiles {
  const explain = createExplainer(mapSettings(config, deps.log));
  return tellSpans(config, deps, async (spans, logs) => {
    const found = explain(spans);
    const isHeld = (at: number) => logs === 'may-come' && found[at]?.lacksContent === true;
    for (const [at, one] of found.entries()) if (!isHeld(at)) await tell(one);
    return spans.filter((_, at) => isHeld(at));
  });
}

function tellSpans(config: Config, deps: PipeDeps, take: TakeSpans): ToldFiles {
  const reader = createSpanReader(take, config.weave.project ?? null);
  return { ...files(config, deps, reader.accept), finish: reader.finish };
}

function files({ weave, receive, map }: Config, deps: PipeDeps, accept: Accept): Files {
  return createFiles(
    { ...deps, accept, check: checkRequest },
    {
      maxBodyBytes: receive.max_body,
      defaultProjectKnown: weave.project !== undefined,
      joinLogs: map.join_logs.wait > 0 && map.capture_content,
    },
  );
}

interface Stored {
  readonly queue: Queue;
  readonly memory?: TraceMemory;
  readonly triggers?: TriggerLine;
}

/** What rules make of the calls goes on while the files are read; the rest of it waits on disk for the next `serve`. */
function onDisk(config: Config, deps: PipeDeps): Stored {
  const { dir, max_size: maxBytes, fsync, dead_letters: letters } = config.queue;
  const deadLetters = { maxBytes: letters.max_size, maxAgeMs: letters.max_age };
  // A file can be read again: it is held back, and drops nothing.
  const queue = openDiskQueue(deps, {
    ...{ dir, maxBytes, fsync, deadLetters },
    onFull: 'refuse',
    retryAfterMs: RETRY_AFTER_MS,
  });
  const triggers = createTriggerLine({ ...deps, outbox: queue.outbox }, config);
  return { queue, memory: openTraceMemory(dir, deps), triggers };
}

function inMemory({ receive, scoring, jobs }: Config, deps: PipeDeps): Stored {
  if (scoring.length + jobs.rules.length > 0) {
    deps.log.warn('The rules for scoring and jobs are passed over: they need a queue on disk. Give --queue-dir.');
  }
  const maxBytes = MEMORY_QUEUE_BYTES + receive.max_body;
  return { queue: createMemoryQueue(deps, { maxBytes, retryAfterMs: RETRY_AFTER_MS }) };
}
