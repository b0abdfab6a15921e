import type { Call } from '../core/call.ts';
import type { Selection } from '../core/rule.ts';
import type { TraceId } from '../core/span.ts';
import { isSampled, shareOf } from './sampling.ts';

interface Sampled {
  readonly rule: Pick<Selection, 'sample' | 'sampleBy' | 'salt'>;
  readonly counts: { sampledOut: number };
}

/** Which rules take which calls by their share. Calls of one trace come together: most of it is worked out once for them all. */
export interface Sampler<Rule extends Sampled> {
  /** Those whose share the call is in: nothing is read of most calls where rules sample little. */
  rulesFor(call: Pick<Call, 'id' | 'traceId'>): readonly Rule[];
  /** Brings `counts.sampledOut` of all rules up to date. */
  count(): void;
}

export function createSampler<Rule extends Sampled>(rules: readonly Rule[]): Sampler<Rule> {
  const isByCall = ({ rule }: Rule) => rule.sampleBy === 'call' && rule.sample < 1;
  const areByCall = rules.some(isByCall);
  const bySalt = [...Map.groupBy(rules, ({ rule }) => rule.salt)].map(([salt, alike]) => {
    // A hash for each trace costs something: where all or nothing is taken there is none.
    const isShared = alike.some((one) => !isByCall(one) && one.rule.sample > 0 && one.rule.sample < 1);
    return { salt, rules: alike, isShared };
  });
  /** Otherwise all traces are alike, and what the first one came to stays so. */
  const tracesDiffer = bySalt.some(({ isShared }) => isShared);
  let last: TraceId | undefined;
  /** By the trace alone; those that look at each call are among them. */
  let takers: Rule[] = [];
  let others: Rule[] = [];
  let calls = 0;

  function count(): void {
    for (const { counts } of others) counts.sampledOut += calls;
    calls = 0;
  }

  function turnTo(trace: TraceId): void {
    count();
    takers = [];
    others = [];
    for (const { salt, rules: alike, isShared } of bySalt) {
      const share = isShared ? shareOf(trace, salt) : 0;
      for (const one of alike) (isByCall(one) || share < one.rule.sample ? takers : others).push(one);
    }
  }

  function takesCall(one: Rule, id: string): boolean {
    const isIn = !isByCall(one) || isSampled(id, one.rule.salt, one.rule.sample);
    if (!isIn) one.counts.sampledOut += 1;
    return isIn;
  }

  return {
    rulesFor({ id, traceId }) {
      if (last === undefined || (tracesDiffer && traceId !== last)) turnTo(traceId);
      last = traceId;
      calls += 1;
      return areByCall ? takers.filter((one) => takesCall(one, traceId + id)) : takers;
    },
    count,
  };
}
