import type { Call, ProjectId } from '../core/call.ts';
import type { SpanId, TraceId } from '../core/span.ts';
import { MAX_CALL_BYTES, shortenCall } from './shorten.ts';

/** A call as text, in three pieces: up to its attributes, these, and from its summary on. */
export interface WrittenCall {
  readonly projectId: ProjectId;
  readonly id: SpanId;
  readonly traceId: TraceId;
  readonly pieces: readonly [string, string, string];
  readonly attributeNames: Call['attributeNames'];
}

/** Bytes in a block of memory: so many that the system takes it back as a whole. */
const BLOCK_BYTES = 256 * 1024;

/** Memory in which a packer gathers calls before there is a block of them. It serves one packer at a time. */
export type Desk = Buffer;

export const createDesk = (): Desk => Buffer.allocUnsafeSlow(4 * BLOCK_BYTES);

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

/** A call that lies on the desk. */
interface Lying {
  readonly call: WrittenCall;
  readonly start: number;
  readonly attributesAt: number;
  readonly summaryAt: number;
  readonly end: number;
}

export function createPacker(desk: Desk, onShortened?: () => void): Packer {
  const packed: Call[] = [];
  let lying: Lying[] = [];
  let used = 0;

  function flush(): void {
    if (lying.length === 0) return;
    const block = Buffer.allocUnsafeSlow(used);
    desk.copy(block, 0, 0, used);
    for (const { call, start, attributesAt, summaryAt, end } of lying) {
      const { projectId, id, traceId, attributeNames } = call;
      const json = block.subarray(start, end);
      packed.push({ projectId, id, traceId, json, attributesAt, summaryAt, attributeNames });
    }
    lying = [];
    used = 0;
  }

  /** A call that is larger than the desk. */
  function addLarge({ projectId, id, traceId, pieces, attributeNames }: WrittenCall): void {
    flush();
    const json = Buffer.from(pieces.join(''));
    if (json.length > MAX_CALL_BYTES) {
      packed.push({ projectId, id, traceId, json: Buffer.from(shortenCall(pieces.join('')).text) });
      onShortened?.();
      return;
    }
    const attributesAt = Buffer.byteLength(pieces[0]);
    const summaryAt = attributesAt + Buffer.byteLength(pieces[1]);
    packed.push({ projectId, id, traceId, json, attributesAt, summaryAt, attributeNames });
  }

  return {
    add(call) {
      const [head, attributes, rest] = call.pieces;
      // a character takes at most three bytes
      const mostBytes = 3 * (head.length + attributes.length + rest.length);
      if (mostBytes > desk.length) return addLarge(call);
      if (used + mostBytes > desk.length) flush();
      const start = used;
      const attributesAt = desk.write(head, start);
      const summaryAt = attributesAt + desk.write(attributes, start + attributesAt);
      used = start + summaryAt;
      used += desk.write(rest, used);
      lying.push({ call, start, attributesAt, summaryAt, end: used });
      if (used >= BLOCK_BYTES) flush();
    },
    size: () => packed.length + lying.length,
    done() {
      flush();
      return packed;
    },
  };
}
