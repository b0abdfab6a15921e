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
  /** All calls of one `deliver()` were sent without others, and failed. `trouble`: see `Later`. */
  failed(calls: readonly Call[], trouble: number): void;
  /** Whether these calls, of one `deliver()`, are suspected. */
  has(calls: readonly Call[]): boolean;
  accepted(calls: readonly Call[]): void;
}

export function createSuspects(): Suspects {
  /** By the id of the first call. */
  const remembered = new Map<string, { readonly failures: number; readonly trouble: number }>();
  const keyOf = ([first]: readonly Call[]): string => (first ? laneOf(first) + first.id : '');
  return {
    failed(calls, trouble) {
      const before = remembered.get(keyOf(calls));
      if (before?.trouble === trouble) return;
      remembered.set(keyOf(calls), { failures: (before?.failures ?? 0) + 1, trouble });
      const [oldest] = remembered.keys();
      if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    },
    has: (calls) => (remembered.get(keyOf(calls))?.failures ?? 0) >= MAX_FAILURES,
    accepted(calls) {
      if (remembered.size === 0) return;
      for (const call of calls) remembered.delete(keyOf([call]));
    },
  };
}
