import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../src/receive/byte-budget.ts';
import { inflate } from '../../src/receive/inflate.ts';

const MIB = 1024 * 1024;
const TEXT = Buffer.from('spans '.repeat(10_000));

/** Counts what was asked of it; refuses what goes beyond its limit. */
function createLease(limitBytes = Number.POSITIVE_INFINITY): Lease & { taken(): number } {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > limitBytes) return false;
      taken += bytes;
      return true;
    },
    release: () => undefined,
    taken: () => taken,
  };
}

const COMPRESSED = [
  ['gzip', 'gzip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without the zlib header', 'deflate', deflateRawSync],
  ['zstd', 'zstd', zstdCompressSync],
] as const;

describe.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('%s in several pieces', (compression, compress) => {
  it('is undone to the last of them', async () => {
    const body = Buffer.concat([compress(TEXT), compress('and '), compress(TEXT)]);
    const inflated = await inflate(body, compression, createLease(), MIB);
    expect(inflated).toEqual({ status: 'inflated', body: Buffer.concat([TEXT, Buffer.from('and '), TEXT]) });
  });
});

describe.each(COMPRESSED)('%s', (_name, compression, compress) => {
  it('is undone', async () => {
    const lease = createLease();
    const inflated = await inflate(compress(TEXT), compression, lease, TEXT.length);
    expect(inflated).toEqual({ status: 'inflated', body: TEXT });
    expect(lease.taken()).toBe(TEXT.length);
  });

  it('is too large one byte beyond the bound', async () => {
    expect(await inflate(compress(TEXT), compression, createLease(), TEXT.length - 1)).toEqual({ status: 'too_large' });
  });

  it('is overloaded where the memory of all requests is used up', async () => {
    expect(await inflate(compress(TEXT), compression, createLease(100), MIB)).toEqual({ status: 'overloaded' });
  });

  it('is invalid when cut off or broken', async () => {
    const whole = compress(TEXT);
    const broken = Buffer.from(whole).fill(0xff, Math.floor(whole.length / 2));
    for (const body of [whole.subarray(0, whole.length - 10), broken, Buffer.from('not compressed at all')]) {
      const inflated = await inflate(body, compression, createLease(), MIB);
      expect(inflated).toEqual({ status: 'invalid', message: expect.stringContaining(`${compression} stream`) });
    }
  });

  it('stops inflating a bomb as soon as it is past the bound', async () => {
    const bomb = compress(Buffer.alloc(64 * MIB));
    const lease = createLease();
    expect(await inflate(bomb, compression, lease, MIB)).toEqual({ status: 'too_large' });
    expect(lease.taken()).toBeLessThanOrEqual(MIB);
  });
});

it.each([
  [25, 'inflated'],
  [26, 'invalid'],
])('a zstd frame that asks for a window of 2^%d bytes is %s', async (windowLog, status) => {
  const encoder = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } });
  // Written in two parts: of a frame whose length is known the window is no larger than that.
  encoder.write(TEXT, () => encoder.end(TEXT));
  const body = await buffer(encoder);
  expect(await inflate(body, 'zstd', createLease(), MIB)).toMatchObject({ status });
});

it('none hands the body on as it is', async () => {
  expect(await inflate(TEXT, 'none', createLease(), 1)).toEqual({ status: 'inflated', body: TEXT });
});
