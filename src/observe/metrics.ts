import type { Clock } from '../core/clock.ts';
import {
  COUNTERS,
  type CounterLabels,
  type CounterName,
  type Counters,
  HISTOGRAMS,
  type HistogramName,
} from '../core/counters.ts';
import { formatMetrics, fullName, type HistogramMetric, type Metric } from './exposition.ts';
import { GAUGES, type Gauged, readGauges } from './gauges.ts';
import { type ObserveServer, type ObserveSettings, startObserveServer } from './server.ts';

export interface MetricsDeps extends Gauged {
  readonly clock: Clock;
  readonly counters: Counters;
}

const COUNTER_NAMES = Object.keys(COUNTERS) as readonly CounterName[];
const HISTOGRAM_NAMES = Object.keys(HISTOGRAMS) as readonly HistogramName[];

/**
 * Counters that show from the start, at 0: Prometheus sees no rise in what begins with its first value, and an alert on
 * the first dead letter, or on nothing delivered yet, would stay silent.
 */
const FROM_START: Partial<Record<CounterName, readonly CounterLabels[]>> = {
  ...eachTransport('receiver_accepted_spans', 'receiver_refused_spans', 'receiver_rejected_spans'),
  processor_filtered_spans: [{}],
  queue_dropped_spans: [{}],
  exporter_sent_spans: [{}],
  exporter_send_failed_spans: [{}],
  exporter_requests: [{}],
  dead_letter_spans: [{}],
  dead_letter_removed_spans: ['retried', 'purged', 'expired', 'pushed_out'].map((how) => ({ how })),
};

function eachTransport(...names: readonly CounterName[]) {
  const transports = ['http', 'grpc'].map((transport) => ({ transport }));
  return Object.fromEntries(names.map((name) => [name, transports]));
}

/** The only counter that is not the bridge's own. */
const CPU: Pick<Metric, 'name' | 'help'> = {
  name: 'process_cpu_seconds',
  help: 'Seconds of CPU time that the process has used.',
};

/** `GET /metrics` answers with every counter and the state of queue and process, under the Collector's names where it has one. */
export function startMetrics(deps: MetricsDeps, settings: ObserveSettings): Promise<ObserveServer> {
  const startedMs = deps.clock.monotonic();
  for (const name of COUNTER_NAMES) for (const labels of FROM_START[name] ?? []) deps.counters.of(name, labels);
  const answer = () => ({
    status: 200,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    body: formatMetrics([
      ...counterMetrics(deps.counters),
      ...histogramMetrics(deps.counters),
      ...readGauges(deps, startedMs),
      cpuMetric(),
    ]),
  });
  return startObserveServer('The metrics page', [{ path: '/metrics', answer }], settings);
}

function counterMetrics(counters: Counters): readonly Metric[] {
  const all = counters.all();
  return COUNTER_NAMES.map((name) => {
    const values = all.filter((counter) => counter.name === name);
    return { name, type: 'counter', help: COUNTERS[name], values };
  });
}

function histogramMetrics(counters: Counters): readonly HistogramMetric[] {
  return HISTOGRAM_NAMES.map((name) => ({
    ...{ name, type: 'histogram' },
    ...HISTOGRAMS[name],
    ...counters.histogram(name),
  }));
}

function cpuMetric(): Metric {
  const { user, system } = process.cpuUsage();
  return { ...CPU, type: 'counter', values: [{ labels: {}, value: (user + system) / 1e6 }] };
}

/** Every metric of the page, for its documentation. */
export function describeMetrics(): readonly { readonly name: string; readonly type: string; readonly help: string }[] {
  const all = [
    ...COUNTER_NAMES.map((name) => ({ name, type: 'counter', help: COUNTERS[name] }) as const),
    ...HISTOGRAM_NAMES.map((name) => ({ name, type: 'histogram', help: HISTOGRAMS[name].help }) as const),
    ...GAUGES.map(({ name, help }) => ({ name, type: 'gauge', help }) as const),
    { ...CPU, type: 'counter' } as const,
  ];
  return all.map((metric) => ({ name: fullName(metric), type: metric.type, help: metric.help }));
}
