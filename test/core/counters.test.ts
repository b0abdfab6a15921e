import { describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';

describe('the counters', () => {
  it('count by labels, however they are added to', () => {
    const counters = createCounters();
    const add = counters.of('rule_calls', { rule: 'a', outcome: 'sent' });
    expect(counters.all()).toEqual([{ name: 'rule_calls', labels: { rule: 'a', outcome: 'sent' }, value: 0 }]);
    add(2);
    counters.add('rule_calls', 1, { rule: 'a', outcome: 'sent' });
    counters.add('rule_calls', 4, { rule: 'b', outcome: 'sent' });
    expect(counters.all().map(({ value }) => value)).toEqual([3, 4]);
    expect(counters.total('rule_calls')).toBe(7);
  });
});
