import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log, LogFields } from '../core/log.ts';
import type { Trigger } from '../core/ports.ts';
import type { JobRule } from '../core/rule.ts';
import { compileConditions } from './condition.ts';
import { createEvaluations, EVALUATION, MADE_BY_RULE } from './exclusion.ts';
import { renderRequest } from './render.ts';
import type { VersionedRule } from './rule-set.ts';
import { createSampler } from './sampler.ts';
import { touchAhead } from './touch.ts';

/** A request about one call; what the batch APIs take is 200 MB for all of them. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

export interface MatchDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

const COUNTED = ['matched', 'filtered', 'excluded', 'sampledOut'] as const;
/** What others count. It is there from the start, at 0: of a counter that comes with its first count, the first is not seen. */
const COUNTED_LATER = ['duplicate', 'over_budget', 'sent', 'scored'];

/** What the calls trigger, which Weave must have accepted. The same calls trigger the same at any time. */
export type Match = (calls: readonly Call[]) => readonly Trigger[];

/**
 *   call ─> for each rule: sampled? ─> of an evaluation? ─> condition? ─> made by a rule? ─> request rendered ─> trigger
 */
export function createMatch(deps: MatchDeps, rules: readonly VersionedRule[]): Match {
  const { clock, counters, log } = deps;
  const conditions = compileConditions([...rules.map(({ rule }) => rule.when), EVALUATION, MADE_BY_RULE]);
  const evaluation = rules.length;
  const madeByRule = rules.length + 1;
  const evaluations = createEvaluations();
  const entries = rules.map((versioned, number) => {
    const { name } = versioned.rule;
    const tally = (outcome: string) => counters.of('rule_calls', { rule: name, outcome });
    for (const outcome of COUNTED_LATER) tally(outcome);
    return {
      ...versioned,
      number,
      /** What happens to nearly every call is counted once for all of them. */
      counts: { matched: 0, filtered: 0, excluded: 0, sampledOut: 0 },
      tallies: {
        matched: tally('matched'),
        filtered: tally('filtered'),
        excluded: tally('excluded'),
        sampledOut: tally('sampled_out'),
        failed: tally('failed'),
      },
    };
  });
  type Entry = (typeof entries)[number];
  /** What the calls at hand trigger, and side by side with it by which rules. */
  interface Picks {
    readonly acceptedAtMs: number;
    readonly triggers: Trigger[];
    readonly entries: Entry[];
  }
  const sampler = createSampler(entries);
  /** Where calls of one trace are told apart, the one with the mark of an evaluation may be out of the share, and others in. */
  const marksMatter = rules.some(({ rule }) => rule.sampleBy === 'call' && rule.sample < 1);

  function triggerOf(entry: Entry, call: Call, acceptedAtMs: number): Trigger | undefined {
    const { rule, version, tallies } = entry;
    const { id: callId, traceId, projectId: project } = call;
    if (conditions.meets(madeByRule)) return void tallies.excluded(1);
    const request = entry.kind === 'job' ? requestOf(entry, call) : null;
    if (request === undefined) return void tallies.failed(1);
    entry.counts.matched += 1;
    return { project, callId, traceId, rule: rule.name, version, acceptedAtMs, request };
  }

  const warned = new Set<string>();

  /** Once for each rule and cause: it may be so of every call, and what is left out is counted as `failed`. */
  function tellLeftOut(message: string, { name }: JobRule, fields: LogFields, cause = ''): void {
    const isNew = !warned.has(`${name} ${cause}`);
    warned.add(`${name} ${cause}`);
    log[isNew ? 'warn' : 'debug'](message, { rule: name, ...fields });
  }

  function requestOf({ rule }: Extract<VersionedRule, { kind: 'job' }>, call: Call): string | undefined {
    const rendered = renderRequest(rule.body, JSON.parse(call.json.toString()));
    if (rendered.status === 'missing') {
      const { field: missing } = rendered;
      tellLeftOut(
        'A call has nothing for a place of the prompt; it is not asked about.',
        rule,
        { call: call.id, missing },
        missing,
      );
      return undefined;
    }
    const bytes = Buffer.byteLength(rendered.body);
    const isLarger = bytes > Math.min(MAX_REQUEST_BYTES, rule.flush.maxBytes / 2);
    if (isLarger)
      tellLeftOut('The request about a call is too large; it is not asked about.', rule, { call: call.id, bytes });
    return isLarger ? undefined : rendered.body;
  }

  /** Whether the call, which is open, or another one of its trace is marked as an evaluation; takes back what others triggered. */
  function isEvaluation({ traceId }: Call, picks: Picks): boolean {
    if (evaluations.has(traceId)) return true;
    if (!conditions.meets(evaluation)) return false;
    evaluations.add(traceId);
    for (let at = picks.triggers.length - 1; at >= 0; at -= 1) {
      const entry = picks.entries[at];
      if (picks.triggers[at]?.traceId !== traceId || !entry) continue;
      entry.counts.matched -= 1;
      entry.counts.excluded += 1;
      picks.triggers.splice(at, 1);
      picks.entries.splice(at, 1);
    }
    return true;
  }

  /** What a sender delivers with a key of its own may be nowhere that the bridge's key reaches. */
  function excludeFromAll(): void {
    for (const { counts } of entries) counts.excluded += 1;
  }

  function matchOne(call: Call, picks: Picks): void {
    if (call.account !== undefined) {
      excludeFromAll();
      return;
    }
    const inShare = sampler.rulesFor(call);
    if (inShare.length === 0 && !marksMatter) return;
    conditions.open(call);
    const excluded = isEvaluation(call, picks);
    for (let at = inShare.length - 1; at >= 0; at -= 1) {
      const entry = inShare[at];
      if (!entry) continue;
      if (excluded) entry.counts.excluded += 1;
      else if (!conditions.meets(entry.number)) entry.counts.filtered += 1;
      else {
        const trigger = triggerOf(entry, call, picks.acceptedAtMs);
        if (!trigger) continue;
        picks.triggers.push(trigger);
        picks.entries.push(entry);
      }
    }
  }

  return (calls) => {
    const picks: Picks = { acceptedAtMs: clock.now(), triggers: [], entries: [] };
    // Backwards: a span ends after those below it, so that the mark of an evaluation is mostly seen before they are.
    for (let at = calls.length - 1; at >= 0; at -= 1) {
      const call = calls[at];
      touchAhead(calls, at);
      if (call) matchOne(call, picks);
    }
    sampler.count();
    for (const { tallies, counts } of entries) {
      for (const outcome of COUNTED) {
        tallies[outcome](counts[outcome]);
        counts[outcome] = 0;
      }
    }
    return picks.triggers.reverse();
  };
}
