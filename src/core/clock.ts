/** Time and dice, passed in so that tests own them. The only file that reads the clock or sets a timer. */

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds, for measuring how long something took. */
  monotonic(): number;
  /** Calls `run` once after delayMs unless cancelled. Does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
  /** Resolves after delayMs, or at once when the signal aborts. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets sockets and due timers have their turn, then resolves. */
  yield(): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  sleep(delayMs, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(handle);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const handle = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    });
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  random: () => Math.random(),
};
