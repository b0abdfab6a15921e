import type { SpanEvent } from '../core/span.ts';
import type { WaitingRecord } from './record-store.ts';

/**
 * The events of records without those that came again: a sender whose answer was lost sends its whole request once more.
 * What is the same within one request was logged twice, and stays.
 */
export function eventsOnce(records: readonly WaitingRecord[]): readonly SpanEvent[] {
  const firstRequest = records[0]?.request;
  if (records.every(({ request }) => request === firstRequest)) return records.map(({ event }) => event);
  const requestOf = new Map<string, object>();
  return records.flatMap(({ event, request }) => {
    const key = keyOf(event);
    const first = requestOf.get(key) ?? request;
    requestOf.set(key, first);
    return first === request ? [event] : [];
  });
}

/** All that an event says, its time included: the same words at another time are another message. */
function keyOf({ name, timeNs, attributes }: SpanEvent): string {
  return JSON.stringify([name, timeNs, attributes], (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    return typeof value === 'bigint' ? `${value}n` : value;
  });
}
