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
});
