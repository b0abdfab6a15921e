/** Short strings come again, long ones hardly ever. In bytes. */
const MIN_LENGTH = 4;
const MAX_LENGTH = 48;
const MAX_SLOT_BITS = 9;
const GOLDEN = 0x9e3779b1;

/**
 * Makes strings of the UTF-8 bytes of one body. The same attribute keys come with every span, and comparing them
 * by words of four bytes is several times cheaper than making the string again.
 */
export class StringCache {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  // Two strings that fall into one slot drive each other out: slower, never wrong.
  readonly #strings: string[];
  readonly #starts: number[];
  readonly #lengths: number[];
  /** How far a hash is shifted to become a slot number. */
  readonly #shift: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A slot for about 64 bytes of the body: most requests are small, and slots take time to make.
    const slotBits = Math.min(MAX_SLOT_BITS, Math.max(3, 26 - Math.clz32(bytes.byteLength)));
    this.#shift = 32 - slotBits;
    this.#strings = new Array(2 ** slotBits).fill('');
    this.#starts = new Array(2 ** slotBits).fill(0);
    this.#lengths = new Array(2 ** slotBits).fill(0);
  }

  get(start: number, length: number): string {
    if (length < MIN_LENGTH || length > MAX_LENGTH) return this.#bytes.toString('utf8', start, start + length);
    // The last word may overlap the one before it.
    const view = this.#view;
    const last = length - 4;
    let hash = length;
    for (let i = 0; i < last; i += 4) hash = Math.imul(hash ^ view.getInt32(start + i), GOLDEN);
    hash = Math.imul(hash ^ view.getInt32(start + last), GOLDEN);
    const slot = hash >>> this.#shift;

    if (this.#lengths[slot] === length) {
      const other = this.#starts[slot] as number;
      let same = view.getInt32(start + last) === view.getInt32(other + last);
      for (let i = 0; same && i < last; i += 4) same = view.getInt32(start + i) === view.getInt32(other + i);
      if (same) return this.#strings[slot] as string;
    }
    const text = this.#bytes.toString('utf8', start, start + length);
    this.#strings[slot] = text;
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
    return text;
  }
}
