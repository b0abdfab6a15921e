import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Span } from '../../src/core/span.ts';
import { MAX_VALUE_DEPTH } from '../../src/decode/limits.ts';
import { createReadableSpanDecoder } from '../../src/decode/readable-span.ts';
import type { ReadableSpanLike } from '../../src/decode/readable-span-like.ts';
import { decodeRequest } from '../../src/decode/request.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = '00f067aa0ba902b7';

/** The least that an SDK span has; `changes` on top. */
function readable(changes: Partial<ReadableSpanLike> = {}): ReadableSpanLike {
  return {
    name: 'work',
    kind: 0,
    spanContext: () => ({ traceId: TRACE, spanId: SPAN, traceFlags: 1 }),
    startTime: [1_795_160_680, 123_456_789],
    endTime: [1_795_160_681, 1],
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    resource: { attributes: {} },
    ...changes,
  };
}

function decode(changes: Partial<ReadableSpanLike>, decoder = createReadableSpanDecoder()): Span {
  const decoded = decoder(readable(changes));
  if (decoded.status === 'rejected') throw new Error(decoded.reason);
  return decoded.span;
}

/** Spans of the real SDK, with everything that it can record. */
async function recordSpans(): Promise<readonly ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('shop', '1.2.3', { schemaUrl: 'https://example.com/schema' });
  const remote = { traceId: TRACE, spanId: PARENT, traceFlags: 1, isRemote: true };
  const context = trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceState: createTraceState('a=b') });
  const parent = tracer.startSpan('parent', { kind: SpanKind.CLIENT, links: [{ context: remote }] }, context);
  parent.setAttributes({
    text: 'héllo',
    integer: 42,
    negative: -7,
    double: 0.5,
    bool: false,
    list: ['a', 'b'],
    holes: ['a', null, undefined, 'b'],
    bytes: new Uint8Array([1, 2, 3]),
    map: { a: { b: 1 } },
    nothing: null,
  });
  parent.addEvent('happened', { 'event.key': 'x' }, [1_795_160_680, 5]);
  parent.recordException(new Error('oh'));
  parent.setStatus({ code: SpanStatusCode.ERROR, message: 'failed' });
  tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
  parent.end();
  provider.getTracer('other').startSpan('root').end();
  await provider.forceFlush();
  return exporter.getFinishedSpans();
}

/** What an exporter of the SDK sends. */
async function exportWith(exporterOf: typeof ProtobufExporter, spans: readonly ReadableSpan[]): Promise<Buffer> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const exporter = new exporterOf({ url: `http://127.0.0.1:${port}/v1/traces` });
  const received = once(server, 'request').then(async (event) => {
    const [request, response] = event as [IncomingMessage, ServerResponse];
    const body = await buffer(request);
    response.end();
    return body;
  });
  await new Promise((done) => exporter.export([...spans], done));
  const body = await received;
  await exporter.shutdown();
  server.closeAllConnections();
  server.close();
  return body;
}

describe('a span of the OTel SDK', () => {
  it.each([
    ['protobuf', ProtobufExporter],
    ['json', JsonExporter],
  ] as const)('decodes to what its OTLP exporter sends in %s', async (encoding, exporter) => {
    const spans = await recordSpans();
    const decoder = createReadableSpanDecoder();
    const sent = decodeRequest(await exportWith(exporter, spans), encoding);
    if (sent.status === 'invalid') throw new Error(sent.message);
    expect(sent.spans).toHaveLength(3);
    const decoded = spans.map((span) => decoder(span));
    const byId = (a: Span, b: Span) => a.spanId.localeCompare(b.spanId);
    const direct = decoded.flatMap((one) => (one.status === 'ok' ? [one.span] : [])).sort(byId);
    expect(direct).toEqual([...sent.spans].sort(byId));
  });

  it('needs nothing but its ids, name, times and empty lists', () => {
    expect(decode({})).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      parentSpanId: '',
      traceState: '',
      flags: 0x101,
      name: 'work',
      kind: 1,
      startNs: 1_795_160_680_123_456_789n,
      endNs: 1_795_160_681_000_000_001n,
      attributes: new Map(),
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      status: { code: 0, message: '' },
      resource: { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: '' },
      scope: { name: '', version: '', attributes: new Map(), droppedAttributesCount: 0, schemaUrl: '' },
    });
  });

  it.each<[string, Partial<ReadableSpanLike>, Partial<Span>]>([
    ['a parent of SDK 1.x', { parentSpanId: PARENT }, { parentSpanId: PARENT as Span['parentSpanId'] }],
    [
      'a parent of SDK 2.x and later',
      { parentSpanContext: { traceId: TRACE, spanId: PARENT, traceFlags: 1, isRemote: true } },
      { parentSpanId: PARENT as Span['parentSpanId'], flags: 0x301 },
    ],
    ['a parent of zeros', { parentSpanId: '0000000000000000' }, { parentSpanId: '' }],
    [
      'a scope of SDK 1.x',
      { instrumentationLibrary: { name: 'lib', version: '1', schemaUrl: 's' } },
      { scope: { name: 'lib', version: '1', schemaUrl: 's', attributes: new Map(), droppedAttributesCount: 0 } },
    ],
    [
      'trace flags of more than a byte',
      { spanContext: () => ({ traceId: TRACE, spanId: SPAN, traceFlags: 0xf03 }) },
      { flags: 0x103 },
    ],
    ['each kind one higher', { kind: 4 }, { kind: 5 }],
    [
      'a time with a fraction',
      { startTime: [5, 1.5], endTime: [6, Number.NaN] },
      { startNs: 5_000_000_001n, endNs: 6_000_000_000n },
    ],
    [
      'what was dropped',
      { droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3 },
      { droppedLinksCount: 3 },
    ],
  ])('may have %s', (_what, changes, expected) => {
    expect(decode(changes)).toMatchObject(expected);
  });

  it('loses the attributes that OTLP has no value for, and no others', () => {
    const attributes = {
      a: undefined,
      b: () => 1,
      c: Symbol('c'),
      d: null,
      e: 5n,
      f: [undefined],
      g: { h: undefined },
    };
    expect([...decode({ attributes }).attributes]).toEqual([
      ['d', null],
      ['e', 5n],
      ['f', [null]],
      ['g', new Map()],
    ]);
  });

  it('is cut where a value contains itself', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    let depth = 0;
    for (
      let value: unknown = decode({ attributes: { cycle } }).attributes.get('cycle');
      value instanceof Map;
      depth++
    ) {
      value = value.get('self');
    }
    expect(depth).toBe(MAX_VALUE_DEPTH);
  });

  it.each([
    ['no trace id', { traceId: '', spanId: SPAN, traceFlags: 0 }, 'trace id is missing'],
    ['a span id of zeros', { traceId: TRACE, spanId: '0000000000000000', traceFlags: 0 }, 'span id is all zero'],
    ['ids that are not hex', { traceId: 'my-trace', spanId: SPAN, traceFlags: 0 }, 'an id is not hexadecimal'],
  ])('is rejected with %s', (_what, context, reason) => {
    const decoded = createReadableSpanDecoder()(readable({ spanContext: () => context }));
    expect(decoded).toMatchObject({ status: 'rejected', name: 'work', reason: expect.stringContaining(reason) });
  });

  it('has U+FFFD where a text was cut in half a surrogate pair', () => {
    const half = '\ud83d';
    const status = { code: 2, message: half };
    const events = [{ name: half, time: [1, 0] as const }];
    const span = decode({ name: half, attributes: { [half]: half, list: [half] }, events, status });
    expect([span.name, span.status.message, span.events[0]?.name]).toEqual(['\ufffd', '\ufffd', '\ufffd']);
    expect([...span.attributes]).toEqual([
      ['\ufffd', '\ufffd'],
      ['list', ['\ufffd']],
    ]);
  });

  it('shares its resource and scope with the spans that had the same one', () => {
    const decoder = createReadableSpanDecoder();
    const resource = { attributes: { 'service.name': 'shop' } };
    const instrumentationScope = { name: 'scope' };
    const [first, second] = [1, 2].map(() => decode({ resource, instrumentationScope }, decoder));
    const third = decode({ resource: { ...resource }, instrumentationScope: { ...instrumentationScope } }, decoder);
    expect(second?.resource).toBe(first?.resource);
    expect(second?.scope).toBe(first?.scope);
    expect(third.resource).not.toBe(first?.resource);
    expect(third.scope).not.toBe(first?.scope);
  });

  it('reads its resource again while detectors are at work on it', () => {
    const decoder = createReadableSpanDecoder();
    const resource = { attributes: {} as Record<string, unknown>, asyncAttributesPending: true };
    expect(decode({ resource }, decoder).resource.attributes.size).toBe(0);
    resource.attributes['host.name'] = 'here';
    resource.asyncAttributesPending = false;
    expect(decode({ resource }, decoder).resource.attributes.get('host.name')).toBe('here');
  });
});
