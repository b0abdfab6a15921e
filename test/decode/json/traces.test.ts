import { describe, expect, it } from '@jest/globals';
import type { Span } from '../../../src/core/span.ts';
import { decodeTraces } from '../../../src/decode/json/traces.ts';
import { MAX_VALUE_DEPTH } from '../../../src/decode/limits.ts';

const IDS = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const requestOf = (span: object) => ({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...IDS, ...span }] }] }] });
const decodeText = (text: string) => decodeTraces(Buffer.from(text));
const decode = (document: unknown) => decodeText(JSON.stringify(document));

function spanOf(span: object): Span | undefined {
  const decoded = decode(requestOf(span));
  if (decoded.status === 'invalid') throw new Error(decoded.message);
  return decoded.spans[0];
}

const valueFrom = (value: unknown) => spanOf({ attributes: [{ key: 'k', value }] })?.attributes.get('k');

const LIST = ['{"arrayValue":{"values":[', ']}}'] as const;
const KEY_VALUE_LIST = ['{"kvlistValue":{"values":[{"value":', '}]}}'] as const;

function nested(levels: number, [open, close]: readonly [string, string]): string {
  const value = `${open.repeat(levels - 1)}{"stringValue":"deep"}${close.repeat(levels - 1)}`;
  return JSON.stringify(requestOf({ attributes: [{ key: 'k', value: 0 }] })).replace('"value":0', `"value":${value}`);
}

describe('a trace request in JSON', () => {
  it.each<[string, object, Partial<Span>]>([
    ['ids in upper case', { traceId: IDS.traceId.toUpperCase() }, { traceId: IDS.traceId } as Partial<Span>],
    ['a parent of zeros', { parentSpanId: '0000000000000000' }, { parentSpanId: '' }],
    ['an empty parent', { parentSpanId: '' }, { parentSpanId: '' }],
    ['a null parent', { parentSpanId: null }, { parentSpanId: '' }],
    ['times as strings', { startTimeUnixNano: '1795160680123456789' }, { startNs: 1_795_160_680_123_456_789n }],
    ['times as small numbers', { endTimeUnixNano: 1000 }, { endNs: 1000n }],
    ['no times', {}, { startNs: 0n, endNs: 0n }],
    ['a kind by number', { kind: 3 }, { kind: 3 }],
    ['a kind by number in a string', { kind: '3' }, { kind: 3 }],
    ['a kind by name', { kind: 'SPAN_KIND_SERVER' }, { kind: 2 }],
    [
      'a status by name',
      { status: { code: 'STATUS_CODE_ERROR', message: 'oh' } },
      { status: { code: 2, message: 'oh' } },
    ],
    ['a null status', { status: null }, { status: { code: 0, message: '' } }],
    ['counts as strings', { droppedEventsCount: '7' }, { droppedEventsCount: 7 }],
    ['flags', { flags: 257 }, { flags: 257 }],
    ['null lists', { attributes: null, events: null, links: null }, { attributes: new Map(), events: [], links: [] }],
    ['unknown members', { colour: 'red', nested: [{}] }, { name: '' }],
  ])('takes %s', (_what, span, expected) => {
    expect(spanOf(span)).toMatchObject(expected);
  });

  it.each<[string, unknown, unknown]>([
    ['a string', { stringValue: 'x' }, 'x'],
    ['an empty string', { stringValue: '' }, ''],
    ['an integer in a string', { intValue: '-42' }, -42],
    ['an integer as a number', { intValue: 42 }, 42],
    ['a large integer in a string', { intValue: '9223372036854775807' }, 9_223_372_036_854_775_807n],
    ['a fraction where an integer belongs', { intValue: 1.5 }, 1.5],
    ['false', { boolValue: false }, false],
    ['a double', { doubleValue: 0.5 }, 0.5],
    ['a double in a string', { doubleValue: '1e3' }, 1000],
    ['NaN', { doubleValue: 'NaN' }, Number.NaN],
    ['infinity', { doubleValue: '-Infinity' }, Number.NEGATIVE_INFINITY],
    ['bytes', { bytesValue: '+/8=' }, new Uint8Array([0xfb, 0xff])],
    ['bytes in the URL-safe alphabet', { bytesValue: '-_8' }, new Uint8Array([0xfb, 0xff])],
    ['a list', { arrayValue: { values: [{ intValue: 1 }, {}, null] } }, [1, null, null]],
    ['an empty list', { arrayValue: {} }, []],
    ['a kvlist', { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } }, new Map([['a', true]])],
    ['nothing', {}, null],
    ['null', null, null],
    ['a null string', { stringValue: null }, null],
    ['a kind of value that is new', { futureValue: 1 }, null],
  ])('takes %s as a value', (_what, value, expected) => {
    expect(valueFrom(value)).toEqual(expected);
  });

  it('takes the spelling of the .proto files', () => {
    const attributes = [
      { key: 's', value: { string_value: 'x' } },
      { key: 'i', value: { int_value: '1' } },
      { key: 'b', value: { bool_value: true } },
      { key: 'd', value: { double_value: 0.5 } },
      { key: 'a', value: { array_value: { values: [{ string_value: 'y' }] } } },
      { key: 'm', value: { kvlist_value: { values: [{ key: 'z' }] } } },
      { key: 'r', value: { bytes_value: 'AA==' } },
    ];
    const camel = (key: string) => key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const snake = {
      resource_spans: [
        {
          schema_url: 'rs',
          resource: { attributes, dropped_attributes_count: 1 },
          scope_spans: [
            {
              schema_url: 'ss',
              scope: { name: 'scope', dropped_attributes_count: 2 },
              spans: [
                {
                  trace_id: IDS.traceId,
                  span_id: IDS.spanId,
                  parent_span_id: IDS.spanId,
                  trace_state: 'a=b',
                  start_time_unix_nano: '1',
                  end_time_unix_nano: '2',
                  dropped_attributes_count: 3,
                  dropped_events_count: 4,
                  dropped_links_count: 5,
                  events: [{ time_unix_nano: '6', dropped_attributes_count: 7 }],
                  links: [{ trace_id: 'ab', span_id: 'cd', trace_state: 'c=d', dropped_attributes_count: 8 }],
                },
              ],
            },
          ],
        },
      ],
    };
    const asCamel = JSON.parse(
      JSON.stringify(snake, (_key, value) =>
        typeof value !== 'object' || Array.isArray(value)
          ? value
          : Object.fromEntries(Object.entries(value).map(([key, member]) => [camel(key), member])),
      ),
    );
    expect(JSON.stringify(asCamel)).not.toContain('resource_spans');
    expect(decode(snake)).toEqual(decode(asCamel));
    expect(decode(snake)).toMatchObject({
      spans: [
        {
          traceState: 'a=b',
          startNs: 1n,
          endNs: 2n,
          droppedLinksCount: 5,
          events: [{ timeNs: 6n, droppedAttributesCount: 7 }],
          links: [{ traceId: 'ab', spanId: 'cd', traceState: 'c=d' }],
          resource: { schemaUrl: 'rs', droppedAttributesCount: 1 },
          scope: { schemaUrl: 'ss', droppedAttributesCount: 2 },
        },
      ],
    });
  });

  it('keeps integers exact that come as JSON numbers beyond 2^53', () => {
    const text = JSON.stringify(requestOf({ name: 'N' })).replace(
      '"name":"N"',
      `"startTimeUnixNano":1795160680123456789,"attributes":[
        {"key":"big","value":{"intValue":9007199254740993}},
        {"key":"negative","value":{"intValue":-9223372036854775808}},
        {"key":"power","value":{"intValue":1e21}},
        {"key":"double","value":{"doubleValue":9007199254740993}},
        {"key":"text","value":{"stringValue":"9007199254740993"}}]`,
    );
    const decoded = decodeText(text);
    if (decoded.status === 'invalid') throw new Error(decoded.message);
    expect(decoded.spans[0]?.startNs).toBe(1_795_160_680_123_456_789n);
    expect(decoded.spans[0]?.attributes).toEqual(
      new Map<string, unknown>([
        ['big', 9_007_199_254_740_993n],
        ['negative', -9_223_372_036_854_775_808n],
        ['power', 1e21],
        ['double', 9_007_199_254_740_992],
        ['text', '9007199254740993'],
      ]),
    );
  });

  it('takes a byte order mark', () => {
    expect(decodeText(`\uFEFF${JSON.stringify(requestOf({}))}`)).toMatchObject({ spans: [{ ...IDS }] });
  });

  it.each(['{}', '{"resourceSpans":null}', '{"resourceSpans":[]}', '{"other":1}', '{"resourceSpans":[{}]}'])(
    'has no spans when it is %s',
    (text) => {
      expect(decodeText(text)).toEqual({ status: 'ok', spans: [], rejected: [] });
    },
  );

  it('shares the resource and the scope between their spans', () => {
    const decoded = decode({ resourceSpans: [{ scopeSpans: [{ spans: [IDS, IDS] }, { spans: [IDS] }] }] });
    if (decoded.status === 'invalid') throw new Error(decoded.message);
    const [first, second, third] = decoded.spans;
    expect(second?.scope).toBe(first?.scope);
    expect(third?.resource).toBe(first?.resource);
    expect(third?.scope).not.toBe(first?.scope);
  });

  it.each([
    ['a missing trace id', { traceId: '' }, 'trace id is missing'],
    ['a short span id', { spanId: 'abc' }, 'span id has 3 hex digits instead of 16'],
    ['ids in base64', { traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }, 'an id is not hexadecimal (base64 is not allowed here)'],
    ['a link that is not hex', { links: [{ traceId: 'xyz' }] }, 'the id of a link is not hexadecimal'],
  ])('rejects a span with %s alone', (_what, span, reason) => {
    const message = { resourceSpans: [{ scopeSpans: [{ spans: [IDS, { ...IDS, name: 'bad', ...span }] }] }] };
    expect(decode(message)).toMatchObject({ spans: [{ ...IDS }], rejected: [{ name: 'bad', reason }] });
  });

  it('takes keys that mean something to JavaScript like any others', () => {
    const text = JSON.stringify(requestOf({ attributes: [{ key: '__proto__', value: { stringValue: 'x' } }] }));
    const decoded = decodeText(text.replace('{"resourceSpans"', '{"__proto__":{"resourceSpans":1},"resourceSpans"'));
    expect(decoded).toMatchObject({ status: 'ok', spans: [{ attributes: new Map([['__proto__', 'x']]) }] });
    expect(decodeText('{"__proto__":{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}}')).toEqual({
      status: 'ok',
      spans: [],
      rejected: [],
    });
  });
});

describe('an invalid trace request in JSON', () => {
  const NANOSECONDS = 'nanoseconds since 1970 (0 to 18446744073709551615) expected';
  const SPAN = 'resourceSpans[0].scopeSpans[0].spans[0]';
  const KEY = `${SPAN}.attributes[0]`;
  const value = (any: unknown) => ({ attributes: [{ key: 'k', value: any }] });

  it.each<[string, object, string]>([
    ['attributes as an object', { attributes: { a: 1 } }, `${SPAN}.attributes: a list expected, found an object`],
    ['an attribute that is no object', { attributes: ['a'] }, `${KEY}: an object expected, found a string`],
    ['a value that is no object', value('x'), `${KEY}.value: an object expected, found a string`],
    ['a key that is no string', { attributes: [{ key: 1 }] }, `${KEY}.key: a string expected, found a number`],
    ['a string that is none', value({ stringValue: 1 }), `${KEY}.value.stringValue: a string expected, found a number`],
    [
      'an integer that is none',
      value({ intValue: '1x' }),
      `${KEY}.value.intValue: an integer expected, found a string`,
    ],
    ['an integer without end', value({ intValue: '1'.repeat(21) }), `${KEY}.value.intValue: an integer expected`],
    [
      'a bool that is none',
      value({ boolValue: 'true' }),
      `${KEY}.value.boolValue: true or false expected, found a string`,
    ],
    [
      'a double that is none',
      value({ doubleValue: 'x' }),
      `${KEY}.value.doubleValue: a number expected, found a string`,
    ],
    ['an empty double', value({ doubleValue: '' }), `${KEY}.value.doubleValue: a number expected, found a string`],
    ['bytes that are none', value({ bytesValue: 'a b' }), `${KEY}.value.bytesValue: base64 expected, found a string`],
    ['a list that is none', value({ arrayValue: { values: {} } }), `${KEY}.value.arrayValue.values: a list expected`],
    [
      'a bad item of a list',
      value({ arrayValue: { values: [{}, 5] } }),
      `${KEY}.value.arrayValue.values[1]: an object expected, found a number`,
    ],
    ['an id that is no string', { traceId: [1, 2] }, `${SPAN}.traceId: a string expected, found a list`],
    ['a kind that is none', { kind: 'SERVER' }, `${SPAN}.kind: an integer expected, found a string`],
    ['a negative kind', { kind: -1 }, `${SPAN}.kind: an integer from 0 to 4294967295 expected, found a number`],
    ['a bad kind behind a list', { events: [{}], kind: 'x' }, `${SPAN}.kind: an integer expected`],
    ['a fraction of a count', { droppedLinksCount: 0.5 }, `${SPAN}.droppedLinksCount: an integer from 0`],
    ['a time that is none', { startTimeUnixNano: 'now' }, `${SPAN}.startTimeUnixNano: ${NANOSECONDS}, found a string`],
    ['a negative time', { startTimeUnixNano: '-1' }, `${SPAN}.startTimeUnixNano: ${NANOSECONDS}, found -1`],
    ['a fraction of a time', { endTimeUnixNano: 1.5 }, `${SPAN}.endTimeUnixNano: ${NANOSECONDS}, found 1.5`],
    [
      'a time beyond 64 bits',
      { endTimeUnixNano: '18446744073709551616' },
      `${SPAN}.endTimeUnixNano: ${NANOSECONDS}, found 18446744073709551616`,
    ],
    [
      'a time far beyond 64 bits',
      { endTimeUnixNano: '179516068012345678900000' },
      `${SPAN}.endTimeUnixNano: ${NANOSECONDS}, found 179516068012345678900000`,
    ],
    [
      'a bad time of an event',
      { events: [{}, { timeUnixNano: {} }] },
      `${SPAN}.events[1].timeUnixNano: ${NANOSECONDS}, found an object`,
    ],
    ['a time that is true', { endTimeUnixNano: true }, `${SPAN}.endTimeUnixNano: ${NANOSECONDS}, found a boolean`],
    [
      'a time that may be a secret',
      { endTimeUnixNano: '1795160680123456789 p4ssw0rd' },
      `${SPAN}.endTimeUnixNano: ${NANOSECONDS}, found a string`,
    ],
  ])('says where there is %s', (_what, span, message) => {
    expect(decode(requestOf(span))).toEqual({ status: 'invalid', message: expect.stringContaining(message) });
  });

  it.each([
    ['a list', '[]', 'the document is no JSON object'],
    ['a string', '"resourceSpans"', 'the document is no JSON object'],
    ['null', 'null', 'the document is no JSON object'],
    ['empty', '', 'this is not JSON: Unexpected end of JSON input'],
    ['cut off', '{"resourceSpans":[', 'this is not JSON: Unexpected end of JSON input'],
    ['spans in the wrong place', '{"resourceSpans":{}}', 'resourceSpans: a list expected, found an object'],
    ['log records', '{"resourceLogs":[{}]}', 'these are log records: send them to /v1/logs'],
    ['log records in snake case', '{"resource_logs":[]}', 'these are log records: send them to /v1/logs'],
    ['metrics', '{"resourceMetrics":[]}', 'these are metrics: send them to /v1/metrics'],
  ])('says that it is %s', (_what, text, message) => {
    expect(decodeText(text)).toEqual({ status: 'invalid', message });
  });

  it('quotes nothing of what it was sent', () => {
    for (const text of ['secret', '{"a": secret}', `${'{"a":1} '.repeat(20)} secret`, '["secret', '{"secret" 1}']) {
      const decoded = decodeText(text);
      expect(decoded).toMatchObject({ status: 'invalid', message: expect.stringContaining('this is not JSON: ') });
      expect(JSON.stringify(decoded)).not.toContain('secret');
    }
  });

  it.each([
    ['lists', LIST],
    ['kvlists', KEY_VALUE_LIST],
  ])(`rejects a span with %s nested deeper than ${MAX_VALUE_DEPTH} levels`, (_what, wrap) => {
    expect(decodeText(nested(MAX_VALUE_DEPTH, wrap)).status).toBe('ok');
    for (const levels of [MAX_VALUE_DEPTH + 1, 10_000, 200_000]) {
      expect(decodeText(nested(levels, wrap))).toEqual({
        status: 'ok',
        spans: [],
        rejected: [{ name: '', reason: 'an attribute value is nested deeper than 64 levels' }],
      });
    }
  });

  it('survives nesting of any depth where it reads nothing', () => {
    const lists = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(decodeText(`{"unknown":${lists}}`).status).toBe('ok');
    const span = `{"traceId":"${IDS.traceId}","spanId":"${IDS.spanId}","startTimeUnixNano":1795160680123456789}`;
    expect(decodeText(`{"unknown":${lists},"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`)).toMatchObject({
      status: 'ok',
      spans: [{ startNs: 1795160680123456789n }],
    });
  });

  it('makes U+FFFD of half a surrogate pair, and keeps U+0000', () => {
    const half = '\ud83d';
    const span = spanOf({ name: `a${half}`, attributes: [{ key: half, value: { stringValue: `${half}\u0000` } }] });
    expect([span?.name, ...(span?.attributes ?? [])]).toEqual(['a\ufffd', ['\ufffd', '\ufffd\u0000']]);
  });

  it('takes the last one of an attribute that comes twice', () => {
    const attributes = ['a', 'b', 'a'].map((key, at) => ({ key, value: { intValue: at } }));
    expect([...(spanOf({ attributes })?.attributes ?? [])]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('takes 100,000 attributes', () => {
    const attributes = Array.from({ length: 100_000 }, (_, i) => ({ key: `key.${i}`, value: { intValue: i } }));
    expect(spanOf({ attributes })?.attributes.size).toBe(100_000);
  });
});
