import { describe, expect, it } from '@jest/globals';
import { createSizeLimit, GROW_MS, SMALLEST_BYTES } from '../../src/send/size-limit.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { project } from './samples.ts';

const KIB = 1024;
const LARGEST = 10_240 * KIB;
const LANE = project();

function setUp() {
  const clock = createFakeClock();
  const limit = createSizeLimit(clock, LARGEST);
  return { limit, clock, kib: (lane = LANE) => limit.of(lane) / KIB };
}

describe('the size limit of a lane', () => {
  it('halves at once where a body was too large, and never falls below its floor', () => {
    const { limit, kib } = setUp();
    expect(kib()).toBe(10_240);
    limit.tooLarge(LANE, 8000 * KIB);
    expect(kib()).toBe(4000);
    for (const bytes of [4000, 2000, 1000, 500, 300]) limit.tooLarge(LANE, bytes * KIB);
    expect(limit.of(LANE)).toBe(SMALLEST_BYTES);
    expect(kib(project('team/other'))).toBe(10_240);
  });

  it('forgives the first connection that breaks, and not the next ones', () => {
    const { limit, kib } = setUp();
    limit.broke(LANE, 8000 * KIB);
    expect(kib()).toBe(10_240);
    limit.accepted(LANE, 100 * KIB);
    limit.broke(LANE, 8000 * KIB);
    expect(kib()).toBe(4000);
    limit.broke(LANE, 4000 * KIB);
    expect(kib()).toBe(2000);
  });

  it('takes no notice of small bodies, whatever becomes of them', () => {
    const { limit, kib } = setUp();
    for (let time = 0; time < 5; time += 1) limit.broke(LANE, SMALLEST_BYTES);
    limit.tooLarge(LANE, SMALLEST_BYTES);
    expect(kib()).toBe(10_240);
  });

  it('is forgotten when a body gets through that is as large as the one that did not', () => {
    const { limit, kib } = setUp();
    limit.tooLarge(LANE, 8000 * KIB);
    limit.accepted(LANE, 7999 * KIB);
    expect(kib()).toBe(4000);
    limit.accepted(LANE, 8000 * KIB);
    expect(kib()).toBe(10_240);
  });

  it('doubles with each minute in which nothing fails', async () => {
    const { limit, clock, kib } = setUp();
    limit.tooLarge(LANE, 4000 * KIB);
    await clock.advance(GROW_MS - 1);
    expect(kib()).toBe(2000);
    await clock.advance(1);
    expect(kib()).toBe(4000);
    await clock.advance(10 * GROW_MS);
    expect(kib()).toBe(10_240);
  });

  it('is remembered of a bounded number of lanes', () => {
    const { limit, kib } = setUp();
    limit.tooLarge(LANE, 8000 * KIB);
    for (let number = 0; number < 10_000; number += 1) limit.tooLarge(project(`team/p${number}`), 8000 * KIB);
    expect(kib()).toBe(10_240);
  });
});
