import type { ProjectId } from '../../src/core/call.ts';
import type { Attributes, Span, SpanId, TraceId, Value } from '../../src/core/span.ts';
import { createMapper } from '../../src/map/map-spans.ts';

/** Attributes as a test writes them: objects become kvlists, lists arrays. `J(x)` is a string that holds JSON. */
export interface SpanSpec {
  readonly name?: string;
  readonly scope?: string;
  readonly scopeVersion?: string;
  readonly id?: string;
  readonly parent?: string;
  readonly trace?: string;
  readonly kind?: number;
  readonly status?: { readonly code: number; readonly message?: string };
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly events?: readonly { readonly name: string; readonly attributes?: Readonly<Record<string, unknown>> }[];
  readonly startNs?: bigint;
  readonly endNs?: bigint;
}

export const PROJECT = 'team/app' as ProjectId;

/** A string attribute that holds JSON. */
export const J = (value: unknown) => JSON.stringify(value);

export function attributesOf(values: Readonly<Record<string, unknown>> = {}): Attributes {
  return new Map(Object.entries(values).map(([key, value]) => [key, toValue(value)]));
}

function toValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'object') return attributesOf(value as Readonly<Record<string, unknown>>);
  return value as Value;
}

/** A whole span out of what matters to a test. */
export function spanOf(spec: SpanSpec = {}): Span {
  return {
    traceId: (spec.trace ?? '0af7651916cd43dd8448eb211c80319c') as TraceId,
    spanId: (spec.id ?? 'b7ad6b7169203331') as SpanId,
    parentSpanId: (spec.parent ?? '') as SpanId,
    traceState: '',
    flags: 1,
    name: spec.name ?? 'span',
    kind: spec.kind ?? 1,
    startNs: spec.startNs ?? 1_795_160_680_123_456_789n,
    endNs: spec.endNs ?? 1_795_160_681_623_456_999n,
    attributes: attributesOf(spec.attributes),
    droppedAttributesCount: 0,
    events: (spec.events ?? []).map((event) => ({
      name: event.name,
      timeNs: 1_795_160_680_500_000_000n,
      attributes: attributesOf(event.attributes),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: spec.status?.code ?? 0, message: spec.status?.message ?? '' },
    resource: { attributes: attributesOf(spec.resource), droppedAttributesCount: 0, schemaUrl: '' },
    scope: {
      name: spec.scope ?? '',
      version: spec.scopeVersion ?? '',
      attributes: new Map(),
      droppedAttributesCount: 0,
      schemaUrl: '',
    },
  };
}

/** A call as Weave gets it, read back from its JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any shape
export type CallJson = Record<string, any>;

/** Maps spans of one request with a fresh mapper. */
export function mapSpecs(...specs: readonly SpanSpec[]): CallJson[] {
  const map = createMapper({ version: '1.2.3' });
  return map(specs.map((spec) => ({ span: spanOf(spec), project: PROJECT }))).calls.map(
    (call) => JSON.parse(call.json.toString()) as CallJson,
  );
}

export function mapOne(spec: SpanSpec): CallJson {
  const [call] = mapSpecs(spec);
  if (!call) throw new Error('no call');
  return call;
}
