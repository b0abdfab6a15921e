import { describe, expect, it } from '@jest/globals';
import type { Encoding } from '../../src/core/ports.ts';
import { checkRequest } from '../../src/decode/check.ts';
import { MAX_VALUE_DEPTH } from '../../src/decode/limits.ts';
import { decodeLogs } from '../../src/decode/logs.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { encodeLogs, encodeTraces, type Message, toJson } from './support/proto.ts';
import { ids, lengthField } from './support/wire.ts';

const TRACE_ID = Buffer.alloc(16, 7);
const REASON = 'an attribute value is nested deeper than 64 levels';

/** An AnyValue of so many levels. */
function nested(levels: number): Message {
  let value: Message = { stringValue: 'deep' };
  for (let level = 1; level < levels; level++) value = { arrayValue: { values: [value] } };
  return value;
}

const attributes = (levels: number) => [{ key: 'k', value: nested(levels) }];
const named = (name: string, more: Message = {}): Message => ({
  name,
  traceId: TRACE_ID,
  spanId: Buffer.alloc(8, 1),
  ...more,
});

const TOO_MANY = MAX_VALUE_DEPTH + 1;

describe.each<Encoding>(['protobuf', 'json'])('a value that is nested too deeply, in %s', (encoding) => {
  const bodyOf = (...resourceSpans: readonly Message[]) =>
    encoding === 'protobuf' ? encodeTraces({ resourceSpans }) : Buffer.from(toJson({ resourceSpans }));

  it.each<[string, Message]>([
    ['among its attributes', { attributes: attributes(TOO_MANY) }],
    ['in a kvlist', { attributes: [{ key: 'k', value: { kvlistValue: { values: attributes(TOO_MANY) } } }] }],
    ['in an event', { events: [{ name: 'e', attributes: attributes(TOO_MANY) }] }],
    ['in a link', { links: [{ traceId: TRACE_ID, spanId: Buffer.alloc(8, 1), attributes: attributes(TOO_MANY) }] }],
  ])('rejects the span that has it %s, and takes its neighbours', (_where, more) => {
    const spans = [named('before'), named('deep', more), named('after')];
    const body = bodyOf({ scopeSpans: [{ spans }] });
    const decoded = decodeRequest(body, encoding);
    if (decoded.status !== 'ok') throw new Error(decoded.message);
    expect(decoded.spans.map(({ name }) => name)).toEqual(['before', 'after']);
    expect(decoded.rejected).toEqual([{ name: 'deep', reason: REASON }]);
    expect(checkRequest(body, encoding)).toEqual({
      status: 'ok',
      spans: 2,
      rejected: 1,
      message: `span "deep": ${REASON}`,
      unrouted: 2,
    });
  });

  it('rejects the spans whose resource has it, and takes those of other resources', () => {
    const body = bodyOf(
      { resource: { attributes: attributes(TOO_MANY) }, scopeSpans: [{ spans: [named('a'), named('b')] }] },
      { resource: { attributes: attributes(MAX_VALUE_DEPTH) }, scopeSpans: [{ spans: [named('c')] }] },
    );
    expect(checkRequest(body, encoding)).toMatchObject({ status: 'ok', spans: 1, rejected: 2 });
  });

  it('rejects the spans whose scope has it, and takes those of other scopes', () => {
    const deep = { scope: { name: 's', attributes: attributes(TOO_MANY) }, spans: [named('a')] };
    const body = bodyOf({ scopeSpans: [deep, { spans: [named('b')] }] });
    expect(checkRequest(body, encoding)).toMatchObject({ status: 'ok', spans: 1, rejected: 1 });
  });

  it('is empty from there on in a log record, which keeps everything else', () => {
    const records = [{ body: nested(TOO_MANY), attributes: [{ key: 'a', value: { intValue: '1' } }] }, {}];
    const message = { resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] };
    const decoded = decodeLogs(encoding === 'protobuf' ? encodeLogs(message) : Buffer.from(toJson(message)), encoding);
    if (decoded.status !== 'ok') throw new Error(decoded.message);
    expect(decoded.records).toHaveLength(2);
    expect(decoded.records[0]?.attributes).toEqual(new Map([['a', 1]]));
    expect(JSON.stringify(decoded.records[0]?.body)).toBe(
      `${'['.repeat(MAX_VALUE_DEPTH)}null${']'.repeat(MAX_VALUE_DEPTH)}`,
    );
  });
});

describe('a value of a hundred thousand levels', () => {
  const LEVELS = 100_000;

  it('does not exhaust the stack, in protobuf', () => {
    // From the inside out, written backwards, so that the making of it takes no square of the depth.
    const parts: Buffer[] = [];
    let length = 0;
    for (let level = 0; level < LEVELS; level++) {
      for (const field of [1, 5]) {
        const head = lengthField(field).subarray(0, 1);
        const size = sizeOf(length);
        parts.push(size, head);
        length += head.length + size.length;
      }
    }
    const value = Buffer.concat(parts.reverse());
    const deep = lengthField(2, ids, lengthField(9, lengthField(1, 'k'), lengthField(2, value)));
    const body = lengthField(1, lengthField(2, deep, lengthField(2, ids)));
    expect(checkRequest(body, 'protobuf')).toMatchObject({ status: 'ok', spans: 1, rejected: 1 });
  });

  it('does not exhaust the stack, in JSON, also beside an integer that no double holds', () => {
    const value = `${'{"arrayValue":{"values":['.repeat(LEVELS)}{"intValue":1}${']}}'.repeat(LEVELS)}`;
    const ids = '"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"';
    const deep = `{${ids},"attributes":[{"key":"k","value":${value}}]}`;
    const long = `{${ids},"startTimeUnixNano":1795160680123456789}`;
    const body = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${deep},${long}]}]}]}`);
    const decoded = decodeRequest(body, 'json');
    expect(decoded).toMatchObject({ status: 'ok', rejected: [{ reason: REASON }] });
    if (decoded.status === 'ok') expect(decoded.spans.map(({ startNs }) => startNs)).toEqual([1795160680123456789n]);
  });
});

/** A length as a varint. */
function sizeOf(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
