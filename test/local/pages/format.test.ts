import { describe, expect, it } from '@jest/globals';
import { formatAgo, formatCount, formatDuration } from '../../../src/local/pages/format.ts';

describe('durations', () => {
  it.each([
    [0, '0 µs'],
    [999, '999 µs'],
    [1000, '1.00 ms'],
    [12_345, '12.3 ms'],
    [1_500_000, '1.50 s'],
    [59_990_000, '60.0 s'],
    [61_000_000, '1 min 1 s'],
    [3_600_000_000, '1 h 0 min'],
  ])('%i µs are %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });
});

describe('how long ago', () => {
  const now = Date.UTC(2026, 10, 20);
  it.each([
    [0, 'just now'],
    [-5000, 'just now'],
    [60_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [50 * 3_600_000, '2 days ago'],
  ])('%i ms ago is %s', (agoMs, text) => {
    expect(formatAgo((now - agoMs) * 1000, now)).toBe(text);
  });
});

describe('counts', () => {
  it('have groups of three digits', () => expect(formatCount(1234567)).toBe('1,234,567'));
});
