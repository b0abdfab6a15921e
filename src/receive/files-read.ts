import { messageOf } from '../core/errors.ts';
import { type ByteSource, createByteSource } from './files-bytes.ts';
import { compressionOf, decompress, MAGIC_BYTES } from './files-decompress.ts';
import { readFramed } from './files-framed.ts';
import { readJson } from './files-json.ts';
import { type FileRecord, type RecordSettings, tooLarge } from './files-record.ts';

const LOOKED_AT_BYTES = 64;

/** In protobuf that looks like this, the quote is a length, and what follows it a tag below 0x20. */
const BLANKS_THEN_JSON = /^\s+(\{\s*("[\x20-\x7e]|\}|$)|$)/;

type Format = 'json' | 'framed' | 'protobuf' | 'empty' | 'unknown';

/**
 * Reads the requests of one file, whatever its form, one at a time. Names and endings do not matter: the content tells.
 * Never throws: a file that cannot be read to its end has a `bad` record there.
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  settings: RecordSettings,
): AsyncGenerator<FileRecord> {
  try {
    const outer = createByteSource(chunks);
    const compression = compressionOf(await outer.peek(MAGIC_BYTES));
    yield* readPlain(createByteSource(decompress(outer.rest(), compression)), settings);
  } catch (thrown) {
    yield { status: 'bad', place: settings.name, reason: `reading stopped: ${messageOf(thrown)}` };
  }
}

async function* readPlain(source: ByteSource, settings: RecordSettings): AsyncGenerator<FileRecord> {
  switch (formatOf(await source.peek(LOOKED_AT_BYTES))) {
    case 'json':
      return yield* readJson(source.rest(), settings);
    case 'framed':
      return yield* readFramed(source, settings);
    case 'protobuf':
      return yield await readWhole(source, settings);
    case 'unknown':
      yield { status: 'bad', place: settings.name, reason: 'neither OTLP JSON nor OTLP protobuf, plain or compressed' };
      return;
    case 'empty':
      return;
  }
}

/**
 * A protobuf request begins with field 1: 0x0a, which is a newline too. Messages that follow their length begin
 * with its high byte, at most 0x08 below 144 MiB. Text begins with something printable, or with blanks before a bracket.
 */
function formatOf(start: Uint8Array): Format {
  const [first] = start;
  if (first === undefined) return 'empty';
  if (first < 0x09) return 'framed';
  const text = Buffer.from(start).toString('latin1');
  if (/^(\xef\xbb\xbf|[\x20-\x7e])/.test(text) || BLANKS_THEN_JSON.test(text)) return 'json';
  return first === 0x0a ? 'protobuf' : 'unknown';
}

async function readWhole(source: ByteSource, settings: RecordSettings): Promise<FileRecord> {
  const body = await source.take(settings.maxBodyBytes + 1);
  if (body.length > settings.maxBodyBytes) return tooLarge(settings.name, settings);
  return { status: 'request', place: settings.name, encoding: 'protobuf', body };
}
