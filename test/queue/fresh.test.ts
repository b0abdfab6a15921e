import { describe, expect, it } from '@jest/globals';
import { createFresh } from '../../src/queue/fresh.ts';
import { request } from './world.ts';

describe('fresh entries', () => {
  const entry = (id: number, bytes: number) => ({ ...request(id, bytes), id, acceptedAtMs: 0 });

  it('are given out once, and never hold more than their bound', () => {
    const fresh = createFresh(1000);
    const [first, second, third] = [entry(1, 600), entry(2, 500), entry(3, 400)];
    for (const added of [first, second, third]) fresh.add(added);
    expect(fresh.take(2)).toBeUndefined();
    expect(fresh.take(1)).toBe(first);
    expect(fresh.take(1)).toBeUndefined();
    fresh.add(second);
    fresh.add(first);
    expect([fresh.take(2), fresh.take(3), fresh.take(1)]).toEqual([second, third, undefined]);
  });
});
