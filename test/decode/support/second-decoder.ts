import type { LogRecord } from '../../../src/core/log-record.ts';
import type { Attributes, Resource, Scope, Span, SpanId, TraceId, Value } from '../../../src/core/span.ts';
import { type Message, parseLogs, parseTraces } from './proto.ts';

/** The spans of a request as protobufjs decodes it, in our form. Only for requests without rejected spans. */
export function secondDecodeTraces(body: Uint8Array): readonly Span[] {
  return list(parseTraces(body).resourceSpans).flatMap((group) => {
    const resource = toResource(group);
    return list(group.scopeSpans).flatMap((scopeGroup) => {
      const scope = toScope(scopeGroup);
      return list(scopeGroup.spans).map((span) => toSpan(span, resource, scope));
    });
  });
}

export function secondDecodeLogs(body: Uint8Array): readonly LogRecord[] {
  return list(parseLogs(body).resourceLogs).flatMap((group) =>
    list(group.scopeLogs).flatMap((scopeGroup) => list(scopeGroup.logRecords).map((log) => toLog(log, scopeGroup))),
  );
}

function toSpan(span: Message, resource: Resource, scope: Scope): Span {
  const status = (span.status ?? {}) as Message;
  return {
    traceId: hex(span.traceId) as TraceId,
    spanId: hex(span.spanId) as SpanId,
    parentSpanId: hex(span.parentSpanId).replace(/^0+$/, '') as SpanId,
    traceState: text(span.traceState),
    flags: number(span.flags),
    name: text(span.name),
    kind: number(span.kind),
    startNs: time(span.startTimeUnixNano),
    endNs: time(span.endTimeUnixNano),
    attributes: toAttributes(span.attributes),
    droppedAttributesCount: number(span.droppedAttributesCount),
    events: list(span.events).map((event) => ({
      name: text(event.name),
      timeNs: time(event.timeUnixNano),
      attributes: toAttributes(event.attributes),
      droppedAttributesCount: number(event.droppedAttributesCount),
    })),
    droppedEventsCount: number(span.droppedEventsCount),
    links: list(span.links).map((link) => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      traceState: text(link.traceState),
      flags: number(link.flags),
      attributes: toAttributes(link.attributes),
      droppedAttributesCount: number(link.droppedAttributesCount),
    })),
    droppedLinksCount: number(span.droppedLinksCount),
    status: { code: number(status.code), message: text(status.message) },
    resource,
    scope,
  };
}

function toLog(log: Message, scopeGroup: Message): LogRecord {
  const attributes = toAttributes(log.attributes);
  const named = attributes.get('event.name');
  return {
    traceId: hex(log.traceId),
    spanId: hex(log.spanId),
    eventName: text(log.eventName) || (typeof named === 'string' ? named : ''),
    timeNs: time(log.timeUnixNano) || time(log.observedTimeUnixNano),
    body: toValue(log.body),
    attributes,
    scopeName: toScope(scopeGroup).name,
  };
}

function toResource(group: Message): Resource {
  const resource = (group.resource ?? {}) as Message;
  return {
    attributes: toAttributes(resource.attributes),
    droppedAttributesCount: number(resource.droppedAttributesCount),
    schemaUrl: text(group.schemaUrl),
  };
}

function toScope(group: Message): Scope {
  const scope = (group.scope ?? {}) as Message;
  return {
    name: text(scope.name),
    version: text(scope.version),
    attributes: toAttributes(scope.attributes),
    droppedAttributesCount: number(scope.droppedAttributesCount),
    schemaUrl: text(group.schemaUrl),
  };
}

function toAttributes(value: unknown): Attributes {
  return new Map(list(value).map((item) => [text(item.key), toValue(item.value)]));
}

function toValue(value: unknown): Value {
  const any = (value ?? {}) as Message;
  const member = any[text(any.value)];
  switch (any.value) {
    case undefined:
      return null;
    case 'intValue': {
      const exact = BigInt(text(member));
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    }
    case 'arrayValue':
      return list((member as Message).values).map(toValue);
    case 'kvlistValue':
      return toAttributes((member as Message).values);
    case 'bytesValue':
      return new Uint8Array(member as Uint8Array);
    default:
      return member as Value;
  }
}

const list = (value: unknown): readonly Message[] => (value ?? []) as readonly Message[];
const text = (value: unknown): string => (value ?? '') as string;
const number = (value: unknown): number => (value ?? 0) as number;
const time = (value: unknown): bigint => BigInt(text(value));
const hex = (value: unknown): string => Buffer.from((value ?? []) as Uint8Array).toString('hex');
