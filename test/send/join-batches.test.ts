import { describe, expect, it } from '@jest/globals';
import { batchBody } from '../../src/send/batch-body.ts';
import { joinBatches } from '../../src/send/join-batches.ts';
import { project, sampleCall } from './samples.ts';

const KIB = 1024;
let made = 0;
const batch = (calls: number, bytes = KIB) =>
  Array.from({ length: calls }, () => ({ call: sampleCall(made++, project(), bytes) }));
const NO_BOUND = { maxCalls: 1000, maxBytes: 1e9 };

describe('batches that wait', () => {
  it('become one, in their order', () => {
    const waiting = [batch(2), batch(1), batch(3)];
    const all = waiting.flat();
    expect(joinBatches(waiting, NO_BOUND)).toEqual(all);
    expect(waiting).toEqual([]);
    expect(joinBatches(waiting, NO_BOUND)).toEqual([]);
  });

  it('become one within the calls of one request', () => {
    const waiting = [batch(2), batch(1), batch(3)];
    expect(joinBatches(waiting, { ...NO_BOUND, maxCalls: 5 })).toHaveLength(3);
    expect(joinBatches(waiting, { ...NO_BOUND, maxCalls: 5 })).toHaveLength(3);
  });

  it('become one within the bytes of its body, to the byte', () => {
    const batches = [batch(2), batch(2)];
    const { length } = batchBody(batches.flat().map(({ call }) => call));
    expect(joinBatches([...batches], { ...NO_BOUND, maxBytes: length + 1 })).toHaveLength(4);
    expect(joinBatches([...batches], { ...NO_BOUND, maxBytes: length - 1 })).toHaveLength(2);
  });

  it('go alone where they are too large already', () => {
    expect(joinBatches([batch(1, 10 * KIB), batch(1)], { maxCalls: 1, maxBytes: 1 })).toHaveLength(1);
  });
});
