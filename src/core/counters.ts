/**
 * Every number the bridge counts, by name. Names follow the OpenTelemetry Collector where it has one.
 * They must balance at any moment: accepted_spans = delivered + queued + dead-lettered + filtered.
 */
export const COUNTERS = {
  receiver_accepted_spans: 'Spans answered with success, by transport.',
  receiver_refused_spans: 'Spans pushed back to the sender to try again, by transport.',
  receiver_rejected_spans: 'Spans that can never be accepted (bad ids, no project), by transport.',
  receiver_accepted_log_records: 'Log records that hold the content of spans, by transport.',
  receiver_requests: 'OTLP requests, by transport and outcome.',
  receiver_dropped_items: 'Metric points and log records answered with success and dropped, by signal.',
  processor_filtered_spans: 'Spans left out on purpose (map.keep, map.exclude).',
  exporter_sent_spans: 'Spans delivered to Weave as calls.',
  exporter_send_failed_requests: 'Requests to Weave that failed, by reason.',
  exporter_requests: 'Requests to Weave that were answered 2xx.',
  exporter_sent_bytes: 'Body bytes of requests to Weave that were answered 2xx.',
  dead_letter_spans: 'Spans that Weave refused for good, kept as dead letters.',
} as const;

export type CounterName = keyof typeof COUNTERS;
export type CounterLabels = Readonly<Record<string, string>>;

export interface CounterValue {
  readonly name: CounterName;
  readonly labels: CounterLabels;
  readonly value: number;
}

export interface Counters {
  add(name: CounterName, amount: number, labels?: CounterLabels): void;
  /** The sum over all labels. */
  total(name: CounterName): number;
  all(): readonly CounterValue[];
}

export function createCounters(): Counters {
  const values = new Map<string, { name: CounterName; labels: CounterLabels; value: number }>();
  return {
    add(name, amount, labels = {}) {
      const key = name + JSON.stringify(labels);
      const counter = values.get(key);
      if (counter) counter.value += amount;
      else values.set(key, { name, labels, value: amount });
    },
    total(name) {
      let sum = 0;
      for (const counter of values.values()) if (counter.name === name) sum += counter.value;
      return sum;
    },
    all: () => [...values.values()],
  };
}
