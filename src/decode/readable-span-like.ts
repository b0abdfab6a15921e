/**
 * A finished span of the OpenTelemetry JS SDK, as far as we read it: structural, so that SDK 1.x, 2.x and 3.x all fit
 * and none has to be installed. https://github.com/open-telemetry/opentelemetry-js (ReadableSpan)
 */
export interface ReadableSpanLike {
  readonly name: string;
  /** The API's numbers: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number;
  spanContext(): SpanContextLike;
  /** SDK 2.x and later. */
  readonly parentSpanContext?: SpanContextLike | undefined;
  /** SDK 1.x. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: AttributesLike;
  readonly droppedAttributesCount?: number;
  readonly events: readonly {
    readonly name: string;
    readonly time: HrTime;
    readonly attributes?: AttributesLike | undefined;
    readonly droppedAttributesCount?: number | undefined;
  }[];
  readonly droppedEventsCount?: number;
  readonly links: readonly {
    readonly context: SpanContextLike;
    readonly attributes?: AttributesLike | undefined;
    readonly droppedAttributesCount?: number | undefined;
  }[];
  readonly droppedLinksCount?: number;
  readonly resource: ResourceLike;
  /** SDK 2.x and later. */
  readonly instrumentationScope?: ScopeLike;
  /** SDK 1.x. */
  readonly instrumentationLibrary?: ScopeLike;
}

/** Seconds since the epoch, and nanoseconds within the second. */
export type HrTime = readonly [number, number];

export type AttributesLike = Readonly<Record<string, unknown>>;

export interface SpanContextLike {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
  readonly traceState?: { serialize(): string } | undefined;
}

export interface ResourceLike {
  readonly attributes: AttributesLike;
  /** True while detectors are still at work: the attributes are not all there. */
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void>;
  readonly schemaUrl?: string | undefined;
}

export interface ScopeLike {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
  readonly attributes?: AttributesLike | undefined;
  readonly droppedAttributesCount?: number | undefined;
}
