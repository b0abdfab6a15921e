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

/** A place in a body, and the steps forward that everything in protobuf is made of. None of them leaves the message. */
export class Cursor {
  protected readonly bytes: Buffer;
  protected at = 0;
  /** The end of the message that was entered last. */
  protected limit: number;
  /** Where the field begins that is being read. */
  protected fieldStart = 0;
  /** The varint that was read last, in parts of 28, 28 and up to 14 bits. */
  protected low = 0;
  protected middle = 0;
  protected high = 0;

  constructor(body: Uint8Array) {
    this.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.limit = body.byteLength;
  }

  get pos(): number {
    return this.at;
  }

  /** The end of the message that was entered last. */
  get end(): number {
    return this.limit;
  }

  /** Where the field begins that is being read. */
  get start(): number {
    return this.fieldStart;
  }

  /** Goes to a place in the message that was entered last. */
  seek(pos: number): void {
    this.at = pos;
  }

  fail(message: string): never {
    throw new WireError(message, this.fieldStart);
  }

  /** Steps over so many bytes. Returns where they begin. */
  protected take(length: number): number {
    const start = this.at;
    if (length > this.limit - start) this.#cutOff(length);
    this.at = start + length;
    return start;
  }

  /** The length that stands before a string, bytes or a message. */
  protected length(): number {
    const length = this.number();
    if (length > this.limit - this.at) this.#cutOff(length);
    return length;
  }

  // Errors are made out of line: what is on the good path stays small enough for the compiler to inline.
  #cutOff(length: number): never {
    this.fail(`${length} bytes expected where ${this.limit - this.at} are left`);
  }

  /** A varint, inexact beyond 2^53. */
  protected number(): number {
    const pos = this.at;
    const byte = this.bytes[pos] as number;
    if (byte < 128 && pos < this.limit) {
      this.at = pos + 1;
      return byte;
    }
    this.varint();
    return this.high * 2 ** 56 + this.middle * 2 ** 28 + this.low;
  }

  /** A varint into its three parts. */
  protected varint(): void {
    const start = this.at;
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (start + i >= this.limit) this.fail('varint cut off');
      const byte = this.bytes[start + i] as number;
      if (i < 4) low |= (byte & 127) << (7 * i);
      else if (i < 8) middle |= (byte & 127) << (7 * (i - 4));
      else high |= (byte & 127) << (7 * (i - 8));
      if (byte < 128) {
        this.at = start + i + 1;
        this.low = low;
        this.middle = middle;
        this.high = high;
        return;
      }
    }
    this.fail('varint longer than 10 bytes');
  }
}
