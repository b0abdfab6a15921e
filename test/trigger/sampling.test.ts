import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isSampled, shareOf } from '../../src/trigger/sampling.ts';
import { range } from './world.ts';

const traces = range(2000).map((number) => createHash('md5').update(String(number)).digest('hex'));
const taken = (rate: number, salt = '') => traces.filter((trace) => isSampled(trace, salt, rate));

/** As Weave's own ingest sampling works it out: the whole hash as one number. */
function weaveKeeps(trace: string, rate: number): boolean {
  const number = BigInt(`0x${createHash('sha256').update(trace).digest('hex')}`);
  return Number(number % 1_000_000n) < rate * 1_000_000;
}

describe('sampling', () => {
  it.each([0.01, 0.1, 0.5, 0.9])('at %d takes the traces that Weave would keep', (rate) => {
    expect(taken(rate)).toEqual(traces.filter((trace) => weaveKeeps(trace, rate)));
    expect(taken(rate).length / traces.length).toBeCloseTo(rate, 1);
  });

  it('takes all at 1 and none at 0', () => {
    expect(taken(1)).toHaveLength(traces.length);
    expect(taken(0)).toEqual([]);
  });

  it('takes at a higher rate what it takes at a lower one, and more', () => {
    const more = new Set(taken(0.3));
    expect(taken(0.1).every((trace) => more.has(trace))).toBe(true);
    expect(more.size).toBeGreaterThan(taken(0.1).length);
  });

  it('takes others with another salt', () => {
    const both = taken(0.5, 'a').filter((trace) => isSampled(trace, 'b', 0.5));
    expect(both.length / traces.length).toBeCloseTo(0.25, 1);
  });

  it('gives each id its place among all, always the same', () => {
    const shares = traces.map((trace) => shareOf(trace, ''));
    expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
    expect(new Set(shares).size).toBeGreaterThan(1900);
    expect(traces.map((trace) => shareOf(trace, ''))).toEqual(shares);
  });
});
