import { describe, expect, it } from '@jest/globals';
import { fits } from '../../../src/decode/protobuf/fits.ts';
import { SPAN } from '../../../src/decode/protobuf/schema.ts';
import { skim } from '../../../src/decode/protobuf/skim.ts';
import { recordings } from '../support/corpus.ts';
import { fixed32Field, ids, lengthField, requestOf, SPAN_ID, TRACE_ID, varintField } from '../support/wire.ts';

const wandb = (key: string, value: string) =>
  lengthField(1, lengthField(1, key), lengthField(2, lengthField(1, value)));

describe('skim', () => {
  it('needs no decoding for any recorded request', () => {
    const traces = recordings.filter(({ signal, encoding }) => signal === 'traces' && encoding === 'protobuf');
    expect(traces.length).toBeGreaterThan(10);
    expect(traces.filter(({ body }) => skim(body) === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('counts spans, and those whose resource names no project', () => {
    const spans = lengthField(2, lengthField(2, ids), lengthField(2, ids));
    const both = lengthField(1, wandb('wandb.entity', 'team'), wandb('wandb.project', 'app'));
    const half = lengthField(1, wandb('wandb.entity', 'team'));
    const group = (...parts: readonly Uint8Array[]) => lengthField(1, ...parts);
    expect(skim(Buffer.concat([group(both, spans), group(half, spans), group(spans)]))).toEqual({
      spans: 6,
      unrouted: 4,
    });
    expect(skim(group(spans, both))).toEqual({ spans: 2, unrouted: 0 });
    expect(skim(group(half, spans, lengthField(1, wandb('wandb.project', 'app'))))).toEqual({ spans: 2, unrouted: 0 });
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['no trace id', [lengthField(2, SPAN_ID)]],
    ['no span id', [lengthField(1, TRACE_ID)]],
    ['a trace id of zeros', [lengthField(1, Buffer.alloc(16)), lengthField(2, SPAN_ID)]],
    ['a short trace id', [lengthField(1, SPAN_ID), lengthField(2, SPAN_ID)]],
    ['a long parent id', [ids, lengthField(4, TRACE_ID)]],
    ['a damaged event', [ids, lengthField(11, Buffer.from([0x80]))]],
    ['a group', [ids, Buffer.from([0x9b, 0x06])]],
  ])('leaves a span with %s to the decoder', (_what, span) => {
    expect(skim(requestOf(...span))).toBeUndefined();
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['a parent of zeros', [ids, lengthField(4, Buffer.alloc(8))]],
    ['unknown fields', [ids, varintField(1000, 5), fixed32Field(30, 1), lengthField(31, 'x')]],
  ])('counts a span with %s', (_what, span) => {
    expect(skim(requestOf(...span))).toEqual({ spans: 1, unrouted: 1 });
  });
});

describe('fits', () => {
  it.each([
    ['the longest varint', `30${'80'.repeat(9)}01`, true],
    ['a varint too long', `30${'80'.repeat(10)}01`, false],
    ['a varint too long before a field', `30${'80'.repeat(10)}3000`, false],
    ['a length of four bytes', '2a8480800061626364', true],
    ['a length of six bytes', '2a84808080800061626364', false],
    ['a tag of three bytes', 'aa808000', false],
    ['a tag cut off', '85', false],
    ['a tag of zero', '00', false],
    ['a fixed64 cut off', '39010203', false],
  ])('finds %s: %s', (_what, hex, expected) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(fits(bytes, 0, bytes.length, SPAN)).toBe(expected);
  });

  it('does not look behind the end of its message', () => {
    const bytes = Buffer.from('2a0361626330', 'hex');
    for (const end of [1, 2, 3, 4, 6]) expect(fits(bytes, 0, end, SPAN)).toBe(false);
    expect(fits(bytes, 0, 5, SPAN)).toBe(true);
  });
});
