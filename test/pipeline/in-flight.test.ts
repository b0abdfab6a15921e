import { describe, expect, it } from '@jest/globals';
import { createInFlight } from '../../src/pipeline/in-flight.ts';
import { project, sampleCall } from '../send/samples.ts';

const KIB = 1024;

/** Adds calls of 1 KiB to a project for as long as it has its share; answers how many there were. */
function fill(inFlight: ReturnType<typeof createInFlight>, name: string): number {
  let calls = 0;
  while (inFlight.hasShare(name)) {
    inFlight.add([sampleCall(calls, project(name), KIB)]);
    calls += 1;
  }
  return calls;
}

describe('createInFlight', () => {
  it('gives one project a half, the next one a half of the rest, and always leaves something', () => {
    const inFlight = createInFlight(64 * KIB);
    const shares = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'].map((name) => fill(inFlight, name));
    expect(shares).toEqual([32, 16, 8, 4, 2]);
    expect(inFlight.isFull()).toBe(false);
  });

  it('gives a share back', () => {
    const inFlight = createInFlight(4 * KIB);
    const ended = inFlight.add([sampleCall(1, project('a/1'), KIB), sampleCall(2, project('a/1'), KIB)]);
    expect([inFlight.hasShare('a/1'), inFlight.hasShare('a/2')]).toEqual([false, true]);
    ended('settled');
    expect([fill(inFlight, 'a/1'), fill(inFlight, 'a/2')]).toEqual([2, 1]);
  });

  it('is full where a request is larger than what is left, and nobody has a share then', () => {
    const inFlight = createInFlight(4 * KIB);
    const ended = inFlight.add([sampleCall(1, project('a/1'), 5 * KIB)]);
    expect([inFlight.isFull(), inFlight.hasShare('a/2')]).toEqual([true, false]);
    ended('settled');
    expect([inFlight.isFull(), inFlight.hasShare('a/2')]).toEqual([false, true]);
  });

  describe('that may grow', () => {
    /** Fills the share of one project in single calls, and ends each of them. */
    function round(inFlight: ReturnType<typeof createInFlight>, end: 'settled' | 'given back'): number {
      const ends: ((end: 'settled' | 'given back') => void)[] = [];
      while (inFlight.hasShare('a/1')) ends.push(inFlight.add([sampleCall(ends.length, project('a/1'), KIB)]));
      for (const one of ends) one(end);
      return ends.length;
    }

    it('takes twice as much with each answer while more could go, and as little as at first where something comes back', () => {
      const inFlight = createInFlight(8 * KIB, 40 * KIB);
      const ends = ['settled', 'settled', 'settled', 'settled', 'given back', 'settled'] as const;
      expect(ends.map((end) => round(inFlight, end))).toEqual([4, 6, 9, 14, 20, 4]);
    });

    it('stays as it is where there was room', () => {
      const inFlight = createInFlight(8 * KIB, 40 * KIB);
      for (let n = 0; n < 100; n += 1) inFlight.add([sampleCall(n, project('a/1'), KIB)])('settled');
      expect(round(inFlight, 'given back')).toBe(4);
    });

    it('does not grow unless it is told to', () => {
      const inFlight = createInFlight(8 * KIB);
      expect([round(inFlight, 'settled'), round(inFlight, 'settled')]).toEqual([4, 4]);
    });
  });
});
