import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quoteIntegers } from '../../../src/decode/json/quote-integers.ts';

describe('quoteIntegers', () => {
  it.each([
    ['{"a":1795160680123456789}', '{"a":"1795160680123456789"}'],
    ['[-9223372036854775808,18446744073709551615]', '["-9223372036854775808","18446744073709551615"]'],
    ['1795160680123456789', '"1795160680123456789"'],
    ['[123456789012345]', '[123456789012345]'],
    ['[1.2345678901234567,1e300,1234567890123456e3]', '[1.2345678901234567,1e300,1234567890123456e3]'],
    ['[true,false,null]', '[true,false,null]'],
    ['{"1795160680123456789":"1795160680123456789"}', '{"1795160680123456789":"1795160680123456789"}'],
    [
      '["\\"1795160680123456789","\\\\",1795160680123456789]',
      '["\\"1795160680123456789","\\\\","1795160680123456789"]',
    ],
  ])('turns %s into %s', (text, quoted) => {
    expect(quoteIntegers(text)).toBe(quoted);
  });

  it('leaves everything but long integers as it was, in any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const again = JSON.stringify(JSON.parse(quoteIntegers(text)), (_key, one) =>
          typeof one === 'string' && /^-?\d{15,}$/.test(one) ? Number(one) : one,
        );
        const before = JSON.stringify(value, (_key, one) =>
          typeof one === 'string' && /^-?\d{15,}$/.test(one) ? Number(one) : one,
        );
        expect(again).toBe(before);
      }),
    );
  });
});
