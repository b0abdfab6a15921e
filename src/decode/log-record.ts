import type { LogRecord } from '../core/log-record.ts';
import type { Attributes, Value } from '../core/span.ts';
import { joiningId } from './ids.ts';

/** The fields of a log record as they came, in whatever encoding. */
export interface RawLogRecord {
  /** Lower-case; empty where left out. */
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
  readonly timeNs: bigint;
  readonly observedTimeNs: bigint;
  readonly body: Value;
  readonly attributes: Attributes;
}

export function logRecord(raw: RawLogRecord, scopeName: string): LogRecord {
  return {
    traceId: joiningId(raw.traceId, 32),
    spanId: joiningId(raw.spanId, 16),
    eventName: raw.eventName || eventNameAttribute(raw.attributes),
    timeNs: raw.timeNs || raw.observedTimeNs,
    body: raw.body,
    attributes: raw.attributes,
    scopeName,
  };
}

/** Where senders put the name before log records had a field for it. */
function eventNameAttribute(attributes: Attributes): string {
  const name = attributes.get('event.name');
  return typeof name === 'string' ? name : '';
}
