import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ProjectId } from '../../src/core/call.ts';
import { mayHoldLongInteger, parseData } from '../../src/map/digits.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { spanOf } from '../support/spans.ts';

describe('integers that no double holds', () => {
  it('are found wherever they stand', () => {
    const piece = fc.oneof(
      fc.nat({ max: 20 }).map((digits) => '1234567890'.repeat(2).slice(0, digits)),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        expect(mayHoldLongInteger(text)).toBe(/\d{16}/.test(text));
      }),
    );
  });

  it.each([
    ['{"id":1145678901234567890}', { id: '1145678901234567890' }],
    ['[-9007199254740993]', ['-9007199254740993']],
    ['{"a":{"b":[12345678901234567890123]}}', { a: { b: ['12345678901234567890123'] } }],
    ['[9007199254740991,-9007199254740991]', [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
    // written as they came
    ['[10000000000000000,9007199254740994]', [1e16, 9_007_199_254_740_994]],
    ['[0.1234567890123456789,1e30,1234567890123456.5]', [0.12345678901234568, 1e30, 1234567890123456.5]],
    ['["1145678901234567890"]', ['1145678901234567890']],
  ])('in %s are read as %p', (text, value) => {
    expect(parseData(text)).toEqual(value);
  });

  it('are whole in what a tool was called with, and in what it answered', () => {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'ban',
      'gen_ai.tool.call.arguments': '{"user":1145678901234567890}',
      'gen_ai.tool.call.result': '{"banned":[1145678901234567891]}',
    };
    const [call] = createMapper({ version: '0' })([
      { span: spanOf({ attributes }), project: 'a/b' as ProjectId },
    ]).calls;
    const { inputs, output } = JSON.parse(call?.json.toString() ?? '');
    expect(inputs).toEqual({ user: '1145678901234567890' });
    expect(output).toEqual({ banned: ['1145678901234567891'] });
  });
});
