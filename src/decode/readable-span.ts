import type { Attributes, Resource, Scope, Span, SpanEvent, SpanId, SpanLink, TraceId, Value } from '../core/span.ts';
import { isNoId, problemWithTextIds } from './ids.ts';
import { MAX_VALUE_DEPTH } from './limits.ts';
import type {
  AttributesLike,
  HrTime,
  ReadableSpanLike,
  ResourceLike,
  ScopeLike,
  SpanContextLike,
} from './readable-span-like.ts';

/** Bits of OTLP's span flags: we know whether the parent is remote; it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

export type DecodedSpan =
  | { readonly status: 'ok'; readonly span: Span }
  | { readonly status: 'rejected'; readonly name: string; readonly reason: string };

/**
 * Makes the function that turns a finished span of the OTel JS SDK into a Span: the same one that would come out
 * if the SDK's OTLP exporter had sent it in protobuf: half a surrogate pair is U+FFFD. Never throws. Spans of one resource or scope share one object.
 */
export function createReadableSpanDecoder(): (span: ReadableSpanLike) => DecodedSpan {
  const resources = new WeakMap<ResourceLike, Resource>();
  const scopes = new WeakMap<ScopeLike, Scope>();

  function resourceOf(source: ResourceLike): Resource {
    const known = resources.get(source);
    if (known !== undefined) return known;
    const { schemaUrl = '' } = source;
    const resource = { attributes: attributesOf(source.attributes), droppedAttributesCount: 0, schemaUrl };
    if (source.asyncAttributesPending !== true) resources.set(source, resource);
    return resource;
  }

  function scopeOf(source: ScopeLike): Scope {
    const known = scopes.get(source);
    if (known !== undefined) return known;
    const { name, version = '', schemaUrl = '', droppedAttributesCount = 0 } = source;
    const scope = { name, version, schemaUrl, attributes: attributesOf(source.attributes), droppedAttributesCount };
    scopes.set(source, scope);
    return scope;
  }

  return (source) => {
    const context = source.spanContext();
    const parent = source.parentSpanContext;
    const traceId = context.traceId.toLowerCase();
    const spanId = context.spanId.toLowerCase();
    const parentSpanId = (parent?.spanId ?? source.parentSpanId ?? '').toLowerCase();
    const problem = problemWithTextIds(traceId, spanId, parentSpanId);
    if (problem !== undefined) return { status: 'rejected', name: source.name, reason: problem };
    const span: Span = {
      traceId: traceId as TraceId,
      spanId: spanId as SpanId,
      parentSpanId: isNoId(parentSpanId) ? '' : (parentSpanId as SpanId),
      traceState: context.traceState?.serialize() ?? '',
      flags: flagsOf(context, parent),
      name: source.name.toWellFormed(),
      kind: source.kind + 1,
      startNs: nanoseconds(source.startTime),
      endNs: nanoseconds(source.endTime),
      attributes: attributesOf(source.attributes),
      droppedAttributesCount: source.droppedAttributesCount ?? 0,
      events: source.events.map(eventOf),
      droppedEventsCount: source.droppedEventsCount ?? 0,
      links: source.links.map(linkOf),
      droppedLinksCount: source.droppedLinksCount ?? 0,
      status: { code: source.status.code, message: (source.status.message ?? '').toWellFormed() },
      resource: resourceOf(source.resource),
      scope: scopeOf(source.instrumentationScope ?? source.instrumentationLibrary ?? NO_SCOPE),
    };
    return { status: 'ok', span };
  };
}

const NO_SCOPE: ScopeLike = { name: '' };

function eventOf(event: ReadableSpanLike['events'][number]): SpanEvent {
  return {
    name: event.name.toWellFormed(),
    timeNs: nanoseconds(event.time),
    attributes: attributesOf(event.attributes),
    droppedAttributesCount: event.droppedAttributesCount ?? 0,
  };
}

function linkOf({ context, attributes, droppedAttributesCount }: ReadableSpanLike['links'][number]): SpanLink {
  return {
    traceId: context.traceId.toLowerCase(),
    spanId: context.spanId.toLowerCase(),
    traceState: context.traceState?.serialize() ?? '',
    flags: flagsOf(context, context),
    attributes: attributesOf(attributes),
    droppedAttributesCount: droppedAttributesCount ?? 0,
  };
}

function flagsOf(own: SpanContextLike, remote: SpanContextLike | undefined): number {
  return (own.traceFlags & 0xff) | HAS_IS_REMOTE | (remote?.isRemote ? IS_REMOTE : 0);
}

function nanoseconds([seconds, nanos]: HrTime): bigint {
  return wholeNumber(seconds) * 1_000_000_000n + wholeNumber(nanos);
}

/** An app may have given a time that is no whole number, or none at all. */
function wholeNumber(number: number): bigint {
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n;
}

function attributesOf(source: AttributesLike | undefined, depth = 1): Attributes {
  const attributes = new Map<string, Value>();
  for (const [key, member] of Object.entries(source ?? {})) {
    const value = toValue(member, depth);
    if (value !== undefined) attributes.set(key.toWellFormed(), value);
  }
  return attributes;
}

/** Undefined for what OTLP has no value for, and for what lies too deep (a cycle, perhaps). */
export function toValue(source: unknown, depth = 1): Value | undefined {
  if (depth > MAX_VALUE_DEPTH) return undefined;
  switch (typeof source) {
    case 'string':
      return source.toWellFormed();
    case 'number':
    case 'bigint':
    case 'boolean':
      return source;
    case 'object':
      if (source === null || source instanceof Uint8Array) return source;
      if (Array.isArray(source)) return source.map((item) => toValue(item, depth + 1) ?? null);
      return attributesOf(source as AttributesLike, depth + 1);
    default:
      return undefined;
  }
}
