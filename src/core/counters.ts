/**
 * Every number the bridge counts, by name. Names follow the OpenTelemetry Collector where it has one.
 * They must balance at any moment: accepted_spans = delivered + queued + dead-lettered + filtered + dropped.
 */
export const COUNTERS = {
  receiver_accepted_spans: 'Spans answered with success, by transport.',
  receiver_refused_spans: 'Spans pushed back to the sender to try again, by transport.',
  receiver_rejected_spans: 'Spans that can never be accepted (bad ids, no project), by transport.',
  receiver_accepted_log_records: 'Log records that hold the content of spans, by transport.',
  receiver_requests: 'OTLP requests, by transport and outcome.',
  receiver_dropped_items: 'Metric points and log records answered with success and dropped, by signal.',
  processor_filtered_spans: 'Spans left out on purpose (map.keep, map.exclude).',
  queue_dropped_spans: 'Accepted spans dropped for newer ones while the queue was full (queue.on_full: drop_oldest).',
  exporter_sent_spans: 'Spans delivered to Weave as calls.',
  exporter_shortened_calls: 'Calls delivered shorter than they came, since Weave took no larger ones.',
  exporter_send_failed_requests: 'Requests to Weave that failed, by reason.',
  exporter_requests: 'Requests to Weave that were answered 2xx.',
  exporter_sent_bytes: 'Body bytes of requests to Weave that were answered 2xx.',
  dead_letter_spans: 'Spans that Weave refused for good, kept as dead letters.',
  rule_calls: 'Calls by rule and by what became of them, from filtered to scored.',
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
  /** The counter of these labels, for what is counted too often to look it up each time. It shows from now on, at 0. */
  of(name: CounterName, labels: CounterLabels): (amount: number) => void;
  /** The sum over all labels. */
  total(name: CounterName): number;
  all(): readonly CounterValue[];
}

export function createCounters(): Counters {
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
  };
}
