import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SpanId, TraceId } from '../../src/core/span.ts';
import { createSampler } from '../../src/trigger/sampler.ts';

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''));
const calls = fc.array(fc.record({ traceId: hex(32), id: hex(16) }), { minLength: 1, maxLength: 20 }) as fc.Arbitrary<
  { traceId: TraceId; id: SpanId }[]
>;
const rate = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const sampleBy = fc.constantFrom('trace' as const, 'call' as const);

function ruleOf(sample: number, by: 'trace' | 'call', salt: string) {
  return { rule: { sample, sampleBy: by, salt }, counts: { sampledOut: 0 } };
}

describe('the sampler', () => {
  it('gives a higher rate all that a lower one has, by trace and by call, with any salt', () => {
    fc.assert(
      fc.property(calls, rate, rate, sampleBy, fc.string({ maxLength: 5 }), (all, one, other, by, salt) => {
        const low = ruleOf(Math.min(one, other), by, salt);
        const high = ruleOf(Math.max(one, other), by, salt);
        const sampler = createSampler([low, high]);
        for (const call of all) {
          const takers = sampler.rulesFor(call);
          if (takers.includes(low)) expect(takers).toContain(high);
        }
      }),
    );
  });

  it('says the same of a call whatever came before it, and of all calls of a trace where it goes by traces', () => {
    fc.assert(
      fc.property(calls, rate, sampleBy, (all, share, by) => {
        const rule = ruleOf(share, by, '');
        const once = createSampler([rule]);
        for (const call of all) {
          const verdict = createSampler([ruleOf(share, by, '')]).rulesFor(call).length;
          expect(once.rulesFor(call)).toHaveLength(verdict);
          const sibling = { ...call, id: '00000000000000aa' as SpanId };
          if (by === 'trace') expect(once.rulesFor(sibling)).toHaveLength(verdict);
        }
      }),
    );
  });

  it('counts each call that it leaves out, once a rule', () => {
    fc.assert(
      fc.property(calls, fc.array(fc.tuple(rate, sampleBy), { minLength: 1, maxLength: 5 }), (all, rates) => {
        const rules = rates.map(([share, by], at) => ruleOf(share, by, String(at % 2)));
        const sampler = createSampler(rules);
        const taken = new Map(rules.map((rule) => [rule, 0]));
        for (const call of all) for (const rule of sampler.rulesFor(call)) taken.set(rule, (taken.get(rule) ?? 0) + 1);
        sampler.count();
        sampler.count();
        for (const rule of rules) expect(rule.counts.sampledOut + (taken.get(rule) ?? 0)).toBe(all.length);
      }),
    );
  });
});
