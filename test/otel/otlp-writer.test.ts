import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Span, Value } from '../../src/core/span.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { writeSpans } from '../../src/otel/otlp-writer.ts';
import { traces } from '../decode/support/arbitraries.ts';
import { encodeTraces } from '../decode/support/proto.ts';
import { attributesOf, spanOf } from '../support/spans.ts';

function decode(body: Uint8Array): readonly Span[] {
  const decoded = decodeRequest(body, 'protobuf');
  if (decoded.status === 'invalid') throw new Error(decoded.message);
  return decoded.spans;
}

describe('writing spans as OTLP', () => {
  it('loses nothing of what can be read from OTLP', () => {
    fc.assert(
      fc.property(traces, (message) => {
        const spans = decode(encodeTraces(message));
        expect(decode(writeSpans(spans))).toEqual(spans);
      }),
      { numRuns: 300 },
    );
  });

  it('shares resource and scope among spans that share them, and keeps the order', () => {
    const [first, second] = [spanOf({ id: '1'.padStart(16, '0') }), spanOf({ id: '2'.padStart(16, '0') })];
    const spans = decode(
      writeSpans([first, { ...second, resource: first.resource, scope: first.scope }, second, first]),
    );
    expect(spans.map(({ spanId }) => Number(spanId))).toEqual([1, 2, 2, 1]);
    expect(spans[0]?.resource).toBe(spans[1]?.resource);
    expect(spans[0]?.scope).toBe(spans[1]?.scope);
    expect(spans[1]?.resource).not.toBe(spans[2]?.resource);
  });

  it.each<[string, Value, Value]>([
    ['an integer beyond 64 bits', 2n ** 64n, String(2n ** 64n)],
    ['a negative integer beyond 64 bits', -(2n ** 64n), String(-(2n ** 64n))],
    ['the largest integer that is exact', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['a whole number that is not exact', 1e300, 1e300],
    ['negative zero', -0, -0],
    ['not a number', Number.NaN, Number.NaN],
  ])('writes %s', (_what, value, read) => {
    const [span] = decode(writeSpans([{ ...spanOf(), attributes: new Map([['key', value]]) }]));
    expect(span?.attributes.get('key')).toBe(read);
  });

  it('writes a time that OTLP has no number for as none', () => {
    const [span] = decode(writeSpans([spanOf({ startNs: -1n, endNs: 2n ** 64n })]));
    expect(span).toMatchObject({ startNs: 0n, endNs: 0n });
  });

  it('writes no bytes for what is not there', () => {
    const empty = writeSpans([spanOf()]).length;
    expect(writeSpans([spanOf({ attributes: { a: 'b' } })]).length).toBe(empty + 10);
    expect(attributesOf({}).size).toBe(0);
  });

  it('keeps no more memory alive than it has written, few spans or many', () => {
    for (const count of [1, 100, 1000]) {
      const written = writeSpans(Array.from({ length: count }, () => spanOf({ attributes: { a: 'b' } })));
      expect(written.buffer.byteLength).toBe(written.byteLength);
    }
  });
});
