import { describe, expect, it } from '@jest/globals';
import { createTimeFormatter } from '../../src/map/time.ts';

describe('the time formatter', () => {
  it.each([
    [0n, '1970-01-01T00:00:00.000000Z'],
    [999n, '1970-01-01T00:00:00.000000Z'],
    [1_795_160_680_123_456_789n, '2026-11-20T07:44:40.123456Z'],
    [1_795_160_680_000_001_999n, '2026-11-20T07:44:40.000001Z'],
    // a double would round this one up to the next second
    [1_795_160_680_999_999_999n, '2026-11-20T07:44:40.999999Z'],
    [2n ** 63n, '2262-04-11T23:47:16.854775Z'],
    [2n ** 64n - 1n, '2554-07-21T23:34:33.709551Z'],
    [10n ** 24n, '9999-12-31T23:59:59.999999Z'],
  ])('says %d ns as %s', (ns, text) => {
    expect(createTimeFormatter().iso(ns)).toBe(text);
  });

  it('remembers nothing wrong from the second before', () => {
    const times = createTimeFormatter();
    expect([1_000_000_000n, 2_500_000_000n, 1_250_000_000n].map(times.iso)).toEqual([
      '1970-01-01T00:00:01.000000Z',
      '1970-01-01T00:00:02.500000Z',
      '1970-01-01T00:00:01.250000Z',
    ]);
  });
});
