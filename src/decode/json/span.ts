import type { Span, SpanEvent, SpanId, SpanLink, TraceId } from '../../core/span.ts';
import { isHex, isNoId, problemWithTextIds } from '../ids.ts';
import { TOO_DEEP } from '../limits.ts';
import type { Shared, SpanLists } from '../outcome.ts';
import { readDroppedAttributesCount } from './envelope.ts';
import type { JsonObject, JsonReader } from './reader.ts';
import { readAttributes } from './values.ts';

const SPAN_KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
];
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/** Reads a Span into the list where it belongs. */
export function readSpan(reader: JsonReader, span: JsonObject, shared: Shared, into: SpanLists): void {
  const { resource, scope } = shared;
  const deepBefore = reader.tooDeep;
  const name = reader.string(span.name, 'name');
  const traceId = readId(reader, span.traceId ?? span.trace_id, 'traceId');
  const spanId = readId(reader, span.spanId ?? span.span_id, 'spanId');
  const parentSpanId = readId(reader, span.parentSpanId ?? span.parent_span_id, 'parentSpanId');
  const events: SpanEvent[] = [];
  reader.list(span.events, 'events', (event) => events.push(readEvent(reader, event)));
  const links: SpanLink[] = [];
  reader.list(span.links, 'links', (link) => links.push(readLink(reader, link)));
  const read: Span = {
    traceId: traceId as TraceId,
    spanId: spanId as SpanId,
    parentSpanId: isNoId(parentSpanId) ? '' : (parentSpanId as SpanId),
    traceState: reader.string(span.traceState ?? span.trace_state, 'traceState'),
    flags: reader.uint32(span.flags, 'flags'),
    name,
    kind: reader.enumeration(span.kind, 'kind', SPAN_KINDS),
    startNs: reader.nanoseconds(span.startTimeUnixNano ?? span.start_time_unix_nano, 'startTimeUnixNano'),
    endNs: reader.nanoseconds(span.endTimeUnixNano ?? span.end_time_unix_nano, 'endTimeUnixNano'),
    attributes: readAttributes(reader, span.attributes),
    droppedAttributesCount: readDroppedAttributesCount(reader, span),
    events,
    droppedEventsCount: reader.uint32(span.droppedEventsCount ?? span.dropped_events_count, 'droppedEventsCount'),
    links,
    droppedLinksCount: reader.uint32(span.droppedLinksCount ?? span.dropped_links_count, 'droppedLinksCount'),
    status: reader.object(span.status, 'status', (status) => ({
      code: reader.enumeration(status.code, 'code', STATUS_CODES),
      message: reader.string(status.message, 'message'),
    })),
    resource,
    scope,
  };
  const isTooDeep = shared.tooDeep || reader.tooDeep > deepBefore;
  const problem =
    problemWithTextIds(traceId, spanId, parentSpanId) ?? problemWithLinks(links) ?? (isTooDeep ? TOO_DEEP : undefined);
  if (problem === undefined) into.spans.push(read);
  else into.rejected.push({ name, reason: problem });
}

function readEvent(reader: JsonReader, event: JsonObject): SpanEvent {
  return {
    name: reader.string(event.name, 'name'),
    timeNs: reader.nanoseconds(event.timeUnixNano ?? event.time_unix_nano, 'timeUnixNano'),
    attributes: readAttributes(reader, event.attributes),
    droppedAttributesCount: readDroppedAttributesCount(reader, event),
  };
}

function readLink(reader: JsonReader, link: JsonObject): SpanLink {
  return {
    traceId: readId(reader, link.traceId ?? link.trace_id, 'traceId'),
    spanId: readId(reader, link.spanId ?? link.span_id, 'spanId'),
    traceState: reader.string(link.traceState ?? link.trace_state, 'traceState'),
    flags: reader.uint32(link.flags, 'flags'),
    attributes: readAttributes(reader, link.attributes),
    droppedAttributesCount: readDroppedAttributesCount(reader, link),
  };
}

function problemWithLinks(links: readonly SpanLink[]): string | undefined {
  return links.every((link) => isHex(link.traceId) && isHex(link.spanId))
    ? undefined
    : 'the id of a link is not hexadecimal';
}

/** Hex in any case. */
function readId(reader: JsonReader, value: unknown, name: string): string {
  return reader.string(value, name).toLowerCase();
}
