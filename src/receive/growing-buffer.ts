/**
 * Gathers chunks into one buffer that doubles as it fills. A list of chunks would cost far more than their bytes:
 * a sender may cut a body into chunks of one byte, and each would be an object of its own.
 */
export interface GrowingBuffer {
  readonly length: number;
  append(chunk: Uint8Array): void;
  bytes(): Buffer;
}

/** The most that is set aside on the word of the sender. */
const MAX_FIRST_BYTES = 1024 * 1024;

/** `expectedBytes`: what the sender announced, if it did. */
export function createGrowingBuffer(expectedBytes: number | undefined): GrowingBuffer {
  let buffer = Buffer.allocUnsafe(Math.min(expectedBytes ?? 16 * 1024, MAX_FIRST_BYTES));
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(chunk) {
      if (length + chunk.length > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(length + chunk.length, 2 * buffer.length));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      buffer.set(chunk, length);
      length += chunk.length;
    },
    bytes: () => buffer.subarray(0, length),
  };
}
