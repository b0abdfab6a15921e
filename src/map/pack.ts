import type { Call, ProjectId } from '../core/call.ts';
import type { SpanId, TraceId } from '../core/span.ts';
import { MAX_CALL_BYTES, shortenCall } from './shorten.ts';

/** A call as text. */
export interface WrittenCall {
  readonly projectId: ProjectId;
  readonly id: SpanId;
  readonly traceId: TraceId;
  readonly text: string;
  /** In characters; see `Call`. */
  readonly summaryAt?: number | undefined;
  readonly attributesAt?: number | undefined;
}

/** Texts wait until there are this many characters of them: enough for a block that the system takes back as a whole. */
const BLOCK_CHARACTERS = 256 * 1024;

/**
 * Turns calls into bytes, many into one block of memory: a block of its own for each call costs more than writing it,
 * and leaves the heap in pieces. One packer serves one request, so that no call keeps those of others in memory.
 */
export interface Packer {
  add(call: WrittenCall): void;
  /** How many have been added. */
  size(): number;
  /** All of them, in order. */
  done(): readonly Call[];
}

export function createPacker(onShortened?: () => void): Packer {
  const packed: Call[] = [];
  let waiting: WrittenCall[] = [];
  let characters = 0;

  function flush(): void {
    const lengths = waiting.map(({ text }) => Buffer.byteLength(text));
    const block = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const [index, call] of waiting.entries()) {
      const { projectId, id, traceId, text } = call;
      const length = lengths[index] ?? 0;
      const end = at + length;
      block.write(text, at);
      const json = block.subarray(at, end);
      packed.push({ projectId, id, traceId, json, ...inBytes(call, length) });
      at = end;
    }
    waiting = [];
    characters = 0;
  }

  return {
    add(call) {
      const { text } = call;
      // a character takes at most three bytes
      const isLarge = text.length * 3 > MAX_CALL_BYTES && Buffer.byteLength(text) > MAX_CALL_BYTES;
      if (isLarge) {
        waiting.push({ ...call, text: shortenCall(text).text, attributesAt: undefined, summaryAt: undefined });
        onShortened?.();
      } else waiting.push(call);
      characters += text.length;
      if (characters >= BLOCK_CHARACTERS) flush();
    },
    size: () => packed.length + waiting.length,
    done() {
      if (waiting.length > 0) flush();
      return packed;
    },
  };
}

type Places = Pick<WrittenCall, 'attributesAt' | 'summaryAt'>;

/** Places of characters as those of their bytes. `bytes` is the length of the whole text. */
function inBytes({ text, attributesAt, summaryAt }: WrittenCall, bytes: number): Places {
  if (attributesAt === undefined || summaryAt === undefined || bytes === text.length)
    return { attributesAt, summaryAt };
  const before = Buffer.byteLength(text.slice(0, attributesAt));
  return { attributesAt: before, summaryAt: before + Buffer.byteLength(text.slice(attributesAt, summaryAt)) };
}
