import { describe, expect, it } from '@jest/globals';
import type { Span } from '../../../src/core/span.ts';
import { MAX_VALUE_DEPTH } from '../../../src/decode/limits.ts';
import { decodeTraces } from '../../../src/decode/protobuf/traces.ts';
import { encodeLogs, encodeTraces } from '../support/proto.ts';
import {
  fixed64Field,
  ids,
  lengthField,
  requestOf,
  requestWithValue,
  SPAN_ID,
  TRACE_ID,
  varintField,
} from '../support/wire.ts';

function spansOf(body: Uint8Array): readonly Span[] {
  const decoded = decodeTraces(body);
  if (decoded.status === 'invalid') throw new Error(decoded.message);
  return decoded.spans;
}

const attribute = (key: string, value: string) =>
  lengthField(9, lengthField(1, key), lengthField(2, lengthField(1, value)));
const stringValue = (text: string) => lengthField(1, text);
const valueFrom = (...anyValue: readonly Uint8Array[]) =>
  spansOf(requestWithValue(...anyValue))[0]?.attributes.get('k');

const inList = (value: Buffer) => lengthField(5, lengthField(1, value));
const inKeyValueList = (value: Buffer) => lengthField(6, lengthField(1, lengthField(1, 'key'), lengthField(2, value)));

function nested(levels: number, wrap: (value: Buffer) => Buffer): Buffer {
  let value = stringValue('deep');
  for (let level = 1; level < levels; level++) value = wrap(value);
  return requestWithValue(value);
}

describe('a trace request in protobuf', () => {
  it('may be empty at any level', () => {
    for (const body of [Buffer.alloc(0), lengthField(1), lengthField(1, lengthField(2))]) {
      expect(decodeTraces(body)).toEqual({ status: 'ok', spans: [], rejected: [] });
    }
  });

  it('gives a span of nothing but ids the empty value of every other field', () => {
    expect(spansOf(requestOf(ids))).toEqual([
      {
        traceId: TRACE_ID.toString('hex'),
        spanId: SPAN_ID.toString('hex'),
        parentSpanId: '',
        traceState: '',
        flags: 0,
        name: '',
        kind: 0,
        startNs: 0n,
        endNs: 0n,
        attributes: new Map(),
        droppedAttributesCount: 0,
        events: [],
        droppedEventsCount: 0,
        links: [],
        droppedLinksCount: 0,
        status: { code: 0, message: '' },
        resource: { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: '' },
        scope: { name: '', version: '', attributes: new Map(), droppedAttributesCount: 0, schemaUrl: '' },
      },
    ]);
  });

  it('gives spans their resource and scope wherever those stand, in pieces or whole', () => {
    const span = lengthField(2, ids);
    const resource = (key: string) => lengthField(1, lengthField(1, lengthField(1, key)));
    const body = lengthField(
      1,
      resource('before'),
      lengthField(2, span, lengthField(1, lengthField(1, 'scope')), span, lengthField(3, 'scope-schema')),
      lengthField(2, span),
      resource('after'),
      lengthField(3, 'schema'),
    );
    const [first, second, third] = spansOf(body);
    expect([...(first?.resource.attributes.keys() ?? [])]).toEqual(['before', 'after']);
    expect(first?.resource.schemaUrl).toBe('schema');
    expect(first?.scope).toMatchObject({ name: 'scope', schemaUrl: 'scope-schema' });
    expect(second?.scope).toBe(first?.scope);
    expect(third?.scope).not.toBe(first?.scope);
    expect(third?.resource).toBe(first?.resource);
  });

  it('takes the last of a field that comes twice, and keeps attributes in order', () => {
    const [span] = spansOf(
      requestOf(
        ids,
        lengthField(5, 'first'),
        lengthField(5, 'last'),
        attribute('b', '1'),
        attribute('a', '2'),
        attribute('b', '3'),
        lengthField(15, lengthField(2, 'oh')),
        lengthField(15, varintField(3, 2)),
      ),
    );
    expect(span?.name).toBe('last');
    expect([...(span?.attributes ?? [])]).toEqual([
      ['b', '3'],
      ['a', '2'],
    ]);
    expect(span?.status).toEqual({ code: 2, message: 'oh' });
    expect(valueFrom(varintField(3, 7), stringValue('last'))).toBe('last');
  });

  it('keeps times exact, and numbers of kind and status that nobody knows', () => {
    const [span] = spansOf(
      requestOf(
        ids,
        fixed64Field(7, 1_795_160_680_123_456_789n),
        fixed64Field(8, 2n ** 64n - 1n),
        varintField(6, 77),
        lengthField(15, varintField(3, 9)),
      ),
    );
    expect(span).toMatchObject({
      startNs: 1_795_160_680_123_456_789n,
      endNs: 2n ** 64n - 1n,
      kind: 77,
      status: { code: 9 },
    });
  });

  it('keeps the ids of a link whatever their length', () => {
    const [span] = spansOf(requestOf(ids, lengthField(13, lengthField(1, Buffer.from('ABCD', 'hex')), lengthField(2))));
    expect(span?.links).toMatchObject([{ traceId: 'abcd', spanId: '' }]);
  });

  it('reads a key that means something to JavaScript like any other', () => {
    const [span] = spansOf(requestOf(ids, attribute('__proto__', 'x'), attribute('constructor', 'y')));
    expect(span?.attributes.get('__proto__')).toBe('x');
    expect(span?.attributes.get('constructor')).toBe('y');
  });

  it('rejects a span with bad ids alone', () => {
    const good = ids;
    const span = (...fields: readonly Uint8Array[]) => lengthField(2, ...fields);
    const body = lengthField(
      1,
      lengthField(
        2,
        span(good),
        span(lengthField(1, TRACE_ID), lengthField(5, 'no span id')),
        span(lengthField(1, Buffer.alloc(16)), lengthField(2, SPAN_ID), lengthField(5, 'zero')),
        span(lengthField(1, SPAN_ID), lengthField(2, SPAN_ID), lengthField(5, 'short')),
        span(good, lengthField(4, TRACE_ID), lengthField(5, 'parent')),
        span(good, lengthField(4, Buffer.alloc(8))),
      ),
    );
    expect(decodeTraces(body)).toMatchObject({
      status: 'ok',
      spans: [{ parentSpanId: '' }, { parentSpanId: '' }],
      rejected: [
        { name: 'no span id', reason: 'span id is missing' },
        { name: 'zero', reason: 'trace id is all zero' },
        { name: 'short', reason: 'trace id has 16 hex digits instead of 32' },
        { name: 'parent', reason: 'parent span id has 32 hex digits instead of 16' },
      ],
    });
  });

  it('rejects an empty span, and does not take it for a log record', () => {
    expect(decodeTraces(requestOf())).toMatchObject({ status: 'ok', rejected: [{ reason: 'trace id is missing' }] });
  });

  it.each([
    ['with all fields', { timeUnixNano: '5', severityNumber: 9, body: { stringValue: 'hi' }, traceId: TRACE_ID }],
    ['of a body alone', { body: { stringValue: 'hi' } }],
    ['of a time alone', { observedTimeUnixNano: '5' }],
  ])('is told from log records %s', (_what, logRecord) => {
    const body = encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });
    expect(decodeTraces(body)).toEqual({
      status: 'invalid',
      message: 'these look like log records: send them to /v1/logs',
    });
  });

  it('takes the last one of an attribute that comes twice, also in a kvlist', () => {
    const twice = (field: number) =>
      ['1', '2'].map((text) => lengthField(field, lengthField(1, 'a'), lengthField(2, lengthField(1, text))));
    const list = lengthField(9, lengthField(1, 'list'), lengthField(2, lengthField(6, ...twice(1))));
    expect(spansOf(requestOf(ids, ...twice(9), list))[0]?.attributes).toEqual(
      new Map<string, unknown>([
        ['a', '2'],
        ['list', new Map([['a', '2']])],
      ]),
    );
  });

  it.each([
    ['lists', inList],
    ['kvlists', inKeyValueList],
  ])(`takes %s nested ${MAX_VALUE_DEPTH} levels deep and no deeper`, (_what, wrap) => {
    expect(decodeTraces(nested(MAX_VALUE_DEPTH, wrap)).status).toBe('ok');
    for (const levels of [MAX_VALUE_DEPTH + 1, 1_000]) {
      expect(decodeTraces(nested(levels, wrap))).toEqual({
        status: 'ok',
        spans: [],
        rejected: [{ name: '', reason: 'an attribute value is nested deeper than 64 levels' }],
      });
    }
  });

  it('is invalid, and never garbage, when it is cut off anywhere but between two fields of the request', () => {
    const one = encodeTraces({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeSpans: [
            {
              scope: { name: 'scope' },
              spans: [
                {
                  traceId: TRACE_ID,
                  spanId: SPAN_ID,
                  name: 'GET /',
                  startTimeUnixNano: '5',
                  attributes: [{ key: 'n', value: { intValue: '300' } }],
                  events: [{ timeUnixNano: '1', name: 'e' }],
                  status: { code: 2 },
                  flags: 1,
                },
              ],
            },
          ],
        },
      ],
    });
    const body = Buffer.concat([one, one]);
    const good = Array.from({ length: body.length + 1 }, (_, length) => length).filter(
      (length) => decodeTraces(body.subarray(0, length)).status === 'ok',
    );
    expect(good).toEqual([0, one.length, body.length]);
  });

  it.each([
    ['attributes', (count: number) => Array.from({ length: count }, (_, i) => attribute(`key.${i}`, 'v'))],
    ['pieces of a status', (count: number) => Array.from({ length: count }, () => lengthField(15, varintField(3, 1)))],
  ])('takes 100,000 %s in linear time', (_what, make) => {
    // The same work in one body and in twenty small ones, in this thread's CPU time: what else runs here does not count.
    const cpuOf = (count: number, times: number) => {
      const body = requestOf(ids, Buffer.concat(make(count)));
      const before = process.threadCpuUsage();
      for (let n = 0; n < times; n += 1) expect(decodeTraces(body).status).toBe('ok');
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    cpuOf(5_000, 20); // warm
    expect(cpuOf(100_000, 5) / cpuOf(5_000, 100)).toBeLessThan(8); // 20 where it is quadratic
  });

  it('takes a resource and a scope in 100,000 pieces', () => {
    const pieces = (field: number) =>
      Buffer.concat(
        Array.from({ length: 100_000 }, (_, i) => lengthField(1, lengthField(field, lengthField(1, `key.${i}`)))),
      );
    const scopeSpans = lengthField(2, pieces(3), lengthField(2, ids));
    const [span] = spansOf(lengthField(1, pieces(1), scopeSpans));
    expect([span?.resource.attributes.size, span?.scope.attributes.size]).toEqual([100_000, 100_000]);
  });
});
