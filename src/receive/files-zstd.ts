import { type ByteSource, createByteSource } from './files-bytes.ts';

const MAGIC = 0xfd2fb528;
/** The low four bits of a skippable frame's magic number are the writer's own. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/**
 * Cuts zstd data so that no piece reaches over the end of a frame, and leaves out skippable frames:
 * Node's decoder forgets what follows a frame in the same chunk. What is no frame is handed on for the decoder to refuse.
 * Layout: https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export async function* cutZstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = createByteSource(chunks);
  for (let start = await source.take(4); start.length > 0; start = await source.take(4)) {
    const magic = start.length === 4 ? Buffer.from(start).readUInt32LE() : 0;
    if (magic === MAGIC) {
      yield start;
      yield* readFrame(source);
    } else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      await source.skip(Buffer.from(await source.take(4)).readUInt32LE());
    } else {
      yield start;
      yield* source.rest();
    }
  }
}

async function* readFrame(source: ByteSource): AsyncGenerator<Uint8Array> {
  const [descriptor = 0] = await source.peek(1);
  yield await source.take(headerBytes(descriptor));
  for (let isLast = false; !isLast; ) {
    const [low = 1, middle = 0, high = 0] = await source.peek(3);
    const header = low | (middle << 8) | (high << 16);
    isLast = (header & 1) === 1;
    const isRunLength = ((header >> 1) & 3) === 1;
    yield await source.take(3 + (isRunLength ? 1 : header >> 3));
  }
  const hasChecksum = (descriptor & 4) !== 0;
  if (hasChecksum) yield await source.take(4);
}

/** The descriptor itself, window, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return 1 + (isSingleSegment ? 0 : 1) + dictionaryId + contentSize;
}
