import type { Failure } from './outcome.ts';

/** A server may ask for more patience than the backoff, but for no more than this. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

export interface BackoffSettings {
  /** The first wait; it doubles with every attempt. */
  readonly initialMs: number;
  readonly maxMs: number;
}

/** How long to wait before the next attempt. `attempts`: 1 after the first one. `dice`: a number in [0, 1). */
export function backoffMs(failure: Failure, attempts: number, dice: number, settings: BackoffSettings): number {
  switch (failure.status) {
    case 'retry': {
      const ceilingMs = Math.min(settings.maxMs, settings.initialMs * 2 ** (attempts - 1));
      return Math.max(jittered(ceilingMs, dice), Math.min(failure.afterMs ?? 0, MAX_RETRY_AFTER_MS));
    }
    case 'held':
      // No growth: it takes a person, and when that person is done it should be noticed soon.
      return jittered(settings.maxMs, dice);
  }
}

/** Equal jitter: between half and the whole, so that many bridges do not come back at the same moment. */
function jittered(ceilingMs: number, dice: number): number {
  return ceilingMs / 2 + (ceilingMs / 2) * dice;
}
