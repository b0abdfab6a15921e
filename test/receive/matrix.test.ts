import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkRequest as check } from '../../src/decode/check.ts';
import { asJson, asProtobuf, type Json, readResponse, traceRequest } from './otlp.ts';
import { closeAll, createGrpcClient, JSON_TYPE, PROTOBUF, post, startGrpc, startHttp } from './receivers.ts';

/** Every kind of body in every encoding and compression, looked at as the bridge does it. */

afterEach(closeAll);

interface Expected {
  readonly status: number;
  /** Spans offered to the queue; 0: nothing was offered. */
  readonly spans: number;
  readonly rejected?: number;
}

const ok: Expected = { status: 200, spans: 1 };
const nothing: Expected = { status: 200, spans: 0 };
const rejected: Expected = { status: 200, spans: 0, rejected: 1 };
const invalid: Expected = { status: 400, spans: 0 };

const span = (more: Json) => traceRequest({ span: more });
const value = (of: Json) => span({ attributes: [{ key: 'k', value: of }] });

function nested(depth: number): Json {
  let inner: Json = { intValue: '1' };
  for (let level = 1; level < depth; level += 1) inner = { kvlistValue: { values: [{ key: 'k', value: inner }] } };
  return inner;
}

const plain = asJson(traceRequest()).toString();
const snakeCase = plain.replace(/(?<=[a-z])[A-Z](?=\w*":)/g, (letter) => `_${letter.toLowerCase()}`);
const cutOff = (body: Buffer) => body.subarray(0, body.length - 5);

/** A request that both encodings can say. */
const both = (name: string, request: Json, expected: Expected) => [
  [name, 'json', asJson(request), expected] as const,
  [name, 'protobuf', asProtobuf(request), expected] as const,
];

const BODIES: readonly (readonly [string, 'json' | 'protobuf', Buffer, Expected])[] = [
  ...both('one span', traceRequest(), ok),
  ...both('many spans', traceRequest({ spans: 500 }), { status: 200, spans: 500 }),
  ...both('no spans', traceRequest({ spans: 0 }), nothing),
  ...both('no resources', {}, nothing),
  ...both('the largest integer', value({ intValue: '9223372036854775807' }), ok),
  ...both('NaN', value({ doubleValue: 'NaN' }), ok),
  ...both('bytes', value({ bytesValue: 'AQID' }), ok),
  ...both('an empty value', value({}), ok),
  ...both('values 32 deep', value(nested(32)), ok),
  ...both('no trace id', span({ traceId: '' }), rejected),
  ...both('a trace id of the wrong length', span({ traceId: 'abcd' }), rejected),
  ...both('a span id that is all zero', span({ spanId: '0000000000000000' }), rejected),
  ['no bytes', 'json', Buffer.alloc(0), nothing],
  ['no bytes', 'protobuf', Buffer.alloc(0), nothing],
  ['a body cut off', 'json', cutOff(asJson(traceRequest())), invalid],
  ['a body cut off', 'protobuf', cutOff(asProtobuf(traceRequest())), invalid],
  ['junk', 'json', Buffer.from('no OTLP'), invalid],
  ['junk', 'protobuf', Buffer.from('no OTLP'), invalid],
  ['the other encoding', 'json', asProtobuf(traceRequest()), invalid],
  ['the other encoding', 'protobuf', asJson(traceRequest()), invalid],
  ['log records', 'json', Buffer.from('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}'), invalid],
  // In protobuf the fields have the same numbers, so that log records look like spans without ids.
  ['log records', 'protobuf', asProtobuf(span({ traceId: '', spanId: '', name: undefined })), rejected],
  ['values 100 deep', 'json', asJson(value(nested(100))), rejected],
  ['an integer as a number', 'json', asJson(value({ intValue: 5 })), ok],
  ['an integer beyond 64 bits', 'json', asJson(value({ intValue: '99999999999999999999' })), ok],
  ['an id in base64', 'json', asJson(span({ spanId: 'AQIDBAUGBwg=' })), rejected],
  ['a kind by name', 'json', asJson(span({ kind: 'SPAN_KIND_CLIENT' })), ok],
  ['null members', 'json', asJson(span({ attributes: null, parentSpanId: null })), ok],
  ['unknown members', 'json', asJson(span({ newThing: { deep: [1] } })), ok],
  ['an unknown field', 'protobuf', Buffer.concat([asProtobuf(traceRequest()), Buffer.from([0xfa, 0x01, 0x01, 0])]), ok],
  ['snake_case names', 'json', Buffer.from(snakeCase), ok],
  ['a member that comes twice', 'json', Buffer.from(plain.replace('"name"', '"name":"a","name"')), ok],
  ['attributes as an object', 'json', asJson(span({ attributes: { model: 'gpt-5' } })), invalid],
  ['a list', 'json', Buffer.from('[]'), invalid],
];

const COMPRESSIONS = [
  ['none', (body: Buffer) => body],
  ['gzip', (body: Buffer) => gzipSync(body)],
  ['deflate', (body: Buffer) => deflateSync(body)],
  ['zstd', (body: Buffer) => zstdCompressSync(body)],
] as const;

describe.each(COMPRESSIONS)('over HTTP, compressed with %s', (compression, compress) => {
  it.each(BODIES)('%s in %s', async (_name, encoding, body, expected) => {
    const { port, accepted, counted } = await startHttp({ check });
    const type = encoding === 'json' ? JSON_TYPE : PROTOBUF;
    const headers = compression === 'none' ? type : { ...type, 'content-encoding': compression };
    const answer = await post(port, { headers, body: compress(body) });
    expect(answer).toMatchObject({ status: expected.status, contentType: type['content-type'] });
    expect(accepted.map((raw) => raw.spans)).toEqual(expected.spans > 0 ? [expected.spans] : []);
    expect(Object.values(counted('receiver_rejected_spans'))).toEqual(expected.rejected ? [expected.rejected] : []);
    const response = answer.status === 200 ? readResponse(answer.body, answer.contentType) : {};
    expect('partialSuccess' in response).toBe(expected.rejected !== undefined);
  });
});

it.each(BODIES.filter(([, encoding]) => encoding === 'protobuf'))(
  'over gRPC, %s',
  async (_name, _type, body, expected) => {
    const { port, accepted } = await startGrpc({ check });
    const answer = await createGrpcClient(port).call(body);
    expect(answer.code).toBe(expected.status === 200 ? 0 : 3);
    expect(accepted.map((raw) => raw.spans)).toEqual(expected.spans > 0 ? [expected.spans] : []);
  },
);
