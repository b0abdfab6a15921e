import { describe, expect, it } from '@jest/globals';
import { type BackoffSettings, backoffMs, MAX_RETRY_AFTER_MS } from '../../src/send/backoff.ts';
import type { Failure } from '../../src/send/outcome.ts';

const SETTINGS: BackoffSettings = { initialMs: 1000, maxMs: 30_000 };
const RETRY: Failure = { status: 'retry', reason: 'HTTP 500' };
const HELD: Failure = {
  status: 'held',
  httpStatus: 401,
  concerns: 'server',
  reason: 'HTTP 401',
  todo: 'Check the key.',
};

describe('backoffMs', () => {
  it.each([
    [1, 0, 500],
    [1, 0.999, 999.5],
    [2, 0, 1000],
    [3, 0.5, 3000],
    [5, 0, 8000],
    [6, 0, 15_000],
    [500, 0.5, 22_500],
  ])('waits, after attempt %i with dice at %d, %d ms', (attempts, dice, expected) => {
    expect(backoffMs(RETRY, attempts, dice, SETTINGS)).toBe(expected);
  });

  it.each([
    ['more than the backoff', 1, 7000, 7000],
    ['less than the backoff', 6, 7000, 15_000],
    ['more than it is granted', 1, MAX_RETRY_AFTER_MS * 10, MAX_RETRY_AFTER_MS],
  ])('takes the greater of both where the server asks for %s', (_, attempts, afterMs, expected) => {
    expect(backoffMs({ ...RETRY, afterMs }, attempts, 0, SETTINGS)).toBe(expected);
  });

  it.each([1, 100])('holds at a slow pace that does not grow, after attempt %i', (attempts) => {
    expect(backoffMs(HELD, attempts, 0, SETTINGS)).toBe(15_000);
  });
});
