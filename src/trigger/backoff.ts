export interface BackoffSettings {
  /** The first wait; it doubles with every try. */
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after so many tries, from 0. Equal jitter: between half and the whole, so that many bridges do not come
 * back at the same moment. `askedMs`: what the server asked for; `dice`: a number in [0, 1).
 */
export function backoffMs(tries: number, { initialMs, maxMs }: BackoffSettings, dice: number, askedMs = 0): number {
  const ceilingMs = Math.min(maxMs, initialMs * 2 ** Math.min(tries, 30));
  return Math.round(Math.max(ceilingMs / 2 + (ceilingMs / 2) * dice, askedMs));
}
