/** Protobuf by hand, for what an encoder would refuse to write. */

export function varint(value: number | bigint): Buffer {
  if (value >= 0 && value < 128) return Buffer.from([Number(value)]);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export const tag = (field: number, wire: number): Buffer => varint(field * 8 + wire);

export const varintField = (field: number, value: number | bigint): Buffer =>
  Buffer.concat([tag(field, 0), varint(value)]);

export function fixed64Field(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, 1), bytes]);
}

export function fixed32Field(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([tag(field, 5), bytes]);
}

/** A string, bytes, or a message of other fields. */
export function lengthField(field: number, ...content: readonly (Uint8Array | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([tag(field, 2), varint(bytes.length), bytes]);
}

export const TRACE_ID = Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex');
export const SPAN_ID = Buffer.from('b7ad6b7169203331', 'hex');

/** The two ids that a span cannot do without. */
export const ids: Buffer = Buffer.concat([lengthField(1, TRACE_ID), lengthField(2, SPAN_ID)]);

/** A request of one span that consists of these fields. */
export const requestOf = (...span: readonly Uint8Array[]): Buffer =>
  lengthField(1, lengthField(2, lengthField(2, ...span)));

/** A request of one span with ids and one attribute `k` of this AnyValue. */
export const requestWithValue = (...anyValue: readonly Uint8Array[]): Buffer =>
  requestOf(ids, lengthField(9, lengthField(1, 'k'), lengthField(2, ...anyValue)));
