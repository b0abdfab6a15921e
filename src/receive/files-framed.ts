import { messageOf } from '../core/errors.ts';
import type { ByteSource } from './files-bytes.ts';
import { compressionOf, decompress } from './files-decompress.ts';
import { type FileRecord, type RecordSettings, tooLarge } from './files-record.ts';

const LENGTH_BYTES = 4;
const OPENING_BRACE = 0x7b;

/**
 * Reads messages that each follow their length, four bytes, the highest first: what the Collector's file exporter writes
 * for `format: proto`, and for JSON with `compression: zstd`, which compresses every message by itself.
 */
export async function* readFramed(source: ByteSource, settings: RecordSettings): AsyncGenerator<FileRecord> {
  let offset = 0;
  for (;;) {
    const place = `${settings.name}: byte ${offset}`;
    const prefix = await source.take(LENGTH_BYTES);
    if (prefix.length === 0) return;
    const length = prefix.length === LENGTH_BYTES ? Buffer.from(prefix).readUInt32BE() : 0;
    if (prefix.length < LENGTH_BYTES) {
      yield { status: 'bad', place, reason: 'the file ends inside a length' };
    } else if (length > settings.maxBodyBytes) {
      yield tooLarge(place, settings);
      await source.skip(length);
    } else {
      const message = await source.take(length);
      yield message.length < length
        ? { status: 'bad', place, reason: 'the file ends inside a message' }
        : await open(message, place, settings);
    }
    offset += LENGTH_BYTES + length;
  }
}

async function open(message: Uint8Array, place: string, settings: RecordSettings): Promise<FileRecord> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of decompress(once(message), compressionOf(message))) {
      length += piece.length;
      if (length > settings.maxBodyBytes) return tooLarge(place, settings);
      pieces.push(piece);
    }
  } catch (thrown) {
    return { status: 'bad', place, reason: `the compressed message is broken: ${messageOf(thrown)}` };
  }
  const body = Buffer.concat(pieces);
  return { status: 'request', place, encoding: body[0] === OPENING_BRACE ? 'json' : 'protobuf', body };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
