import { describe, expect, it } from '@jest/globals';
import { createLogIndex, MAX_INDEXED_SPANS } from '../../src/pipeline/log-index.ts';

const span = (number: number) => `span ${number}`;

describe('createLogIndex', () => {
  it('knows every request that holds records of a span, until it is taken out', () => {
    const index = createLogIndex();
    index.add(7, [span(1), span(2), span(1)]);
    index.add(8, [span(1)]);
    expect([...index.of(span(1))]).toEqual([7, 8]);
    index.remove(7, [span(1), span(2)]);
    expect([[...index.of(span(1))], [...index.of(span(2))]]).toEqual([[8], []]);
    expect(index.isEmpty()).toBe(false);
    index.remove(8, [span(1)]);
    expect(index.isEmpty()).toBe(true);
  });

  it('remembers no more spans than it may', () => {
    const index = createLogIndex();
    for (let number = 0; number <= MAX_INDEXED_SPANS; number += 1) index.add(number, [span(number)]);
    expect([...index.of(span(0))]).toEqual([]);
    expect([...index.of(span(1))]).toEqual([1]);
  });
});
