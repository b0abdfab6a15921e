import type { Clock } from '../core/clock.ts';

/** The clock with waits that do not keep the process alive. */
export function inBackground(clock: Clock): Clock {
  return {
    ...clock,
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
