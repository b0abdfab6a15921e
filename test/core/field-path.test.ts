import { describe, expect, it } from '@jest/globals';
import { parseFieldPath, valuesAt } from '../../src/core/field-path.ts';

describe('a field path', () => {
  it.each([
    ['op_name', ['op_name']],
    ['inputs.messages.0.content', ['inputs', 'messages', '0', 'content']],
    ['summary.usage.*.total_tokens', ['summary', 'usage', '*', 'total_tokens']],
    ['summary.usage."gpt-4.1".requests', ['summary', 'usage', 'gpt-4.1', 'requests']],
    ['"a.b"', ['a.b']],
    ['attributes.gen_ai-x/y', ['attributes', 'gen_ai-x/y']],
  ])('%s has the keys %j', (text, keys) => {
    expect(parseFieldPath(text)).toEqual({ text, keys });
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a."b', '{{a}}', 'x'.repeat(501), Array(33).fill('a').join('.')])(
    'is not %j',
    (text) => {
      expect(parseFieldPath(text)).toBeUndefined();
    },
  );

  it('reads no key that the value has not itself', () => {
    const path = parseFieldPath('constructor.name');
    expect(path && valuesAt({}, path)).toEqual([]);
  });
});
