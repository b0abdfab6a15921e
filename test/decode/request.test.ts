import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Span } from '../../src/core/span.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { mutate, mutations, traces } from './support/arbitraries.ts';
import { recordings } from './support/corpus.ts';
import { encodeTraces, parseTraces, toJson } from './support/proto.ts';
import { secondDecodeTraces } from './support/second-decoder.ts';

function spansOf(body: Uint8Array, encoding: 'protobuf' | 'json'): readonly Span[] {
  const decoded = decodeRequest(body, encoding);
  if (decoded.status === 'invalid') throw new Error(decoded.message);
  expect(decoded.rejected).toEqual([]);
  return decoded.spans;
}

const recorded = recordings.filter(({ signal }) => signal === 'traces');

describe('every recorded trace request', () => {
  it.each(recorded.filter(({ encoding }) => encoding === 'protobuf'))(
    '$name decodes as protobufjs does',
    ({ body }) => {
      const spans = spansOf(body, 'protobuf');
      expect(spans.length).toBeGreaterThan(0);
      expect(spans).toEqual(secondDecodeTraces(body));
      expect(spansOf(Buffer.from(toJson(parseTraces(body))), 'json')).toEqual(spans);
    },
  );

  it.each(recorded.filter(({ encoding }) => encoding === 'json'))(
    '$name decodes as it does in protobuf',
    ({ body }) => {
      const spans = spansOf(body, 'json');
      expect(spans.length).toBeGreaterThan(0);
      expect(spans).toEqual(spansOf(encodeTraces(withBinaryIds(JSON.parse(body.toString()))), 'protobuf'));
    },
  );
});

/** OTLP/JSON writes ids in hex, where protobufjs would take them for base64. */
function withBinaryIds(document: object): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(document, (key, value) =>
    /^(trace|span|parentSpan)Id$/.test(key) ? Buffer.from(value, 'hex').toString('base64') : value,
  );
  return JSON.parse(text);
}

describe('any trace request', () => {
  it('decodes from protobuf as protobufjs does, and from JSON to the same', () => {
    fc.assert(
      fc.property(traces, (message) => {
        const body = encodeTraces(message);
        const spans = spansOf(body, 'protobuf');
        expect(spans).toEqual(secondDecodeTraces(body));
        expect(spansOf(Buffer.from(toJson(message)), 'json')).toEqual(spans);
      }),
      { numRuns: 300 },
    );
  });

  it('is decoded or invalid, and nothing else, with any of its bytes changed', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(traces, mutations, (message, changes) => {
        outcomes.add(decodeRequest(mutate(encodeTraces(message), changes), 'protobuf').status);
        outcomes.add(decodeRequest(mutate(Buffer.from(toJson(message)), changes), 'json').status);
      }),
      { numRuns: 1000 },
    );
    expect([...outcomes].sort()).toEqual(['invalid', 'ok']);
  });

  it('is decoded or invalid when it is any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeRequest(bytes, 'protobuf').status).toMatch(/^(ok|invalid)$/);
        expect(decodeRequest(bytes, 'json').status).toMatch(/^(ok|invalid)$/);
      }),
      { numRuns: 2000 },
    );
  });
});
