/**
 * Every number the bridge counts, by name. Names follow the OpenTelemetry Collector where it has one.
 * They must balance at any moment: accepted_spans = delivered + queued + dead-lettered - retried + filtered + dropped.
 */
export const COUNTERS = {
  receiver_accepted_spans: 'Spans answered with success, by transport.',
  receiver_refused_spans: 'Spans pushed back to the sender to try again, by transport.',
  receiver_rejected_spans: 'Spans that can never be accepted (bad ids, no project), by transport.',
  receiver_accepted_log_records: 'Log records that hold the content of spans, by transport.',
  receiver_requests: 'OTLP requests, by transport and outcome.',
  receiver_dropped_items: 'Metric points and log records answered with success and dropped, by signal.',
  processor_filtered_spans: 'Spans left out on purpose (map.keep, map.exclude).',
  processor_tokens:
    'Tokens that spans state, by direction (input, output) and outcome: counted, or left_out since another span states them.',
  processor_shortened_calls: 'Calls shortened to what Weave stores of one.',
  processor_content_spans:
    'Spans that came without content, by outcome: joined with their log records, or gone without (no_records, not_awaited, crowded_out).',
  processor_content_log_records:
    'Log records that hold the content of spans, by outcome: joined, not_needed, late, crowded_out, unclaimed.',
  queue_dropped_spans: 'Accepted spans dropped for newer ones while the queue was full (queue.on_full: drop_oldest).',
  exporter_sent_spans: 'Spans delivered to Weave as calls.',
  exporter_shortened_calls: 'Calls delivered shorter than they came, since Weave took no larger ones.',
  exporter_send_failed_spans: 'Spans of requests to Weave that failed and are sent again; each try counts.',
  exporter_project_calls:
    'Calls that Weave took (delivered) or refused for good (refused), by project; beyond 100 projects: other. What is sent again counts again.',
  exporter_send_failed_requests: 'Requests to Weave that failed, by reason.',
  exporter_requests: 'Requests to Weave that were answered 2xx.',
  exporter_sent_bytes: 'Body bytes of requests to Weave that were answered 2xx.',
  dead_letter_spans: 'Spans that Weave refused for good, kept as dead letters.',
  dead_letter_removed_spans:
    'Spans that are no dead letters any more, by how: retried (back in the queue), purged, expired, pushed_out (by newer ones).',
  telemetry_dropped_spans: "Spans of the bridge's own work (telemetry.traces) that could not be sent.",
  rule_calls: 'Calls by rule and by what became of them, from filtered to scored.',
} as const;

/** What is measured of each request to Weave, with the upper bounds of the buckets. */
export const HISTOGRAMS = {
  exporter_batch_send_size: {
    help: 'Calls in a request to Weave.',
    bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000],
  },
  exporter_request_duration_seconds: {
    help: 'Time from a request to Weave to the end of its answer, or of its failure.',
    bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
} as const;

export type HistogramName = keyof typeof HISTOGRAMS;

export interface Histogram {
  /** How many values fell into each bucket; the last one has no bound. */
  readonly buckets: readonly number[];
  readonly sum: number;
}

export type CounterName = keyof typeof COUNTERS;
export type CounterLabels = Readonly<Record<string, string>>;

export interface CounterValue {
  readonly name: CounterName;
  readonly labels: CounterLabels;
  readonly value: number;
}

export interface Counters {
  add(name: CounterName, amount: number, labels?: CounterLabels): void;
  /** The counter of these labels, for what is counted too often to look it up each time. It shows from now on, at 0. */
  of(name: CounterName, labels: CounterLabels): (amount: number) => void;
  /** The sum over all labels. */
  total(name: CounterName): number;
  all(): readonly CounterValue[];
  /** Adds a value to a distribution. */
  record(name: HistogramName, value: number): void;
  histogram(name: HistogramName): Histogram;
}

export function createCounters(): Counters {
  const histograms = {
    exporter_batch_send_size: emptyHistogram('exporter_batch_send_size'),
    exporter_request_duration_seconds: emptyHistogram('exporter_request_duration_seconds'),
  };
  const values = new Map<string, { name: CounterName; labels: CounterLabels; value: number }>();

  function counterOf(name: CounterName, labels: CounterLabels) {
    const key = name + JSON.stringify(labels);
    const known = values.get(key);
    if (known) return known;
    const counter = { name, labels, value: 0 };
    values.set(key, counter);
    return counter;
  }

  return {
    add(name, amount, labels = {}) {
      counterOf(name, labels).value += amount;
    },
    of(name, labels) {
      const counter = counterOf(name, labels);
      return (amount) => {
        counter.value += amount;
      };
    },
    total(name) {
      let sum = 0;
      for (const counter of values.values()) if (counter.name === name) sum += counter.value;
      return sum;
    },
    all: () => [...values.values()],
    record(name, value) {
      const histogram = histograms[name];
      const at = HISTOGRAMS[name].bounds.findIndex((bound) => value <= bound);
      const bucket = at < 0 ? histogram.buckets.length - 1 : at;
      histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
      histogram.sum += value;
    },
    histogram: (name) => histograms[name],
  };
}

const emptyHistogram = (name: HistogramName) => ({
  buckets: Array.from({ length: HISTOGRAMS[name].bounds.length + 1 }, () => 0),
  sum: 0,
});
