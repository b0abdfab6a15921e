import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProjectId } from '../../src/core/call.ts';
import type { Attributes, Resource, Scope, Span, Value } from '../../src/core/span.ts';
import { CONVENTIONS } from '../../src/map/conventions/all.ts';
import { exceptionOf } from '../../src/map/exception.ts';
import { displayNameOf, opNameOf, turnIdOf } from '../../src/map/identity.ts';
import { inputsOutputOf } from '../../src/map/inputs-output.ts';
import { createLayouts } from '../../src/map/layout.ts';
import { createLedger } from '../../src/map/ledger.ts';
import { providerOf } from '../../src/map/provider.ts';
import { readSpan } from '../../src/map/read-span.ts';
import { viewOf } from '../../src/map/span-view.ts';
import { usageOf, usageSummary } from '../../src/map/usage.ts';

/**
 * The same calls, made the way a good engineer would write it first: protobufjs static decode, plain objects,
 * one JSON.stringify. It shares the rules with the bridge, since they say what the calls are;
 * decoding, nesting, `otel_dump` and writing are its own.
 */

interface AnyValue {
  readonly value?: string;
  readonly [member: string]: unknown;
}
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
interface Message {
  // biome-ignore lint/suspicious/noExplicitAny: generated classes come without types
  decode(body: Uint8Array): any;
}

/** The decoder that `pbjs -t static-module` writes for `proto/`. */
export async function staticDecoder(): Promise<Message> {
  const root = resolve(import.meta.dirname, '../..');
  const file = resolve(root, 'node_modules/.cache/otel-weave-bench/otlp.mjs');
  mkdirSync(resolve(file, '..'), { recursive: true });
  const pbjs = resolve(root, 'node_modules/protobufjs-cli/bin/pbjs');
  const protos = ['common', 'resource', 'trace', 'trace_service'].map((name) => resolve(root, `proto/${name}.proto`));
  execFileSync(process.execPath, [
    pbjs,
    '-t',
    'static-module',
    '-w',
    'es6',
    '--no-create',
    '-p',
    resolve(root, 'proto'),
    '-o',
    file,
    ...protos,
  ]);
  const module = await import(pathToFileURL(file).href);
  return module.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
// biome-ignore lint/suspicious/noExplicitAny: a Long of protobufjs, or a number
const toBigInt = (long: any) => (typeof long === 'number' ? BigInt(long) : BigInt(long.toString()));

function toValue(any: AnyValue | null | undefined): Value {
  // biome-ignore lint/suspicious/noExplicitAny: as decoded
  const value = any as any;
  switch (any?.value) {
    case 'stringValue':
      return value.stringValue;
    case 'boolValue':
      return value.boolValue;
    case 'intValue':
      return Number(value.intValue);
    case 'doubleValue':
      return value.doubleValue;
    case 'arrayValue':
      return value.arrayValue.values.map(toValue);
    case 'kvlistValue':
      return toAttributes(value.kvlistValue.values);
    case 'bytesValue':
      return value.bytesValue;
    default:
      return null;
  }
}

function toAttributes(list: readonly KeyValue[]): Attributes {
  return new Map(list.map(({ key, value }) => [key, toValue(value)]));
}

// biome-ignore lint/suspicious/noExplicitAny: as decoded
function toSpans(request: any): Span[] {
  const spans: Span[] = [];
  for (const resourceSpans of request.resourceSpans) {
    const resource: Resource = {
      attributes: toAttributes(resourceSpans.resource?.attributes ?? []),
      droppedAttributesCount: resourceSpans.resource?.droppedAttributesCount ?? 0,
      schemaUrl: resourceSpans.schemaUrl,
    };
    for (const scopeSpans of resourceSpans.scopeSpans) {
      const scope: Scope = {
        name: scopeSpans.scope?.name ?? '',
        version: scopeSpans.scope?.version ?? '',
        attributes: toAttributes(scopeSpans.scope?.attributes ?? []),
        droppedAttributesCount: scopeSpans.scope?.droppedAttributesCount ?? 0,
        schemaUrl: scopeSpans.schemaUrl,
      };
      for (const span of scopeSpans.spans) {
        spans.push({
          traceId: hex(span.traceId) as Span['traceId'],
          spanId: hex(span.spanId) as Span['spanId'],
          parentSpanId: hex(span.parentSpanId) as Span['parentSpanId'],
          traceState: span.traceState,
          flags: span.flags,
          name: span.name,
          kind: span.kind,
          startNs: toBigInt(span.startTimeUnixNano),
          endNs: toBigInt(span.endTimeUnixNano),
          attributes: toAttributes(span.attributes),
          droppedAttributesCount: span.droppedAttributesCount,
          // biome-ignore lint/suspicious/noExplicitAny: as decoded
          events: span.events.map((event: any) => ({
            name: event.name,
            timeNs: toBigInt(event.timeUnixNano),
            attributes: toAttributes(event.attributes),
            droppedAttributesCount: event.droppedAttributesCount,
          })),
          droppedEventsCount: span.droppedEventsCount,
          // biome-ignore lint/suspicious/noExplicitAny: as decoded
          links: span.links.map((link: any) => ({
            traceId: hex(link.traceId),
            spanId: hex(link.spanId),
            traceState: link.traceState,
            flags: link.flags,
            attributes: toAttributes(link.attributes),
            droppedAttributesCount: link.droppedAttributesCount,
          })),
          droppedLinksCount: span.droppedLinksCount,
          status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
          resource,
          scope,
        });
      }
    }
  }
  return spans;
}

function plainValue(value: Value): unknown {
  if (typeof value === 'string') {
    if (value[0] !== '{' && value[0] !== '[') return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plainValue(inner)]));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return Array.isArray(value) ? value.map(plainValue) : value;
}

type Tree = Record<string, unknown>;

function nest(into: Tree, key: string, value: unknown): void {
  let node = into;
  const parts = key.split('.');
  const last = parts.pop() ?? '';
  for (const part of parts) {
    if (typeof node[part] !== 'object' || node[part] === null) node[part] = part in node ? { _value: node[part] } : {};
    node = node[part] as Tree;
  }
  node[last] = value;
}

function nested(attributes: Attributes): Tree {
  const tree: Tree = {};
  for (const [key, value] of attributes) nest(tree, key, plainValue(value));
  return tree;
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const CODES = ['UNSET', 'OK', 'ERROR'];
const iso = (ns: bigint) =>
  `${new Date(Number(ns / 1_000_000n)).toISOString().slice(0, -1)}${String((ns / 1000n) % 1000n).padStart(3, '0')}Z`;

function dump(span: Span): unknown {
  return {
    name: span.name,
    context: { trace_id: span.traceId, span_id: span.spanId, trace_state: span.traceState },
    kind: KINDS[span.kind],
    parent_id: span.parentSpanId || null,
    start_time: iso(span.startNs),
    end_time: iso(span.endNs),
    start_time_unix_nano: String(span.startNs),
    end_time_unix_nano: String(span.endNs),
    status: { code: CODES[span.status.code], message: span.status.message },
    attributes: nested(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timestamp: Number(event.timeNs),
      attributes: nested(event.attributes),
      dropped_attributes_count: event.droppedAttributesCount,
    })),
    links: span.links.map((link) => ({
      trace_id: link.traceId,
      span_id: link.spanId,
      trace_state: link.traceState,
      attributes: nested(link.attributes),
      dropped_attributes_count: link.droppedAttributesCount,
      flags: link.flags,
    })),
    resource: {
      attributes: nested(span.resource.attributes),
      dropped_attributes_count: span.resource.droppedAttributesCount,
      schema_url: span.resource.schemaUrl,
    },
    scope: {
      name: span.scope.name,
      version: span.scope.version,
      attributes: nested(span.scope.attributes),
      dropped_attributes_count: span.scope.droppedAttributesCount,
      schema_url: span.scope.schemaUrl,
    },
    flags: span.flags,
    dropped_attributes_count: span.droppedAttributesCount,
    dropped_events_count: span.droppedEventsCount,
    dropped_links_count: span.droppedLinksCount,
  };
}

/** One body in, one `calls/complete` body out. */
export function createPlainWay(decoder: Message, project: ProjectId, version: string): (body: Uint8Array) => string {
  const layouts = createLayouts(CONVENTIONS);
  const ledger = createLedger();
  return (body) => {
    const read = toSpans(decoder.decode(body)).map((span) => {
      const view = viewOf(span);
      const found = readSpan(view, layouts.of(span));
      const usage = usageOf(view, found.reading);
      const isModelCall = found.reading.kind === 'llm';
      return { view, found, noted: { span, usage, isModelCall, responseId: found.reading.responseId } };
    });
    ledger.note(read.map(({ noted }) => noted));
    const batch = read.map(({ view, found: { reading, consumed }, noted: { span, usage } }) => {
      const counted = ledger.counts(span);
      const exception = exceptionOf(view, reading);
      const model = reading.responseModel ?? reading.requestModel;
      const attributes: Tree = {
        weave: { ...(reading.kind === 'llm' && { kind: 'llm' }), client_version: version, source: 'otel-weave-bridge' },
        service: {
          name: span.resource.attributes.get('service.name'),
          version: span.resource.attributes.get('service.version'),
        },
        kind: reading.kind,
        model,
        provider: providerOf(reading.provider, model),
        operation: reading.operation,
        ...(reading.parameters && { model_parameters: reading.parameters }),
      };
      let at = 0;
      for (const [key, value] of span.attributes) if (!consumed[at++]) nest(attributes, key, plainValue(value));
      return {
        project_id: project,
        id: span.spanId,
        trace_id: span.traceId,
        parent_id: span.parentSpanId || null,
        op_name: opNameOf(span, reading),
        display_name: displayNameOf(span, reading),
        started_at: iso(span.startNs),
        ended_at: iso(span.endNs),
        attributes,
        ...inputsOutputOf(reading, usage),
        summary: {
          ...(counted && usage && { usage: usageSummary(usage, true) }),
          status_counts: exception === undefined ? { success: 1, error: 0 } : { success: 0, error: 1 },
        },
        exception,
        thread_id: reading.threadId,
        turn_id: turnIdOf(span, reading),
        otel_dump: dump(span),
      };
    });
    return JSON.stringify({ batch });
  };
}
