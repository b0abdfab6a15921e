import type { Call } from '../core/call.ts';
import { laneOf } from '../core/lane.ts';

/** Failures of a request after which its calls are suspected: each in another trouble, so that others got through between. */
export const MAX_FAILURES = 10;
/** Requests whose failures are remembered; beyond it the oldest is forgotten. */
const MAX_REMEMBERED = 10_000;

/**
 * Finds calls that Weave fails at again and again while it takes others: a server that breaks on what they say, a firewall
 * that does not like it. They are no reason to keep anybody else waiting.
 */
export interface Suspects {
  /** Calls of one `deliver()`, known by the first of them, were sent without others, and failed. `trouble`: see `Later`. */
  failed(first: Call, trouble: number): void;
  /** Whether they are suspected. */
  has(first: Call): boolean;
  /** All of them have been answered for. */
  ended(first: Call): void;
}

export function createSuspects(): Suspects {
  const remembered = new Map<string, { readonly failures: number; readonly trouble: number }>();
  const keyOf = (first: Call): string => laneOf(first) + first.id;
  return {
    failed(first, trouble) {
      const before = remembered.get(keyOf(first));
      if (before?.trouble === trouble) return;
      remembered.set(keyOf(first), { failures: (before?.failures ?? 0) + 1, trouble });
      const [oldest] = remembered.keys();
      if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    },
    has: (first) => (remembered.get(keyOf(first))?.failures ?? 0) >= MAX_FAILURES,
    ended(first) {
      if (remembered.size > 0) remembered.delete(keyOf(first));
    },
  };
}
