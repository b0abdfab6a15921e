import type { Clock } from '../core/clock.ts';

/**
 * The clock for work beside an app's own: sleeping does not keep the process alive, and of all that have yielded one at a
 * time goes on, so that together they keep the event loop no longer than one of them does.
 */
export function inBackground(clock: Clock): Clock {
  const yielded: (() => void)[] = [];

  async function takeTurns(): Promise<void> {
    while (yielded.length > 0) {
      await clock.yield();
      yielded.shift()?.();
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
