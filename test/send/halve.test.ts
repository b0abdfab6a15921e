import { describe, expect, it } from '@jest/globals';
import { halve } from '../../src/send/halve.ts';

describe('halve', () => {
  it.each([
    ['two', [1, 1], 1],
    ['an even number', [1, 1, 1, 1], 2],
    ['an odd number', [1, 1, 1, 1, 1], 2],
    ['a heavy first', [100, 1, 1], 1],
    ['a heavy last', [1, 1, 100], 2],
    ['a heavy one in the middle', [1, 1, 100, 30, 30, 30], 3],
    ['nothing that weighs anything', [0, 0, 0], 1],
  ])('cuts %s where both halves weigh most alike', (_, weights, cut) => {
    const halves = halve(weights, (weight) => weight);
    expect(halves).toEqual([weights.slice(0, cut), weights.slice(cut)]);
  });
});
