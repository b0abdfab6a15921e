import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createGrowingBuffer } from '../../src/receive/growing-buffer.ts';

it('holds what was appended, in order, whatever length was announced', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 100 });
  const announced = fc.option(fc.nat({ max: 1000 }), { nil: undefined });
  fc.assert(
    fc.property(chunks, announced, (parts, expectedBytes) => {
      const buffer = createGrowingBuffer(expectedBytes);
      for (const part of parts) buffer.append(part);
      expect(buffer.bytes()).toEqual(Buffer.concat(parts));
      expect(buffer.length).toBe(buffer.bytes().length);
    }),
  );
});

describe('memory', () => {
  it('is not set aside on the word of the sender alone', () => {
    expect(createGrowingBuffer(2 ** 40).bytes().buffer.byteLength).toBeLessThanOrEqual(1024 * 1024);
  });

  it('stays within twice the bytes that came, and is copied only as it doubles', () => {
    const buffer = createGrowingBuffer(undefined);
    const homes = new Set<ArrayBufferLike>();
    const byte = Buffer.from([7]);
    for (let index = 0; index < 1_000_000; index += 1) {
      buffer.append(byte);
      homes.add(buffer.bytes().buffer);
    }
    expect(buffer.bytes().buffer.byteLength).toBeLessThanOrEqual(2_000_000);
    expect(homes.size).toBeLessThan(10);
  });
});
