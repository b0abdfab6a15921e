import { isDeepStrictEqual } from 'node:util';
import type { Span } from '../core/span.ts';
import { CALL_FIELDS } from './call-fields.ts';
import { isObject } from './chat/message.ts';
import type { CallJson } from './explain-fields.ts';
import type { Reading } from './reading.ts';
import { CONTENT_FIELDS } from './without-content.ts';

/** What became of a span beside its fields. */
export interface Fate {
  readonly span: Span;
  /** The same one as `map.redact` leaves it. */
  readonly redacted: Span;
  readonly reading: Partial<Reading>;
  readonly captureContent: boolean;
  readonly lacksContent: boolean;
  /** Undefined where it becomes none. */
  readonly call: CallJson | undefined;
}

/** What was shortened, left out or counted elsewhere, and why. */
export function explainNotes(fate: Fate): readonly string[] {
  const { call } = fate;
  if (!call) return ['left out: map.keep, map.include or map.exclude'];
  return [
    ...lackingNotes(fate),
    ...uncapturedNotes(fate),
    ...redactedNotes(fate),
    ...droppedNotes(fate.span),
    ...countedNotes(call),
    ...shortenedNotes(call),
    ...(fate.reading.embeddingDimensions === undefined ? [] : ['vectors are left out: only otel_dump has them']),
  ];
}

function lackingNotes({ lacksContent, reading }: Fate): readonly string[] {
  if (!lacksContent) return [];
  const missing = reading.kind === 'tool' ? 'what the tool was asked' : 'what the model answered';
  return [`it does not say ${missing}: log records may (map.join_logs), but none of these files holds any for it`];
}

function uncapturedNotes({ captureContent, reading }: Fate): readonly string[] {
  if (captureContent) return [];
  const places = [...CONTENT_FIELDS].filter((field) => reading[field] !== undefined).map((field) => CALL_FIELDS[field]);
  return places.length === 0
    ? []
    : [`left out, since map.capture_content is false: ${[...new Set(places)].join(', ')}`];
}

function redactedNotes({ span, redacted }: Fate): readonly string[] {
  if (span === redacted) return [];
  const attributes = [...span.attributes].filter(
    ([key, value]) => !isDeepStrictEqual(redacted.attributes.get(key), value),
  );
  const places = [
    ...attributes.map(([key]) => key),
    ...(redacted.name === span.name ? [] : ['the name']),
    ...(redacted.status.message === span.status.message ? [] : ['the status message']),
    ...span.events.flatMap((event, at) => (isDeepStrictEqual(event, redacted.events[at]) ? [] : `event ${event.name}`)),
  ];
  return places.length === 0 ? [] : [`redacted by map.redact: ${[...new Set(places)].join(', ')}`];
}

function droppedNotes({ droppedAttributesCount, droppedEventsCount, droppedLinksCount }: Span): readonly string[] {
  const counts = [
    [droppedAttributesCount, 'attributes'],
    [droppedEventsCount, 'events'],
    [droppedLinksCount, 'links'],
  ] as const;
  const dropped = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return dropped.length === 0 ? [] : [`the sender had dropped ${dropped.join(', ')} before it sent the span`];
}

function countedNotes({ attributes }: CallJson): readonly string[] {
  return isObject(attributes) && attributes['usage_repeated'] !== undefined
    ? ['its tokens are counted by another span of the trace; what it states is in attributes.usage_repeated']
    : [];
}

function shortenedNotes({ attributes }: CallJson): readonly string[] {
  const own = isObject(attributes) ? attributes['otel_weave_bridge'] : undefined;
  const truncated = isObject(own) ? own['truncated'] : undefined;
  return (Array.isArray(truncated) ? truncated : []).map(({ path, length, kept, unit = 'characters' }) => {
    return `shortened: ${path} from ${length} to ${kept} ${unit}, since Weave stores 3.5 MiB of a call`;
  });
}
