import type { Clock } from '../core/clock.ts';

const STEPS = 50;
/** However busy the machine: so many times as long at most. */
export const MAX_STRETCH = 3;

/**
 * Waits for so much time in which this process could do something. A process that gets little of a busy machine needs
 * seconds to load its client alone, and they are not for Weave to answer for: a step that ends late counts as its length.
 */
export async function sleepAwake(
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const untilMs = clock.monotonic() + delayMs * MAX_STRETCH;
  for (let step = 0; step < STEPS && !signal?.aborted && clock.monotonic() <= untilMs; step += 1) {
    await clock.sleep(delayMs / STEPS, signal);
  }
}
