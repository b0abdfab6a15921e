import { pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { cutZstdFrames } from './files-zstd.ts';

export type Compression = 'gzip' | 'zstd' | 'none';

/** Bytes that `compressionOf` looks at. */
export const MAGIC_BYTES = 4;

export function compressionOf(start: Uint8Array): Compression {
  const magic = Buffer.from(start.subarray(0, MAGIC_BYTES)).toString('hex');
  if (magic === '28b52ffd' || /^5.2a4d18$/.test(magic)) return 'zstd';
  return magic.startsWith('1f8b') ? 'gzip' : 'none';
}

/** Reading it throws where the compressed data is broken or cut off. */
export function decompress(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === 'none') return chunks;
  const [input, decoder] =
    compression === 'gzip' ? [chunks, createGunzip()] : [cutZstdFrames(chunks), createZstdDecompress()];
  // A failure of either side destroys the decoder, and so reaches whoever reads it.
  return pipeline(Readable.from(input), decoder, () => undefined);
}
