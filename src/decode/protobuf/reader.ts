import { fits } from './fits.ts';
import { FIXED32, FIXED64, type Fields, LENGTH, VARINT } from './schema.ts';
import { StringCache } from './string-cache.ts';

/** Structural damage: nothing behind it can be trusted. */
export class WireError extends Error {
  /** Where in the body the damaged field begins, in bytes. */
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'WireError';
    this.offset = offset;
  }
}

/**
 * Reads protobuf's wire format. Every read is checked against the end of the message it belongs to,
 * and throws a WireError instead of going past it.
 *
 *     const outer = reader.enter();
 *     for (let field = reader.next(SPAN); field !== 0; field = reader.next(SPAN)) {
 *       switch (field) { … }               // each case reads or skips the value
 *     }
 *     reader.leave(outer);
 */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #strings: StringCache;
  #pos = 0;
  #end: number;
  /** Where the field that `next` returned begins, and its wire type. */
  #start = 0;
  #wire = 0;
  /** The long varint that was read last, in parts of 28, 28 and 8 bits. */
  #low = 0;
  #middle = 0;
  #high = 0;

  constructor(body: Uint8Array) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.#strings = new StringCache(this.#bytes);
    this.#end = body.byteLength;
  }

  get pos(): number {
    return this.#pos;
  }

  /** Where the field that `next` returned begins. */
  get start(): number {
    return this.#start;
  }

  /** The end of the message that was entered last. */
  get end(): number {
    return this.#end;
  }

  /** Goes to a place in the message that was entered last. */
  seek(pos: number): void {
    this.#pos = pos;
  }

  fail(message: string): never {
    throw new WireError(message, this.#start);
  }

  /** The number of the message's next field that the table knows, or 0 at its end. Unknown fields are skipped. */
  next(fields: Fields): number {
    const pos = this.#pos;
    if (pos === this.#end) return 0;
    this.#start = pos;
    const tag = this.#bytes[pos] as number;
    if (tag < 128 && fields[tag >>> 3]?.wire === (tag & 7)) {
      this.#pos = pos + 1;
      this.#wire = tag & 7;
      return tag >>> 3;
    }
    return this.#nextUnusual(fields);
  }

  #nextUnusual(fields: Fields): number {
    while (this.#pos < this.#end) {
      this.#start = this.#pos;
      const tag = this.#number();
      if (tag < 8 || tag > 0xffff_ffff) this.fail(`no field has the tag ${tag}`);
      this.#wire = tag & 7;
      const known = fields[tag >>> 3];
      if (known === undefined) {
        this.skip();
      } else {
        if (known.wire !== this.#wire) this.fail(`${known.name} has wire type ${this.#wire} instead of ${known.wire}`);
        return tag >>> 3;
      }
    }
    return 0;
  }

  /** Skips the value of the field that `next` returned. */
  skip(): void {
    switch (this.#wire) {
      case VARINT:
        this.#number();
        break;
      case FIXED64:
        this.#take(8);
        break;
      case LENGTH:
        this.#take(this.#length());
        break;
      case FIXED32:
        this.#take(4);
        break;
      default:
        this.fail(`wire type ${this.#wire}, which OTLP does not use`);
    }
  }

  /** Goes into the message that is the value. Returns what `leave` needs. */
  enter(): number {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#pos + length;
    return outer;
  }

  leave(outer: number): void {
    this.#end = outer;
  }

  /** The low 32 bits of a varint, as protobuf has it. */
  uint32(): number {
    this.#varint();
    return (this.#low | (this.#middle << 28)) >>> 0;
  }

  /** Also for enums: numbers that we do not know are kept. */
  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    return this.#number() !== 0;
  }

  /** A number while that is exact, else a bigint. */
  int64(): number | bigint {
    this.#varint();
    if (this.#high === 0 && this.#middle < 2 ** 25) return this.#middle * 2 ** 28 + this.#low;
    const bits = (BigInt(this.#high) << 56n) | (BigInt(this.#middle) << 28n) | BigInt(this.#low);
    const value = BigInt.asIntN(64, bits);
    const rounded = Number(value);
    return Number.isSafeInteger(rounded) ? rounded : value;
  }

  fixed32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** Bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const length = this.#length();
    return this.#strings.get(this.#take(length), length);
  }

  /** Bytes as lower-case hex. */
  hex(): string {
    const start = this.#take(this.#length());
    return this.#bytes.toString('hex', start, this.#pos);
  }

  /** A copy: a value must not keep the whole body alive. */
  copy(): Uint8Array {
    const start = this.#take(this.#length());
    return new Uint8Array(this.#bytes.subarray(start, this.#pos));
  }

  /** How many bytes an id has; 0 if all of them are zero. */
  idLength(): number {
    const start = this.#take(this.#length());
    for (let i = start; i < this.#pos; i++) if (this.#bytes[i] !== 0) return this.#pos - start;
    return 0;
  }

  /** Skips the message that is the value, but fails unless it is sound. */
  skipMessage(fields: Fields): void {
    const start = this.#take(this.#length());
    if (!fits(this.#bytes, start, this.#pos, fields)) this.fail('not sound');
  }

  /** Whether the value, which stays to be read, contains a text. */
  mentions(text: string): boolean {
    const pos = this.#pos;
    const start = this.#take(this.#length());
    const found = this.#bytes.subarray(start, this.#pos).includes(text);
    this.#pos = pos;
    return found;
  }

  #take(length: number): number {
    const start = this.#pos;
    if (length > this.#end - start) this.#cutOff(length);
    this.#pos = start + length;
    return start;
  }

  #length(): number {
    const length = this.#number();
    if (length > this.#end - this.#pos) this.#cutOff(length);
    return length;
  }

  // Errors are made out of line: what is on the good path stays small enough for the compiler to inline.
  #cutOff(length: number): never {
    this.fail(`${length} bytes expected where ${this.#end - this.#pos} are left`);
  }

  /** A varint, inexact beyond 2^53. */
  #number(): number {
    const pos = this.#pos;
    const byte = this.#bytes[pos] as number;
    if (byte < 128 && pos < this.#end) {
      this.#pos = pos + 1;
      return byte;
    }
    this.#varint();
    return this.#high * 2 ** 56 + this.#middle * 2 ** 28 + this.#low;
  }

  #varint(): void {
    const start = this.#pos;
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (start + i >= this.#end) this.fail('varint cut off');
      const byte = this.#bytes[start + i] as number;
      if (i < 4) low |= (byte & 127) << (7 * i);
      else if (i < 8) middle |= (byte & 127) << (7 * (i - 4));
      else high |= (byte & 127) << (7 * (i - 8));
      if (byte < 128) {
        this.#pos = start + i + 1;
        this.#low = low;
        this.#middle = middle;
        this.#high = high & 0xff;
        return;
      }
    }
    this.fail('varint longer than 10 bytes');
  }
}
