import { Cursor } from './cursor.ts';
import { fits } from './fits.ts';
import { FIXED32, FIXED64, type Fields, LENGTH, VARINT } from './schema.ts';
import { StringCache } from './string-cache.ts';

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
export class WireReader extends Cursor {
  readonly #view: DataView;
  readonly #strings: StringCache;
  /** The wire type of the field that `next` returned. */
  #wire = 0;
  #tooDeep = 0;

  constructor(body: Uint8Array) {
    super(body);
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.#strings = new StringCache(this.bytes);
  }

  /** How many values were stepped over so far because they are nested too deeply. */
  get tooDeep(): number {
    return this.#tooDeep;
  }

  /** The number of the message's next field that the table knows, or 0 at its end. Unknown fields are skipped. */
  next(fields: Fields): number {
    const pos = this.at;
    if (pos === this.limit) return 0;
    this.fieldStart = pos;
    const tag = this.bytes[pos] as number;
    if (tag < 128 && fields[tag >>> 3]?.wire === (tag & 7)) {
      this.at = pos + 1;
      this.#wire = tag & 7;
      return tag >>> 3;
    }
    return this.#nextUnusual(fields);
  }

  #nextUnusual(fields: Fields): number {
    while (this.at < this.limit) {
      this.fieldStart = this.at;
      const tag = this.number();
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
        this.number();
        break;
      case FIXED64:
        this.take(8);
        break;
      case LENGTH:
        this.take(this.length());
        break;
      case FIXED32:
        this.take(4);
        break;
      default:
        this.fail(`wire type ${this.#wire}, which OTLP does not use`);
    }
  }

  /** Skips the value, and counts it. */
  skipTooDeep(): void {
    this.skip();
    this.#tooDeep += 1;
  }

  /** Goes into the message that is the value. Returns what `leave` needs. */
  enter(): number {
    const length = this.length();
    const outer = this.limit;
    this.limit = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.limit = outer;
  }

  /** The low 32 bits of a varint, as protobuf has it. */
  uint32(): number {
    this.varint();
    return (this.low | (this.middle << 28)) >>> 0;
  }

  /** Also for enums: numbers that we do not know are kept. */
  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    return this.number() !== 0;
  }

  /** A number while that is exact, else a bigint. */
  int64(): number | bigint {
    this.varint();
    if (this.high === 0 && this.middle < 2 ** 25) return this.middle * 2 ** 28 + this.low;
    const bits = (BigInt(this.high) << 56n) | (BigInt(this.middle) << 28n) | BigInt(this.low);
    const value = BigInt.asIntN(64, bits);
    const rounded = Number(value);
    return Number.isSafeInteger(rounded) ? rounded : value;
  }

  fixed32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.take(8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.take(8), true);
  }

  /** Bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const length = this.length();
    return this.#strings.get(this.take(length), length);
  }

  /** Bytes as lower-case hex. */
  hex(): string {
    const start = this.take(this.length());
    return this.bytes.toString('hex', start, this.at);
  }

  /** A copy: a value must not keep the whole body alive. */
  copy(): Uint8Array {
    const start = this.take(this.length());
    return new Uint8Array(this.bytes.subarray(start, this.at));
  }

  /** How many bytes an id has; 0 if all of them are zero. */
  idLength(): number {
    const start = this.take(this.length());
    for (let i = start; i < this.at; i++) if (this.bytes[i] !== 0) return this.at - start;
    return 0;
  }

  /** Skips the message that is the value, but fails unless it is sound. */
  skipMessage(fields: Fields): void {
    const start = this.take(this.length());
    if (!fits(this.bytes, start, this.at, fields)) this.fail('not sound');
  }

  /** Whether the value, which stays to be read, contains a text. */
  mentions(text: string): boolean {
    const pos = this.at;
    const start = this.take(this.length());
    const found = this.bytes.subarray(start, this.at).includes(text);
    this.at = pos;
    return found;
  }
}
