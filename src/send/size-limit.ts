import type { Clock } from '../core/clock.ts';
import type { Lane } from '../core/lane.ts';

/** Bodies are never made smaller than this: hardly anything on the way to Weave takes less. */
export const SMALLEST_BYTES = 256 * 1024;
/** How long smaller bodies have to get through before ones of twice the size are tried. */
export const GROW_MS = 60_000;
/** Lanes that are remembered; beyond it the oldest one is forgotten. */
const MAX_LANES = 10_000;

/**
 * Learns how large a body may be. Some proxies say 413, others cut the connection while the body is still coming, or it takes
 * longer than the timeout: sent again at the same size it would never arrive.
 */
export interface SizeLimit {
  of(lane: Lane): number;
  /** A body of several calls was too large. */
  tooLarge(lane: Lane, bytes: number): void;
  /** The connection ended before there was an answer to a body of several calls: the second time that may be why. */
  broke(lane: Lane, bytes: number): void;
  accepted(lane: Lane, bytes: number): void;
}

interface Learned {
  maxBytes: number;
  /** The smallest that did not get through. */
  failedBytes: number;
  breaks: number;
  /** Of the last failure (monotonic). */
  sinceMs: number;
}

export function createSizeLimit(clock: Pick<Clock, 'monotonic'>, largestBytes: number): SizeLimit {
  const lanes = new Map<Lane, Learned>();

  function fail(lane: Lane, bytes: number): Learned {
    const learned = lanes.get(lane) ?? { maxBytes: largestBytes, failedBytes: bytes, breaks: 0, sinceMs: 0 };
    learned.failedBytes = Math.min(learned.failedBytes, bytes);
    learned.sinceMs = clock.monotonic();
    lanes.set(lane, learned);
    const [oldest] = lanes.keys();
    if (lanes.size > MAX_LANES && oldest !== undefined) lanes.delete(oldest);
    return learned;
  }

  function lower(learned: Learned, bytes: number): void {
    learned.maxBytes = Math.max(SMALLEST_BYTES, Math.min(learned.maxBytes, Math.floor(bytes / 2)));
  }

  return {
    of(lane) {
      const learned = lanes.get(lane);
      if (learned === undefined) return largestBytes;
      const doublings = Math.floor((clock.monotonic() - learned.sinceMs) / GROW_MS);
      return Math.min(largestBytes, learned.maxBytes * 2 ** doublings);
    },
    tooLarge(lane, bytes) {
      if (bytes > SMALLEST_BYTES) lower(fail(lane, bytes), bytes);
    },
    broke(lane, bytes) {
      if (bytes <= SMALLEST_BYTES) return;
      const learned = fail(lane, bytes);
      learned.breaks += 1;
      if (learned.breaks > 1) lower(learned, bytes);
    },
    accepted(lane, bytes) {
      const learned = lanes.get(lane);
      if (learned && bytes >= learned.failedBytes) lanes.delete(lane);
    },
  };
}
