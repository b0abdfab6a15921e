import type { Clock } from '../../src/core/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time on and runs what falls due, in order; promises settle between two timers. */
  advance(byMs: number): Promise<void>;
  /** Resolves once at least `count` timers or sleepers wait. */
  untilWaiting(count?: number): Promise<void>;
  /** How many timers and sleepers wait now: 0 at the end of a test means that nothing was left behind. */
  waiting(): number;
  /** Every delay that `sleep` was asked for, in order. */
  readonly sleeps: readonly number[];
}

export interface FakeClockSettings {
  /** Milliseconds since the epoch at the start. */
  readonly startMs?: number;
  /** What `random()` answers. */
  readonly dice?: () => number;
  /** True: a sleeper moves the clock on by its delay and goes on at once. Timers of `after` still wait for `advance`. */
  readonly skipSleeps?: boolean;
}

interface Waiter {
  readonly dueMs: number;
  readonly run: () => void;
}

const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A clock that stands still until it is told to move. `yield` is real: sockets get their turn. */
export function createFakeClock(settings: FakeClockSettings = {}): FakeClock {
  const startMs = settings.startMs ?? Date.UTC(2026, 0, 1);
  const waiters = new Set<Waiter>();
  const sleeps: number[] = [];
  const watchers = new Set<() => void>();
  let elapsedMs = 0;

  function wait(delayMs: number, run: () => void): Waiter {
    const waiter = { dueMs: elapsedMs + delayMs, run };
    waiters.add(waiter);
    for (const look of watchers) look();
    return waiter;
  }

  function nextDue(untilMs: number): Waiter | undefined {
    let next: Waiter | undefined;
    for (const waiter of waiters) {
      if (waiter.dueMs <= untilMs && (next === undefined || waiter.dueMs < next.dueMs)) next = waiter;
    }
    return next;
  }

  return {
    sleeps,
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    random: settings.dice ?? (() => 0.5),
    yield: macrotask,
    waiting: () => waiters.size,
    after(delayMs, run) {
      const waiter = wait(delayMs, run);
      return { cancel: () => void waiters.delete(waiter) };
    },
    async sleep(delayMs, signal) {
      if (signal?.aborted) return;
      sleeps.push(delayMs);
      if (settings.skipSleeps) {
        elapsedMs += delayMs;
        return macrotask();
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiters.delete(waiter);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const waiter = wait(delayMs, wake);
        signal?.addEventListener('abort', wake, { once: true });
      });
    },
    async advance(byMs) {
      const untilMs = elapsedMs + byMs;
      await macrotask();
      for (let next = nextDue(untilMs); next !== undefined; next = nextDue(untilMs)) {
        waiters.delete(next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.run();
        await macrotask();
      }
      elapsedMs = untilMs;
    },
    untilWaiting(count = 1) {
      return new Promise((resolve) => {
        const look = () => {
          if (waiters.size < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
  };
}
