import type { Call } from '../core/call.ts';
import { type Lane, laneOf } from '../core/lane.ts';

/** Counts the bytes of calls that are mapped and have no end yet: over all, and for each lane. */
export interface InFlight {
  /** Counts these calls in; what it returns counts them out again. */
  add(calls: readonly Call[]): () => void;
  isFull(): boolean;
  /**
   * Whether a lane may have more: while it has less than is free. One slow lane comes to a half,
   * two to a third each, and there is always something left for one that comes later.
   */
  hasShare(lane: string): boolean;
}

export function createInFlight(maxBytes: number): InFlight {
  const byLane = new Map<string, number>();
  let total = 0;

  function count(lane: Lane, bytes: number): void {
    const left = (byLane.get(lane) ?? 0) + bytes;
    total += bytes;
    if (left === 0) byLane.delete(lane);
    else byLane.set(lane, left);
  }

  return {
    add(calls) {
      for (const call of calls) count(laneOf(call), call.json.length);
      return () => {
        for (const call of calls) count(laneOf(call), -call.json.length);
      };
    },
    isFull: () => total >= maxBytes,
    hasShare: (lane) => (byLane.get(lane) ?? 0) < maxBytes - total,
  };
}
