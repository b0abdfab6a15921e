import type { Clock } from '../core/clock.ts';
import type { QueueDepth } from '../core/ports.ts';
import type { Metric } from './exposition.ts';

/** What the gauges are read from. */
export interface Gauged {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly queue: {
    readonly depth: () => QueueDepth;
    /** What `queue.max_size` allows. */
    readonly maxBytes: number;
    /** Undefined while the disk does not answer: then nothing is said about them. */
    readonly deadLetters: () =>
      | { readonly letters: number; readonly spans: number; readonly bytes: number }
      | undefined;
  };
  /** What Weave takes nothing of now; `todo`: what a person has to do about it, undefined where it may pass by itself. */
  readonly troubles: () => readonly { readonly todo: string | undefined }[];
}

interface Gauge {
  readonly name: string;
  readonly help: string;
}

type Read = (state: State) => number | undefined;

interface State {
  readonly depth: QueueDepth;
  readonly maxBytes: number;
  readonly kept: ReturnType<Gauged['queue']['deadLetters']>;
  readonly troubles: ReturnType<Gauged['troubles']>;
  readonly uptimeMs: number;
}

const TABLE: readonly (Gauge & { readonly read: Read })[] = [
  gauge('exporter_queue_size', 'Bytes of requests accepted and not yet delivered.', ({ depth }) => depth.bytes),
  gauge('exporter_queue_capacity', 'Bytes of requests that may wait: queue.max_size.', ({ maxBytes }) => maxBytes),
  gauge('exporter_queue_requests', 'Requests accepted and not yet delivered.', ({ depth }) => depth.entries),
  gauge('exporter_queue_spans', 'Spans accepted and not yet delivered.', ({ depth }) => depth.spans),
  gauge(
    'exporter_queue_parked_requests',
    'Requests of the queue whose projects Weave takes nothing for now.',
    ({ depth }) => depth.parked,
  ),
  gauge(
    'exporter_in_flight_requests',
    'Requests of the queue that are being delivered now.',
    ({ depth }) => depth.claimed,
  ),
  gauge(
    'exporter_failing_projects',
    'Projects (or all, as one) whose last request failed; they are tried again.',
    ({ troubles }) => troubles.filter(({ todo }) => todo === undefined).length,
  ),
  gauge(
    'exporter_held_projects',
    'Projects (or all, as one) that Weave turns away until a person has corrected key, project or address.',
    ({ troubles }) => troubles.filter(({ todo }) => todo !== undefined).length,
  ),
  gauge('dead_letters', 'Requests kept since Weave refused some of their spans for good.', ({ kept }) => kept?.letters),
  gauge('dead_letter_kept_spans', 'Spans of them that Weave refused.', ({ kept }) => kept?.spans),
  gauge('dead_letter_kept_bytes', 'What they count for in queue.dead_letters.max_size.', ({ kept }) => kept?.bytes),
  gauge('process_uptime', 'Seconds since the start.', ({ uptimeMs }) => Math.round(uptimeMs) / 1000),
  gauge('process_memory_rss', 'Bytes of memory that the process occupies.', () => process.memoryUsage.rss()),
];

export const GAUGES: readonly Gauge[] = TABLE;

function gauge(name: string, help: string, read: Read) {
  return { name, help, read };
}

export function readGauges({ clock, queue, troubles }: Gauged, startedMs: number): readonly Metric[] {
  const state: State = {
    depth: queue.depth(),
    maxBytes: queue.maxBytes,
    kept: queue.deadLetters(),
    troubles: troubles(),
    uptimeMs: clock.monotonic() - startedMs,
  };
  return TABLE.map(({ name, help, read }) => {
    const value = read(state);
    return { name, help, type: 'gauge', values: value === undefined ? [] : [{ labels: {}, value }] };
  });
}
