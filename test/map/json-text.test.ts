import { describe, expect, it } from '@jest/globals';
import { MAX_JSON_DEPTH, parseJson, plain, textOfValue } from '../../src/map/json-text.ts';

describe('the JSON text of a value', () => {
  it.each([
    ['text "quoted"\n', '"text \\"quoted\\"\\n"'],
    [1.5, '1.5'],
    [Number.NaN, '"NaN"'],
    [Number.NEGATIVE_INFINITY, '"-Infinity"'],
    [true, 'true'],
    [null, 'null'],
    [9_223_372_036_854_775_807n, '9223372036854775807'],
    [new Uint8Array([1, 2, 255]), '"AQL/"'],
    [['a', 1, [true]], '["a",1,[true]]'],
    [
      new Map<string, string | number>([
        ['__proto__', 'x'],
        ['b', 2],
      ]),
      '{"__proto__":"x","b":2}',
    ],
    ['half a pair \ud800', '"half a pair \\ud800"'],
  ])('of %p is %s', (value, text) => {
    expect(textOfValue(value)).toBe(text);
  });

  it('survives as plain data: Map to object, bytes to base64, big integers to text', () => {
    expect(
      plain(
        new Map<string, Uint8Array | bigint>([
          ['a', new Uint8Array([1])],
          ['b', 2n ** 60n],
        ]),
      ),
    ).toEqual({
      a: 'AQ==',
      b: '1152921504606846976',
    });
  });
});

describe('parseJson', () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    ['[1]', [1]],
    [' \n{"a":1}', { a: 1 }],
    ['"text"', undefined],
    ['12', undefined],
    ['plain', undefined],
    ['', undefined],
    ['{"cut":"in the mid', undefined],
    ['[not json]', undefined],
  ])('reads %j as %j', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('takes brackets nested to the limit and no deeper, and brackets in strings for text', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(MAX_JSON_DEPTH))).toBeDefined();
    expect(parseJson(nested(MAX_JSON_DEPTH + 1))).toBeUndefined();
    expect(parseJson(nested(100_000))).toBeUndefined();
    expect(parseJson(JSON.stringify(['['.repeat(500), '\\"['.repeat(500)]))).toHaveLength(2);
  });
});
