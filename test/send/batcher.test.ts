import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import type { Lane } from '../../src/core/lane.ts';
import { batchBody } from '../../src/send/batch-body.ts';
import { type BatcherSettings, createBatcher } from '../../src/send/batcher.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { project, sampleCall, sampleCalls } from './samples.ts';

interface Cut {
  readonly project: Lane;
  readonly calls: readonly Call[];
}

function setUp(settings: Partial<BatcherSettings> = {}) {
  const clock = createFakeClock();
  const cuts: Cut[] = [];
  const batcher = createBatcher<{ readonly call: Call }>(
    { clock, cut: (to, items) => cuts.push({ project: to, calls: items.map((item) => item.call) }) },
    { maxCalls: 1000, maxBytes: 10 * 1024 * 1024, maxWaitMs: 200, ...settings },
  );
  const add = (calls: readonly Call[]) => {
    for (const call of calls) batcher.add({ call });
  };
  return { clock, cuts, batcher, add, sizes: () => cuts.map((cut) => cut.calls.length) };
}

describe('createBatcher', () => {
  it('cuts at the number of calls', () => {
    const { add, sizes, clock } = setUp({ maxCalls: 3 });
    add(sampleCalls(7));
    expect(sizes()).toEqual([3, 3]);
    expect(clock.waiting()).toBe(1);
  });

  it.each([
    ['one byte less', -1, [2]],
    ['exactly that', 0, [3]],
  ])('fills a body to %s than three calls need', (_, less, expected) => {
    const threeBytes = batchBody(sampleCalls(3, project(), 500)).length;
    const { add, sizes } = setUp({ maxBytes: threeBytes + less });
    add(sampleCalls(3, project(), 500));
    expect(sizes()).toEqual(expected);
  });

  it('cuts before a call that does not fit, and lets one that is too large by itself go alone', () => {
    const { add, batcher, cuts } = setUp({ maxBytes: 2000 });
    add([100, 900, 900, 5000, 300, 1900, 100].map((bytes, index) => sampleCall(index + 1, project(), bytes)));
    batcher.flush();
    expect(cuts.map((cut) => cut.calls.map((call) => Number.parseInt(call.id, 16)))).toEqual([
      [1, 2, 3],
      [4],
      [5],
      [6],
      [7],
    ]);
  });

  it('cuts when the first call has waited long enough, not the last', async () => {
    const { add, sizes, clock } = setUp({ maxWaitMs: 200 });
    add([sampleCall(1)]);
    await clock.advance(199);
    add([sampleCall(2)]);
    expect(sizes()).toEqual([]);
    await clock.advance(1);
    expect(sizes()).toEqual([2]);
  });

  it('starts the wait anew after a cut by size', async () => {
    const { add, sizes, clock } = setUp({ maxCalls: 2 });
    add([sampleCall(1)]);
    await clock.advance(150);
    add([sampleCall(2), sampleCall(3)]);
    await clock.advance(199);
    expect(sizes()).toEqual([2]);
    await clock.advance(1);
    expect(sizes()).toEqual([2, 1]);
  });

  it('keeps projects apart', () => {
    const { add, cuts, batcher } = setUp({ maxCalls: 2 });
    const [a, b] = [project('team/a'), project('team/b')];
    add([sampleCall(1, a), sampleCall(2, b), sampleCall(3, a), sampleCall(4, b), sampleCall(5, b)]);
    batcher.flush();
    expect(cuts.map((cut) => [cut.project, cut.calls.length])).toEqual([
      [a, 2],
      [b, 2],
      [b, 1],
    ]);
    expect(cuts.every((cut) => cut.calls.every((call) => call.projectId === cut.project))).toBe(true);
  });

  it('flushes one project alone', () => {
    const { add, cuts, batcher } = setUp();
    const [a, b] = [project('team/a'), project('team/b')];
    add([sampleCall(1, a), sampleCall(2, b)]);
    batcher.flush(b);
    expect(cuts.map((cut) => cut.project)).toEqual([b]);
  });

  it('leaves no timer behind after a flush', () => {
    const { add, batcher, sizes, clock } = setUp();
    add(sampleCalls(5));
    batcher.flush();
    batcher.flush();
    expect(sizes()).toEqual([5]);
    expect(clock.waiting()).toBe(0);
  });
});
