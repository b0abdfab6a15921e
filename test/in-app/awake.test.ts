import { describe, expect, it } from '@jest/globals';
import { MAX_STRETCH, sleepAwake } from '../../src/in-app/awake.ts';

/** A clock whose waits take so many times as long as they were to. */
function clockThatIs(late: number) {
  let nowMs = 0;
  return {
    monotonic: () => nowMs,
    async sleep(delayMs: number) {
      nowMs += delayMs * late;
    },
  };
}

describe('waiting for time in which the process could do something', () => {
  it.each([
    ['as long as it is to, where it wakes in time', 1, 5000],
    ['twice as long, where it gets half of the machine', 2, 10_000],
    ['no longer than a multiple, where it gets next to nothing', 1000, 100_000],
  ])('takes %s', async (_what, late, expectedMs) => {
    const clock = clockThatIs(late);
    await sleepAwake(clock, 5000, new AbortController().signal);
    expect(clock.monotonic()).toBeCloseTo(expectedMs);
  });

  it('ends past its bound by one step at most', async () => {
    const clock = clockThatIs(10);
    await sleepAwake(clock, 5000, new AbortController().signal);
    expect(clock.monotonic()).toBeLessThanOrEqual(5000 * MAX_STRETCH + 1000);
  });

  it('ends when there is nothing to wait for any more', async () => {
    const clock = clockThatIs(1);
    const over = new AbortController();
    const sleep = async (delayMs: number) => {
      await clock.sleep(delayMs);
      if (clock.monotonic() >= 1000) over.abort();
    };
    await sleepAwake({ ...clock, sleep }, 5000, over.signal);
    expect(clock.monotonic()).toBe(1000);
  });
});
