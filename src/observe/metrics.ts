import type { Clock } from '../core/clock.ts';
import { COUNTERS, type CounterName, type Counters } from '../core/counters.ts';
import type { QueueDepth } from '../core/ports.ts';
import { formatMetrics, type Metric } from './exposition.ts';
import { type ObserveServer, type ObserveSettings, startObserveServer } from './server.ts';

export interface MetricsDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly queue: {
    readonly depth: () => QueueDepth;
    /** What `queue.max_size` allows. */
    readonly maxBytes: number;
  };
}

/** `GET /metrics` answers with every counter and the state of queue and process, under the Collector's names where it has one. */
export function startMetrics(deps: MetricsDeps, settings: ObserveSettings): Promise<ObserveServer> {
  const startedMs = deps.clock.monotonic();
  const answer = () => ({
    status: 200,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    body: formatMetrics([...counterMetrics(deps.counters), ...gaugeMetrics(deps, startedMs)]),
  });
  return startObserveServer('The metrics page', { path: '/metrics', answer }, settings);
}

function counterMetrics(counters: Counters): readonly Metric[] {
  const all = counters.all();
  const names = Object.keys(COUNTERS) as CounterName[];
  return names.map((name) => {
    const values = all.filter((counter) => counter.name === name);
    return { name, type: 'counter', help: COUNTERS[name], values };
  });
}

function gaugeMetrics({ clock, queue }: MetricsDeps, startedMs: number): readonly Metric[] {
  const depth = queue.depth();
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    type: 'gauge',
    help,
    values: [{ labels: {}, value }],
  });
  return [
    gauge('exporter_queue_size', 'Bytes of requests accepted and not yet delivered.', depth.bytes),
    gauge('exporter_queue_capacity', 'Bytes of requests that may wait: queue.max_size.', queue.maxBytes),
    gauge('exporter_queue_requests', 'Requests accepted and not yet delivered.', depth.entries),
    gauge('exporter_queue_spans', 'Spans accepted and not yet delivered.', depth.spans),
    gauge(
      'exporter_queue_parked_requests',
      'Requests of the queue whose projects Weave takes nothing for now.',
      depth.parked,
    ),
    gauge('exporter_in_flight_requests', 'Requests of the queue that are being delivered now.', depth.claimed),
    gauge('process_uptime', 'Seconds since the start.', Math.round(clock.monotonic() - startedMs) / 1000),
    gauge('process_memory_rss', 'Bytes of memory that the process occupies.', process.memoryUsage.rss()),
  ];
}
