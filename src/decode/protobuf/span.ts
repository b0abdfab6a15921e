import type { Span, SpanEvent, SpanId, SpanLink, TraceId, Value } from '../../core/span.ts';
import { isNoId, problemWithIds } from '../ids.ts';
import { TOO_DEEP } from '../limits.ts';
import type { Shared, SpanLists } from '../outcome.ts';
import type { WireReader } from './reader.ts';
import { EVENT, LINK, SPAN, STATUS } from './schema.ts';
import { NO_ATTRIBUTES, readAttribute } from './values.ts';

const NO_EVENTS: readonly SpanEvent[] = [];
const NO_LINKS: readonly SpanLink[] = [];
const STATUS_UNSET = { code: 0, message: '' };

/** Reads a Span into the list where it belongs. */
export function readSpan(reader: WireReader, { resource, scope, tooDeep }: Shared, into: SpanLists): void {
  const outer = reader.enter();
  const deepBefore = reader.tooDeep;
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let traceState = '';
  let flags = 0;
  let name = '';
  let kind = 0;
  let startNs = 0n;
  let endNs = 0n;
  let attributes: Map<string, Value> | undefined;
  let droppedAttributesCount = 0;
  let events: SpanEvent[] | undefined;
  let droppedEventsCount = 0;
  let links: SpanLink[] | undefined;
  let droppedLinksCount = 0;
  let status = STATUS_UNSET;
  for (let field = reader.next(SPAN); field !== 0; field = reader.next(SPAN)) {
    switch (field) {
      case 1:
        traceId = reader.hex();
        break;
      case 2:
        spanId = reader.hex();
        break;
      case 3:
        traceState = reader.string();
        break;
      case 4:
        parentSpanId = reader.hex();
        break;
      case 5:
        name = reader.string();
        break;
      case 6:
        kind = reader.int32();
        break;
      case 7:
        startNs = reader.fixed64();
        break;
      case 8:
        endNs = reader.fixed64();
        break;
      case 9:
        attributes ??= new Map();
        readAttribute(reader, attributes);
        break;
      case 10:
        droppedAttributesCount = reader.uint32();
        break;
      case 11:
        events ??= [];
        events.push(readEvent(reader));
        break;
      case 12:
        droppedEventsCount = reader.uint32();
        break;
      case 13:
        links ??= [];
        links.push(readLink(reader));
        break;
      case 14:
        droppedLinksCount = reader.uint32();
        break;
      case 15:
        status = readStatus(reader, status);
        break;
      case 16:
        flags = reader.fixed32();
        break;
    }
  }
  reader.leave(outer);

  const isTooDeep = tooDeep || reader.tooDeep > deepBefore;
  const problem = problemWithIds(traceId, spanId, parentSpanId) ?? (isTooDeep ? TOO_DEEP : undefined);
  if (problem !== undefined) {
    into.rejected.push({ name, reason: problem });
    return;
  }
  into.spans.push({
    traceId: traceId as TraceId,
    spanId: spanId as SpanId,
    parentSpanId: isNoId(parentSpanId) ? '' : (parentSpanId as SpanId),
    traceState,
    flags,
    name,
    kind,
    startNs,
    endNs,
    attributes: attributes ?? NO_ATTRIBUTES,
    droppedAttributesCount,
    events: events ?? NO_EVENTS,
    droppedEventsCount,
    links: links ?? NO_LINKS,
    droppedLinksCount,
    status,
    resource,
    scope,
  });
}

function readEvent(reader: WireReader): SpanEvent {
  const outer = reader.enter();
  let timeNs = 0n;
  let name = '';
  let attributes: Map<string, Value> | undefined;
  let droppedAttributesCount = 0;
  for (let field = reader.next(EVENT); field !== 0; field = reader.next(EVENT)) {
    switch (field) {
      case 1:
        timeNs = reader.fixed64();
        break;
      case 2:
        name = reader.string();
        break;
      case 3:
        attributes ??= new Map();
        readAttribute(reader, attributes);
        break;
      case 4:
        droppedAttributesCount = reader.uint32();
        break;
    }
  }
  reader.leave(outer);
  return { name, timeNs, attributes: attributes ?? NO_ATTRIBUTES, droppedAttributesCount };
}

function readLink(reader: WireReader): SpanLink {
  const outer = reader.enter();
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let flags = 0;
  const attributes = new Map<string, Value>();
  let droppedAttributesCount = 0;
  for (let field = reader.next(LINK); field !== 0; field = reader.next(LINK)) {
    switch (field) {
      case 1:
        traceId = reader.hex();
        break;
      case 2:
        spanId = reader.hex();
        break;
      case 3:
        traceState = reader.string();
        break;
      case 4:
        readAttribute(reader, attributes);
        break;
      case 5:
        droppedAttributesCount = reader.uint32();
        break;
      case 6:
        flags = reader.fixed32();
        break;
    }
  }
  reader.leave(outer);
  return { traceId, spanId, traceState, flags, attributes, droppedAttributesCount };
}

/** A status in two pieces is one status: protobuf merges messages. */
function readStatus(reader: WireReader, before: Span['status']): Span['status'] {
  const outer = reader.enter();
  let { code, message } = before;
  for (let field = reader.next(STATUS); field !== 0; field = reader.next(STATUS)) {
    if (field === 2) message = reader.string();
    else code = reader.int32();
  }
  reader.leave(outer);
  return { code, message };
}
