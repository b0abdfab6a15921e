/**
 * The neutral span: what OTLP/protobuf, OTLP/JSON and the OTel JS SDK all decode to.
 * Field meanings: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */

/** 32 lower-case hex characters, not all zero. */
export type TraceId = string & { readonly brand: 'TraceId' };
/** 16 lower-case hex characters, not all zero. */
export type SpanId = string & { readonly brand: 'SpanId' };

/**
 * One attribute value. A 64-bit integer is a number while that is exact and a bigint beyond 2^53.
 * `null` is OTLP's empty value. A kvlist is a Map.
 */
export type Value = string | number | bigint | boolean | null | Uint8Array | readonly Value[] | Attributes;

/** Attributes by key, in the order they came. Of a key that comes twice the last one counts. A Map, so that no key is magic. */
export type Attributes = ReadonlyMap<string, Value>;

export interface SpanEvent {
  readonly name: string;
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  /** Lower-case hex; empty where the sender left it out. */
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

/** OTLP numbers: 0 unset, 1 ok, 2 error. Other numbers are kept as they came. */
export const STATUS_ERROR = 2;

export interface Span {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  /** Empty at the root of a trace. */
  readonly parentSpanId: SpanId | '';
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  /** OTLP numbers: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Nanoseconds since the Unix epoch, exact; 0 where the sender left it out. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly status: { readonly code: number; readonly message: string };
  /** Shared by all spans of one ResourceSpans / ScopeSpans: compare by identity to know that it is the same one. */
  readonly resource: Resource;
  readonly scope: Scope;
}
