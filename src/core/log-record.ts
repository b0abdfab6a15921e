import type { Attributes, Value } from './span.ts';

/**
 * The neutral log record, as far as the bridge uses it: some instrumentations put the content of an LLM call
 * in log records and join them to the span by its ids.
 */
export interface LogRecord {
  /** 32 lower-case hex characters; empty where the record belongs to no trace. */
  readonly traceId: string;
  /** 16 lower-case hex characters; empty where the record belongs to no span. */
  readonly spanId: string;
  /** The record's `event_name`, else the `event.name` attribute of older senders, else empty. */
  readonly eventName: string;
  /** Nanoseconds since the Unix epoch: when it happened, else when it was observed, else 0. */
  readonly timeNs: bigint;
  readonly body: Value;
  readonly attributes: Attributes;
  readonly scopeName: string;
}
