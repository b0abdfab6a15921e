import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projectOfResource } from '../../src/core/call.ts';
import type { Encoding } from '../../src/core/ports.ts';
import { checkRequest } from '../../src/decode/check.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { mutate, mutations, traces } from './support/arbitraries.ts';
import { recordings } from './support/corpus.ts';
import { encodeLogs, encodeTraces, toJson } from './support/proto.ts';
import { SPAN_ID, TRACE_ID } from './support/wire.ts';

/** What checkRequest should find, from decoding. */
function expected(body: Uint8Array, encoding: Encoding) {
  const decoded = decodeRequest(body, encoding);
  if (decoded.status === 'invalid') return decoded;
  return {
    status: 'ok',
    spans: decoded.spans.length,
    rejected: decoded.rejected.length,
    unrouted: decoded.spans.filter(({ resource }) => projectOfResource(resource.attributes) === undefined).length,
  };
}

const span = { traceId: TRACE_ID, spanId: SPAN_ID };
const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const requestOf = (...spans: readonly object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

describe('checkRequest', () => {
  it.each(recordings.filter(({ signal }) => signal === 'traces'))(
    'agrees with decodeRequest about $name',
    (recording) => {
      const { body, encoding } = recording;
      expect(checkRequest(body, encoding)).toEqual({ ...expected(body, encoding), rejected: 0, message: '' });
    },
  );

  it.each<Encoding>(['protobuf', 'json'])('agrees with decodeRequest about any damaged %s', (encoding) => {
    const encode = (message: object) =>
      encoding === 'protobuf' ? encodeTraces({ ...message }) : Buffer.from(toJson(message));
    fc.assert(
      fc.property(traces, fc.oneof(mutations, fc.constant([])), (message, changes) => {
        const body = mutate(encode(message), changes);
        expect(checkRequest(body, encoding)).toMatchObject(expected(body, encoding));
      }),
      { numRuns: 1500 },
    );
  });

  it.each<Encoding>(['protobuf', 'json'])('counts the spans of %s whose resource names no project', (encoding) => {
    const routed = { attributes: [string('wandb.entity', 'team'), string('wandb.project', 'app')] };
    const misnamed = { attributes: [string('wandb.entity', 'te/am'), string('wandb.project', 'app')] };
    const scopeSpans = [{ spans: [span, span, { name: 'no ids' }] }];
    const message = {
      resourceSpans: [{ resource: routed, scopeSpans }, { resource: misnamed, scopeSpans }, { scopeSpans }],
    };
    const body = encoding === 'protobuf' ? encodeTraces(message) : Buffer.from(toJson(message));
    expect(checkRequest(body, encoding)).toMatchObject({ status: 'ok', spans: 6, rejected: 3, unrouted: 4 });
  });

  it('says why spans are rejected', () => {
    const body = encodeTraces(requestOf(span, { name: 'GET "/"', spanId: SPAN_ID }, { traceId: TRACE_ID }));
    expect(checkRequest(body, 'protobuf')).toEqual({
      status: 'ok',
      spans: 1,
      rejected: 2,
      message: 'span "GET \\"/\\"": trace id is missing; span "": span id is missing',
      unrouted: 1,
    });
  });

  it('names at most 20 rejected spans, and no more than 100 characters of each name', () => {
    const bad = { ...span, traceId: SPAN_ID, name: 'n'.repeat(1000) };
    const messageOf = (count: number) => {
      const checked = checkRequest(encodeTraces(requestOf(...new Array(count).fill(bad))), 'protobuf');
      return checked.message.split('; ');
    };
    expect(messageOf(20)).toHaveLength(20);
    expect(messageOf(20)[19]).toBe(`span "${'n'.repeat(100)}": trace id has 16 hex digits instead of 32`);
    expect(messageOf(500)).toHaveLength(21);
    expect(messageOf(500)[20]).toBe('...');
  });

  it('tells log records from spans', () => {
    const message = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '5', spanId: SPAN_ID }] }] }] };
    for (const checked of [
      checkRequest(encodeLogs(message), 'protobuf'),
      checkRequest(Buffer.from(toJson(message)), 'json'),
    ]) {
      expect(checked).toEqual({
        status: 'invalid',
        message: expect.stringMatching(/log records: send them to \/v1\/logs$/),
      });
    }
  });
});
