import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fillTemplate, MAX_KEY_PARTS, nestTemplate } from '../../src/map/nest.ts';

const nest = (entries: Readonly<Record<string, unknown>>) => {
  const texts = Object.values(entries).map((value) => JSON.stringify(value));
  return JSON.parse(fillTemplate(nestTemplate(Object.keys(entries)), texts));
};

describe('nesting', () => {
  it.each([
    [{}, {}],
    [{ a: 1 }, { a: 1 }],
    [{ 'a.b': 1, 'a.c': 2 }, { a: { b: 1, c: 2 } }],
    [{ 'a.0': 1, 'a.1': 2 }, { a: { '0': 1, '1': 2 } }],
    [{ a: 1, 'a.b': 2 }, { a: { _value: 1, b: 2 } }],
    [{ 'a.b': 2, a: 1 }, { a: { _value: 1, b: 2 } }],
    [{ a: { x: 1 }, 'a.b': 2 }, { a: { _value: { x: 1 }, b: 2 } }],
    [{ a: 1, 'a._value': 2 }, { a: { __value: 1, _value: 2 } }],
    [
      { '': 1, 'a.': 2, '.b': 3 },
      { '': { _value: 1, b: 3 }, a: { '': 2 } },
    ],
    [{ 'we"ird.k\ney': 1 }, { 'we"ird': { 'k\ney': 1 } }],
  ])('turns %j into %j', (entries, expected) => {
    expect(nest(entries)).toEqual(expected);
  });

  it('keeps __proto__ an ordinary key', () => {
    const text = fillTemplate(nestTemplate(['__proto__.polluted', 'constructor.prototype.polluted']), ['1', '2']);
    expect(text).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('stops nesting at a depth and loses nothing beyond it', () => {
    const key = Array.from({ length: 5000 }, (_, at) => `p${at}`).join('.');
    let node = nest({ [key]: 'here' });
    for (let depth = 1; depth < MAX_KEY_PARTS; depth++) node = node[Object.keys(node)[0] ?? ''];
    expect(Object.values(node)).toEqual(['here']);
  });

  it('keeps every value, whatever the keys', () => {
    const key = fc
      .array(fc.constantFrom('a', 'b', '_value', '__proto__', ''), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 12 }), (keys) => {
        const text = fillTemplate(
          nestTemplate(keys),
          keys.map((_, at) => `"value-${at}"`),
        );
        JSON.parse(text);
        for (const at of keys.keys()) expect(text).toContain(`"value-${at}"`);
      }),
    );
  });
});
