import { describe, expect, it } from '@jest/globals';
import { StringCache } from '../../../src/decode/protobuf/string-cache.ts';

describe('StringCache', () => {
  it('makes the right string at every place and length, also where many fall into one slot', () => {
    const text = Buffer.from('gen_ai.prompt.0.role gen_ai.prompt.1.role é東👋 '.repeat(4));
    const cache = new StringCache(text);
    for (let round = 0; round < 2; round++) {
      for (let length = 0; length <= 60; length++) {
        for (let start = 0; start + length <= text.length; start++) {
          if (cache.get(start, length) !== text.toString('utf8', start, start + length)) {
            throw new Error(`wrong at ${start}, length ${length}`);
          }
        }
      }
    }
  });

  it('tells strings apart that differ in one byte', () => {
    for (const length of [4, 5, 8, 11, 12, 13, 20]) {
      for (let at = 0; at < length; at++) {
        const strings = Array.from({ length: 200 }, (_, i) => {
          const bytes = Buffer.alloc(length, 'x');
          bytes[at] = 32 + (i % 90);
          return bytes;
        });
        const cache = new StringCache(Buffer.concat(strings));
        expect(strings.map((_, i) => cache.get(i * length, length))).toEqual(strings.map(String));
      }
    }
  });

  it.each([0, 1, 8, 500, 100_000])('works for a body of %i bytes', (size) => {
    const body = Buffer.alloc(size, 'abcdefg.');
    const length = Math.min(size, 8);
    expect(new StringCache(body).get(0, length)).toBe('abcdefg.'.slice(0, length));
  });
});
