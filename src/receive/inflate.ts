/** Decompresses a body, and stops as soon as it grows past its bounds. */
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { messageOf } from '../core/errors.ts';
import type { Lease } from './byte-budget.ts';
import { cutZstdFrames } from './files-zstd.ts';
import type { Compression } from './http-head.ts';

export type Inflated =
  | { readonly status: 'inflated'; readonly body: Buffer }
  | { readonly status: 'invalid'; readonly message: string }
  | { readonly status: 'too_large' | 'overloaded' };

const CHUNK_BYTES = 64 * 1024;

/** The largest window that a zstd frame may ask for: 32 MiB, what the best level of the Collector's encoder uses. */
const ZSTD_WINDOW_LOG_MAX = 25;

export async function inflate(
  body: Buffer,
  compression: Compression,
  lease: Lease,
  maxBodyBytes: number,
): Promise<Inflated> {
  if (compression === 'none') return { status: 'inflated', body };
  const decoder = createDecoder(body, compression);
  // Node's zstd decoder forgets what follows a frame in the same chunk.
  const input = compression === 'zstd' ? cutZstdFrames(once(body)) : once(body);
  const feeding = pipeline(input, decoder).catch(() => undefined); // the reader below gets the same error
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Leaving the loop early destroys the decoder.
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) return { status: 'too_large' };
      if (!lease.take(chunk.length)) return { status: 'overloaded' };
      chunks.push(chunk);
    }
  } catch (thrown) {
    return { status: 'invalid', message: `The ${compression} stream of the body is broken: ${messageOf(thrown)}.` };
  }
  await feeding;
  return { status: 'inflated', body: Buffer.concat(chunks, length) };
}

async function* once(body: Buffer): AsyncGenerator<Uint8Array> {
  yield body;
}

function createDecoder(body: Buffer, compression: Exclude<Compression, 'none'>) {
  switch (compression) {
    case 'gzip':
      return createGunzip({ chunkSize: CHUNK_BYTES });
    case 'deflate':
      return hasZlibHeader(body)
        ? createInflate({ chunkSize: CHUNK_BYTES })
        : createInflateRaw({ chunkSize: CHUNK_BYTES });
    case 'zstd':
      return createZstdDecompress({
        chunkSize: CHUNK_BYTES,
        params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
      });
  }
}

/** HTTP's deflate is zlib (RFC 9110, 8.4.1.2), but some senders leave its header out. RFC 1950, 2.2. */
function hasZlibHeader(body: Buffer): boolean {
  const first = body[0] ?? 0;
  const second = body[1] ?? 0;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
