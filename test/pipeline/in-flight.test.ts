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
    ended();
    expect([fill(inFlight, 'a/1'), fill(inFlight, 'a/2')]).toEqual([2, 1]);
  });

  it('is full where a request is larger than what is left, and nobody has a share then', () => {
    const inFlight = createInFlight(4 * KIB);
    const ended = inFlight.add([sampleCall(1, project('a/1'), 5 * KIB)]);
    expect([inFlight.isFull(), inFlight.hasShare('a/2')]).toEqual([true, false]);
    ended();
    expect([inFlight.isFull(), inFlight.hasShare('a/2')]).toEqual([false, true]);
  });
});
