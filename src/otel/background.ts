import type { Clock } from '../core/clock.ts';

/**
 * Of the time that an app takes for a turn of the event loop, so much is taken of the next one. An app that is always busy
 * has few turns, and one slice in each would not keep up with what it ends.
 */
const SHARE = 1 / 4;
/** However long the app's own turn was. */
const MAX_TURN_MS = 10;

/**
 * The clock for work beside an app's own: sleeping does not keep the process alive, and of all that have yielded one at a
 * time goes on, so that together they keep the event loop no longer than one of them does, or than their share. What is
 * worth doing whenever there is work at all follows them.
 */
export function inBackground(clock: Clock, afterTurn?: () => void): Clock {
  const yielded: (() => void)[] = [];

  async function takeTurns(): Promise<void> {
    while (yielded.length > 0) {
      const leftMs = clock.monotonic();
      await clock.yield();
      const backMs = clock.monotonic();
      const untilMs = backMs + Math.min(MAX_TURN_MS, (backMs - leftMs) * SHARE);
      do {
        yielded.shift()?.();
        await sliceDone();
      } while (yielded.length > 0 && clock.monotonic() < untilMs);
      afterTurn?.();
    }
  }

  return {
    ...clock,
    yield: () =>
      new Promise((resolve) => {
        if (yielded.push(resolve) === 1) void takeTurns();
      }),
    sleep(delayMs, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          timer.cancel();
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = clock.after(delayMs, done);
        signal?.addEventListener('abort', done, { once: true });
      });
    },
  };
}

/** Resolves when what goes on now has come to an end, or has yielded again. */
function sliceDone(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
