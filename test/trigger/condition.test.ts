import { describe, expect, it } from '@jest/globals';
import { type Condition, type FieldTest, MAX_MATCHED_CHARS } from '../../src/core/rule.ts';
import { compileConditions } from '../../src/trigger/condition.ts';
import { field } from './world.ts';

const CALL = {
  id: '00000000000000aa',
  parent_id: null,
  op_name: 'chat',
  started_at: '2026-11-20T08:00:00.000001Z',
  ended_at: '2026-11-20T08:00:01.500001Z',
  attributes: { weave: { kind: 'llm' }, tags: ['prod', 'eu', 7], retries: '3', cached: false, empty: '', path: 'a/b' },
  inputs: { model: 'gpt-4o', messages: [{ role: 'user', content: 'I want a "refund" 18°C' }] },
  output: 12.5,
  summary: { usage: { 'gpt-4.1': { total_tokens: 7 }, other: { total_tokens: 900 } } },
};

/** Whether the call meets each of the conditions, compiled together as those of rules are. */
function meets(...conditions: readonly Condition[]): readonly boolean[] {
  const compiled = compileConditions(conditions);
  compiled.open({ json: Buffer.from(JSON.stringify(CALL)) });
  return conditions.map((_, at) => compiled.meets(at));
}

const TABLE: readonly (readonly [string, FieldTest, boolean])[] = [
  ['op_name', { operator: 'eq', value: 'chat' }, true],
  ['op_name', { operator: 'eq', value: 'cha' }, false],
  ['output', { operator: 'eq', value: '12.5' }, true],
  ['output', { operator: 'eq', value: '12.50' }, true],
  ['attributes.retries', { operator: 'eq', value: '3' }, true],
  ['attributes.cached', { operator: 'eq', value: 'false' }, true],
  ['attributes.empty', { operator: 'eq', value: '' }, true],
  ['output', { operator: 'eq', value: '' }, false],
  ['parent_id', { operator: 'eq', value: 'null' }, false],
  ['op_name', { operator: 'ne', value: 'embed' }, true],
  ['op_name', { operator: 'ne', value: 'chat' }, false],
  ['exception', { operator: 'ne', value: 'x' }, true],
  ['summary.usage.*.total_tokens', { operator: 'ne', value: '7' }, false],
  ['op_name', { operator: 'in', value: ['embed', 'chat'] }, true],
  ['op_name', { operator: 'in', value: ['embed'] }, false],
  ['exception', { operator: 'in', value: ['embed'] }, false],
  ['inputs.messages.0.content', { operator: 'contains', value: 'refund' }, true],
  ['inputs.messages.*.content', { operator: 'contains', value: '"refund"' }, true],
  ['inputs.messages.*.content', { operator: 'contains', value: '18°C' }, true],
  ['inputs.messages.*.content', { operator: 'contains', value: 'Refund' }, false],
  ['attributes.path', { operator: 'contains', value: '/' }, true],
  ['attributes.tags', { operator: 'contains', value: 'eu' }, true],
  ['attributes.tags', { operator: 'contains', value: 'e' }, false],
  ['attributes.tags', { operator: 'contains', value: '7' }, true],
  ['op_name', { operator: 'starts_with', value: 'ch' }, true],
  ['op_name', { operator: 'starts_with', value: 'at' }, false],
  ['op_name', { operator: 'ends_with', value: 'at' }, true],
  ['op_name', { operator: 'ends_with', value: 'ch' }, false],
  ['inputs.model', { operator: 'matches', value: /^gpt-\d/ }, true],
  ['inputs.model', { operator: 'matches', value: /^claude/ }, false],
  ['output', { operator: 'matches', value: /12/ }, false],
  ['output', { operator: 'gt', value: 12 }, true],
  ['output', { operator: 'gt', value: 12.5 }, false],
  ['output', { operator: 'gte', value: 12.5 }, true],
  ['output', { operator: 'lt', value: 12.5 }, false],
  ['output', { operator: 'lte', value: 12.5 }, true],
  ['attributes.retries', { operator: 'lt', value: 4 }, true],
  ['attributes.empty', { operator: 'lt', value: 4 }, false],
  ['exception', { operator: 'lt', value: 4 }, false],
  ['summary.usage.*.total_tokens', { operator: 'gt', value: 800 }, true],
  ['summary.usage."gpt-4.1".total_tokens', { operator: 'gt', value: 800 }, false],
  ['duration_ms', { operator: 'gte', value: 1500 }, true],
  ['duration_ms', { operator: 'gt', value: 1500 }, false],
  ['parent_id', { operator: 'exists', value: false }, true],
  ['exception', { operator: 'exists', value: false }, true],
  ['op_name', { operator: 'exists', value: true }, true],
  ['attributes.weave', { operator: 'exists', value: true }, true],
];

describe('a condition', () => {
  it.each(TABLE.map(([path, test, expected]) => [path, test.operator, String(test.value), expected, test] as const))(
    '%s %s %s: %s',
    (path, _operator, _value, expected, test) => {
      expect(meets(field(path, test))).toEqual([expected]);
      // The same with all the others beside it, which share its fields and tests.
      const all = TABLE.map(([other, otherTest]) => field(other, otherTest));
      expect(meets(...all, field(path, test)).at(-1)).toBe(expected);
    },
  );

  const YES = field('op_name', { operator: 'eq', value: 'chat' });
  const NO = field('op_name', { operator: 'eq', value: 'else' });

  it.each<[string, Condition, boolean]>([
    ['all of nothing', { type: 'all', of: [] }, true],
    ['any of nothing', { type: 'any', of: [] }, false],
    ['all that are met', { type: 'all', of: [YES, YES] }, true],
    ['all but one', { type: 'all', of: [YES, NO] }, false],
    ['any one', { type: 'any', of: [NO, YES] }, true],
    ['none', { type: 'any', of: [NO, NO] }, false],
    ['not what is met', { type: 'not', of: YES }, false],
    ['groups in groups', { type: 'not', of: { type: 'any', of: [NO, { type: 'all', of: [YES, NO] }] } }, true],
  ])('of a group: %s', (_, condition, expected) => {
    expect(meets(condition)).toEqual([expected]);
  });

  it('matches a pattern on the beginning of a text only, which bounds what it may cost', () => {
    const compiled = compileConditions([field('output', { operator: 'matches', value: /end$/ })]);
    const verdictOf = (length: number) => {
      compiled.open({ json: Buffer.from(JSON.stringify({ output: `${'x'.repeat(length)}end` })) });
      return compiled.meets(0);
    };
    expect(verdictOf(MAX_MATCHED_CHARS - 3)).toBe(true);
    expect(verdictOf(MAX_MATCHED_CHARS)).toBe(false);
  });

  it('is asked of each call anew', () => {
    const compiled = compileConditions([YES]);
    const verdicts = ['chat', 'else', 'chat'].map((op_name) => {
      compiled.open({ json: Buffer.from(JSON.stringify({ op_name })) });
      return compiled.meets(0);
    });
    expect(verdicts).toEqual([true, false, true]);
  });
});

describe('the tests that conditions share', () => {
  it('are not shared by lists that only read alike', () => {
    const isIn = (...value: readonly string[]): Condition => field('op_name', { operator: 'in', value });
    expect(meets(isIn('chat,embed'), isIn('chat', 'embed'))).toEqual([false, true]);
    expect(meets(isIn('chat', 'embed'), isIn('chat,embed'))).toEqual([true, false]);
  });
});
