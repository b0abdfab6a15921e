import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headAndTail } from '../../src/map/shorten-text.ts';

describe('the head and tail of a text', () => {
  it('cuts no character in half', () => {
    for (let bytes = 200; bytes < 220; bytes++)
      expect(headAndTail(`a${'😀'.repeat(1000)}`, bytes).text.isWellFormed()).toBe(true);
  });

  it.each([
    ['plain', 'a'],
    ['escaped', '"'],
    ['control', '\u0001'],
    ['two bytes', 'é'],
    ['three bytes', '語'],
    ['pairs', '😀'],
    ['half pairs', '\udc00'],
  ])('fills the room with %s characters', (_what, part) => {
    const { text } = headAndTail(part.repeat(5_000), 2_000);
    const bytes = Buffer.byteLength(JSON.stringify(text));
    expect(bytes).toBeLessThanOrEqual(2_000);
    expect(bytes).toBeGreaterThan(1_850);
  });

  it('counts what is left and what is not, of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 50, maxLength: 400 }),
        fc.integer({ min: 95, max: 200 }),
        (given, bytes) => {
          const { text, kept } = headAndTail(given, bytes);
          const [, missing] = /\n… \[(\d+) characters left out by otel-weave-bridge\] …\n/.exec(text) ?? [];
          expect(kept + Number(missing)).toBe(given.length);
          const [head = '', tail = ''] = text.split(/\n… \[\d+ characters left out by otel-weave-bridge\] …\n/);
          expect([given.startsWith(head), given.endsWith(tail), head.length + tail.length]).toEqual([true, true, kept]);
          expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(bytes);
        },
      ),
    );
  });
});
