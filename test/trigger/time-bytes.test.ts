import { describe, expect, it } from '@jest/globals';
import { timeAt } from '../../src/trigger/time-bytes.ts';

/** The time that stands in JSON between other things. */
function timeIn(text: string): number {
  const json = Buffer.from(`[1,${JSON.stringify(text)},2]`);
  return timeAt(json, 3, json.length - 3);
}

describe('a time in JSON', () => {
  it.each([
    '2026-11-20T08:00:00.000001Z',
    '2024-02-29T23:59:59.999999Z',
    '1970-01-01T00:00:00.000000Z',
    '1969-12-31T23:59:59.123456Z',
    '9999-12-31T12:34:56.789000Z',
  ])('is read as a parser reads it: %s', (text) => {
    expect(timeIn(text)).toBe(Date.parse(text));
  });

  it.each([
    ['without a zone', '2026-11-20T08:00:00.0000001'],
    ['of another zone', '2026-11-20T08:00:00.1+02:00'],
    ['without a fraction', '2026-11-20T08:00:00Z'],
    ['with letters', '2026-11-20T0x:00:00.000000Z'],
    ['with another mark for the fraction', '2026-11-20T08:00:00,000000Z'],
    ['empty', ''],
  ])('is left to a parser in another form: %s', (_, text) => {
    expect(timeIn(text)).toBeNaN();
  });
});
