import { describe, expect, it } from '@jest/globals';
import { inBackground } from '../../src/otel/background.ts';
import { createFakeClock } from '../support/fake-clock.ts';

describe('a clock in the background', () => {
  it('sleeps with a timer that does not keep the process alive', async () => {
    const clock = createFakeClock();
    const slept = inBackground(clock).sleep(1000);
    expect(clock.sleeps).toEqual([]);
    expect(clock.waiting()).toBe(1);
    await clock.advance(1000);
    await slept;
    expect(clock.waiting()).toBe(0);
  });

  it('wakes early when the signal aborts, and leaves no timer', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const slept = inBackground(clock).sleep(1000, stop.signal);
    stop.abort();
    await slept;
    await inBackground(clock).sleep(1000, stop.signal);
    expect(clock.waiting()).toBe(0);
  });

  it('gives each of those that have yielded a turn of its own, in order', async () => {
    const clock = inBackground(createFakeClock());
    const turns: number[] = [];
    let turn = 0;
    const work = async (times: number) => {
      for (let n = 0; n < times; n += 1) {
        await clock.yield();
        turns.push(turn);
      }
    };
    const all = Promise.all([work(3), work(3), work(1)]);
    for (; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await all;
    expect(turns).toHaveLength(7);
    expect(new Set(turns).size).toBe(7);
  });

  it('does what is worth doing after each turn in which there was work, and then only', async () => {
    let slices = 0;
    const after: number[] = [];
    const clock = inBackground(createFakeClock(), () => after.push(slices));
    const work = async () => {
      await clock.yield();
      slices += 1;
    };
    await Promise.all([work(), work(), work()]);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(after).toEqual([1, 2, 3]);
  });

  it.each([
    [0.2, 1],
    [8, 2],
    [20, 5],
    [1000, 10],
  ])('gives them a quarter of a turn of %d ms that the app has had, which is %d slices', async (appMs, slices) => {
    const fake = createFakeClock();
    let nowMs = 0;
    let turn = 0;
    const app = async () => {
      await fake.yield();
      nowMs += appMs;
      turn += 1;
    };
    const clock = inBackground({ ...fake, monotonic: () => nowMs, yield: app });
    const turns: number[] = [];
    const work = async () => {
      await clock.yield();
      await Promise.resolve();
      nowMs += 1;
      turns.push(turn);
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(turns).toHaveLength(12);
    expect(turns.filter((one) => one === 1)).toHaveLength(slices);
  });
});
