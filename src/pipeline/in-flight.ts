import type { Call } from '../core/call.ts';
import { type Lane, laneOf } from '../core/lane.ts';

/** Counts the bytes of calls that are mapped and have no end yet: over all, and for each lane. */
export interface InFlight {
  /** Counts these calls in; what it returns counts them out again, and hears what became of them. */
  add(calls: readonly Call[]): (end: 'settled' | 'given back') => void;
  isFull(): boolean;
  /**
   * Whether a lane may have more: while it has less than is free. One slow lane comes to a half,
   * two to a third each, and there is always something left for one that comes later.
   */
  hasShare(lane: string): boolean;
}

/**
 * Where Weave takes what it gets and more could go, it may become more, up to grownBytes: a far Weave answers late, and what
 * is on its way meanwhile is all that goes out. As with TCP it doubles with each answer, and begins anew where something
 * comes back: while Weave takes nothing, memory is held for little.
 */
export function createInFlight(startBytes: number, grownBytes = startBytes): InFlight {
  const byLane = new Map<string, number>();
  let maxBytes = startBytes;
  let total = 0;
  let wasShort = false;

  function count(lane: Lane, bytes: number): void {
    const left = (byLane.get(lane) ?? 0) + bytes;
    total += bytes;
    if (left === 0) byLane.delete(lane);
    else byLane.set(lane, left);
  }

  function short(isShort: boolean): boolean {
    wasShort ||= isShort;
    return isShort;
  }

  return {
    add(calls) {
      const before = total;
      for (const call of calls) count(laneOf(call), call.json.length);
      const bytes = total - before;
      return (end) => {
        for (const call of calls) count(laneOf(call), -call.json.length);
        if (end === 'given back') maxBytes = startBytes;
        else if (wasShort) maxBytes = Math.min(grownBytes, maxBytes + bytes);
        if (total === 0) wasShort = false;
      };
    },
    isFull: () => short(total >= maxBytes),
    hasShare: (lane) => !short((byLane.get(lane) ?? 0) >= maxBytes - total),
  };
}
