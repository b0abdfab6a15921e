import { describe, expect, it } from '@jest/globals';
import { clipText, jsonText } from '../../../src/local/pages/json-text.ts';

describe('jsonText', () => {
  it.each([null, true, 1, 'a\n"b"', [], {}, [1, [2, {}]], { a: { b: [null] }, 'c d': '' }])(
    '%j looks as JSON does',
    (value) => {
      expect(jsonText(value)).toBe(JSON.stringify(value, null, 2));
    },
  );

  it('stops at 40 levels', () => {
    const deep: unknown = JSON.parse('['.repeat(5000) + ']'.repeat(5000));
    expect(jsonText(deep)).toContain('[ … ]');
    expect(jsonText(deep).length).toBeLessThan(10_000);
  });

  it.each([
    ['a long text', 'x'.repeat(3_000_000)],
    ['many entries', Array.from({ length: 1_000_000 }, () => 1)],
    ['wide and deep', JSON.parse(`[${'[[1,2],[3,4]],'.repeat(100_000)}1]`) as unknown],
  ])('stops at 100,000 characters of %s', (_, value) => {
    expect(jsonText(value).length).toBeLessThan(100_200);
    expect(jsonText(value)).toContain('not shown here');
  });
});

describe('clipText', () => {
  it('says how much it left out', () => {
    expect(clipText('x'.repeat(100_000))).toHaveLength(100_000);
    expect(clipText('x'.repeat(100_001))).toContain('… 1 more characters');
  });
});
