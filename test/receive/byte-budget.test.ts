import { expect, it } from '@jest/globals';
import { createByteBudget, REQUEST_COST_BYTES } from '../../src/receive/byte-budget.ts';

const MIB = 1024 * 1024;
const budgetOf = (maxInFlightBytes: number, maxBodyBytes = 1024) =>
  createByteBudget({ maxInFlightBytes, maxBodyBytes });

it('gives no more than there is, and takes nothing for what does not fit', () => {
  const lease = budgetOf(MIB).lease();
  expect(lease?.take(MIB - REQUEST_COST_BYTES - 1)).toBe(true);
  expect(lease?.take(2)).toBe(false);
  expect(lease?.take(1)).toBe(true);
});

it('is shared, and has room again for what was released', () => {
  const budget = budgetOf(MIB);
  const first = budget.lease();
  first?.take(MIB - 2 * REQUEST_COST_BYTES);
  const second = budget.lease();
  expect(second?.take(1)).toBe(false);
  expect(budget.fits(0)).toBe(false);
  expect(budget.lease()).toBeUndefined();
  first?.release();
  expect(budget.fits(MIB - 2 * REQUEST_COST_BYTES)).toBe(true);
  expect(second?.take(MIB - 2 * REQUEST_COST_BYTES)).toBe(true);
});

it('counts a release once', () => {
  const budget = budgetOf(MIB);
  const [first, second] = [budget.lease(), budget.lease()];
  second?.take(MIB - 2 * REQUEST_COST_BYTES);
  first?.release();
  first?.release();
  expect(budget.fits(1)).toBe(false);
});

it('always has room for the largest request, compressed and decompressed, when it is alone', () => {
  const lease = budgetOf(0, MIB).lease();
  expect(lease?.take(MIB)).toBe(true);
  expect(lease?.take(MIB)).toBe(true);
  expect(lease?.take(1)).toBe(false);
});
