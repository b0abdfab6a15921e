import { describe, expect, it } from '@jest/globals';
import { WireError } from '../../../src/decode/protobuf/cursor.ts';
import { WireReader } from '../../../src/decode/protobuf/reader.ts';
import type { Fields } from '../../../src/decode/protobuf/schema.ts';
import { ANY_VALUE, KEY_VALUE, LINK, SPAN } from '../../../src/decode/protobuf/schema.ts';
import { fixed32Field, fixed64Field, lengthField, tag, varint, varintField } from '../support/wire.ts';

/** A reader that stands before the value of the first field. */
function at(fields: Fields, body: Uint8Array): WireReader {
  const reader = new WireReader(body);
  reader.next(fields);
  return reader;
}

const KIND = 6;
const INT_VALUE = 3;

describe('WireReader', () => {
  it.each<[number | bigint, number | bigint]>([
    [0, 0],
    [1, 1],
    [127, 127],
    [128, 128],
    [2 ** 28, 2 ** 28],
    [2 ** 32 + 5, 2 ** 32 + 5],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [2n ** 53n, 2n ** 53n],
    [2n ** 53n + 1n, 2n ** 53n + 1n],
    [2n ** 63n - 1n, 2n ** 63n - 1n],
    [-1, -1],
    [-(2 ** 31), -(2 ** 31)],
    [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    [-(2n ** 53n), -(2n ** 53n)],
    [-(2n ** 63n), -(2n ** 63n)],
  ])('reads the int64 %s exactly', (written, expected) => {
    expect(at(ANY_VALUE, varintField(INT_VALUE, written)).int64()).toBe(expected);
  });

  it.each([
    [0, 0, 0],
    [5, 5, 5],
    [300, 300, 300],
    [2 ** 32 - 1, 2 ** 32 - 1, -1],
    [2 ** 32 + 7, 7, 7],
    [-1, 2 ** 32 - 1, -1],
  ])('reads the varint %s as uint32 %s and int32 %s', (written, unsigned, signed) => {
    const body = varintField(KIND, written);
    expect(at(SPAN, body).uint32()).toBe(unsigned);
    expect(at(SPAN, body).int32()).toBe(signed);
  });

  it.each([
    ['0', '00', false],
    ['1', '01', true],
    ['2^63', '80808080808080808001', true],
    ['0 in ten bytes', '80808080808080808000', false],
  ])('reads %s as a bool', (_what, hex, expected) => {
    expect(at(ANY_VALUE, Buffer.concat([tag(2, 0), Buffer.from(hex, 'hex')])).bool()).toBe(expected);
  });

  it('takes a varint that is longer than it has to be', () => {
    expect(at(ANY_VALUE, Buffer.from('1885808000', 'hex')).int64()).toBe(5);
  });

  it('reads fixed-width numbers', () => {
    expect(at(SPAN, fixed64Field(7, 2n ** 64n - 1n)).fixed64()).toBe(2n ** 64n - 1n);
    expect(at(SPAN, fixed32Field(16, 2 ** 32 - 1)).fixed32()).toBe(2 ** 32 - 1);
    const double = Buffer.alloc(8);
    double.writeDoubleLE(-0.5);
    expect(at(ANY_VALUE, Buffer.concat([tag(4, 1), double])).double()).toBe(-0.5);
  });

  it.each([
    ['plain text', Buffer.from('hello'), 'hello'],
    ['nothing', Buffer.alloc(0), ''],
    ['text of many languages', Buffer.from('héllo, 東京 👋🏽'), 'héllo, 東京 👋🏽'],
    ['a stray byte', Buffer.from('a\xffb', 'latin1'), 'a\uFFFDb'],
    ['a cut-off character', Buffer.from('e282', 'hex'), '\uFFFD'],
    ['an overlong slash', Buffer.from('c0af', 'hex'), '\uFFFD\uFFFD'],
  ])('reads %s as a string', (_what, bytes, expected) => {
    expect(at(SPAN, lengthField(5, bytes)).string()).toBe(expected);
  });

  it('copies bytes', () => {
    const body = lengthField(7, 'abc');
    const copy = at(ANY_VALUE, body).copy();
    body.fill(0);
    expect(copy).toEqual(new Uint8Array([97, 98, 99]));
    expect(copy.buffer.byteLength).toBe(3);
  });

  it('works on a body in the middle of a larger buffer', () => {
    const whole = Buffer.concat([Buffer.from('xxx'), lengthField(5, 'name'), fixed64Field(7, 5n), Buffer.from('yyy')]);
    const reader = new WireReader(new Uint8Array(whole.buffer, whole.byteOffset + 3, whole.length - 6));
    expect([reader.next(SPAN), reader.string(), reader.next(SPAN), reader.fixed64(), reader.next(SPAN)]).toEqual([
      5,
      'name',
      7,
      5n,
      0,
    ]);
  });

  it('skips fields that the table does not know, whatever their number and type', () => {
    const unknown = [
      varintField(50, 2n ** 64n - 1n),
      fixed64Field(51, 1n),
      lengthField(52, 'anything'),
      fixed32Field(2 ** 29 - 1, 1),
    ];
    const reader = at(SPAN, Buffer.concat([...unknown, lengthField(5, 'name'), ...unknown]));
    expect([reader.string(), reader.next(SPAN)]).toEqual(['name', 0]);
  });

  it('does not read past the end of a message into the next one', () => {
    const reader = at(SPAN, Buffer.concat([lengthField(13, tag(3, 2), Buffer.from([5])), Buffer.from('12345')]));
    reader.enter();
    reader.next(LINK);
    expect(() => reader.string()).toThrow(new WireError('5 bytes expected where 0 are left', 2));
  });

  it.each([
    ['a bool', tag(2, 0), (reader: WireReader) => reader.bool()],
    ['an integer', tag(3, 0), (reader: WireReader) => reader.int64()],
    ['the length of a string', tag(1, 2), (reader: WireReader) => reader.string()],
    ['an unknown varint', tag(100, 0), (reader: WireReader) => reader.pos],
  ])('does not take %s from behind the end of its message', (_what, bytes, read) => {
    const reader = at(KEY_VALUE, Buffer.concat([lengthField(2, bytes), Buffer.from([1, 1, 1, 1])]));
    reader.enter();
    const readOne = () => {
      reader.next(ANY_VALUE);
      read(reader);
    };
    expect(readOne).toThrow(WireError);
  });

  it.each([
    ['a varint cut off', '3080', 'varint cut off'],
    ['a varint of eleven bytes', `30${'80'.repeat(10)}01`, 'varint longer than 10 bytes'],
    ['a length beyond the body', '2a05616263', '5 bytes expected where 3 are left'],
    ['a length of 2^40', '2a808080808020', '1099511627776 bytes expected where 0 are left'],
    ['a fixed64 cut off', '3901020304', '8 bytes expected where 4 are left'],
    ['a fixed32 cut off', '85010102', '4 bytes expected where 2 are left'],
    ['field number 0', '0200', 'no field has the tag 2'],
    ['a tag of more than 32 bits', '8080808010', 'no field has the tag 4294967296'],
    ['the wrong wire type', '2801', 'name has wire type 0 instead of 2'],
    ['a group', '9b06', 'wire type 3, which OTLP does not use'],
    ['the end of a group', '9c06', 'wire type 4, which OTLP does not use'],
    ['a wire type that does not exist', '9e06', 'wire type 6, which OTLP does not use'],
    ['a tag cut off', '85', 'varint cut off'],
  ])('fails on %s', (_what, hex, message) => {
    const reader = new WireReader(Buffer.from(hex, 'hex'));
    const readAll = () => {
      while (reader.next(SPAN) !== 0) reader.skip();
    };
    expect(readAll).toThrow(new WireError(message, 0));
  });

  it('writes in tests what it reads', () => {
    expect(varint(300).toString('hex')).toBe('ac02');
  });
});
