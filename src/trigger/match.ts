import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Trigger } from '../core/ports.ts';
import { compileConditions } from './condition.ts';
import { createEvaluations, EVALUATION, MADE_BY_RULE } from './exclusion.ts';
import { renderRequest } from './render.ts';
import type { VersionedRule } from './rule-set.ts';
import { createSampler } from './sampling.ts';

/** A request about one call; what the batch APIs take is 200 MB for all of them. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

export interface MatchDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

/** What the calls trigger, which Weave must have accepted. The same calls trigger the same at any time. */
export type Match = (calls: readonly Call[]) => readonly Trigger[];

/**
 *   call ─> of an evaluation? ─> for each rule: condition? ─> sampled? ─> made by a rule? ─> request rendered ─> trigger
 */
export function createMatch(deps: MatchDeps, rules: readonly VersionedRule[]): Match {
  const { clock, counters, log } = deps;
  const conditions = compileConditions([...rules.map(({ rule }) => rule.when), EVALUATION, MADE_BY_RULE]);
  const evaluation = rules.length;
  const madeByRule = rules.length + 1;
  const evaluations = createEvaluations();
  const isSampled = createSampler();
  const entries = rules.map((versioned) => {
    const { name } = versioned.rule;
    const tally = (outcome: string) => counters.of('rule_calls', { rule: name, outcome });
    return {
      ...versioned,
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

  function triggerOf(entry: Entry, call: Call): Trigger | undefined {
    const { rule, version, tallies } = entry;
    const { id: callId, traceId, projectId: project } = call;
    const sampledBy = rule.sampleBy === 'call' ? traceId + callId : traceId;
    if (!isSampled(sampledBy, rule.salt, rule.sample)) return void tallies.sampledOut(1);
    if (conditions.meets(madeByRule)) return void tallies.excluded(1);
    const request = entry.kind === 'job' ? requestOf(entry, call) : null;
    if (request === undefined) return void tallies.failed(1);
    tallies.matched(1);
    return { project, callId, traceId, rule: rule.name, version, acceptedAtMs: clock.now(), request };
  }

  function requestOf({ rule }: Extract<VersionedRule, { kind: 'job' }>, call: Call): string | undefined {
    const rendered = renderRequest(rule.body, JSON.parse(call.json.toString()));
    if (rendered.status === 'missing') {
      log.warn('A call has nothing for a place of the prompt; it is not asked about.', {
        rule: rule.name,
        call: call.id,
        missing: rendered.field,
      });
      return undefined;
    }
    const bytes = Buffer.byteLength(rendered.body);
    const isLarger = bytes > Math.min(MAX_REQUEST_BYTES, rule.flush.maxBytes / 2);
    if (isLarger) log.warn('The request about a call is too large; it is not asked about.', { rule: rule.name, bytes });
    return isLarger ? undefined : rendered.body;
  }

  /** Opens the call. */
  function isEvaluation(call: Call): boolean {
    if (evaluations.has(call.traceId)) return true;
    conditions.open(call);
    if (!conditions.meets(evaluation)) return false;
    evaluations.add(call.traceId);
    return true;
  }

  function matchOne(call: Call, met: Uint32Array, triggers: Trigger[]): void {
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      if (!conditions.meets(at)) continue;
      met[at] = (met[at] ?? 0) + 1;
      const trigger = triggerOf(entries[at] as Entry, call);
      if (trigger) triggers.push(trigger);
    }
  }

  return (calls) => {
    const triggers: Trigger[] = [];
    const met = new Uint32Array(entries.length);
    let excluded = 0;
    // Backwards: a span ends after those below it, so that the mark of an evaluation is seen before they are.
    for (const call of calls.toReversed()) {
      if (isEvaluation(call)) excluded += 1;
      else matchOne(call, met, triggers);
    }
    for (const [at, { tallies }] of entries.entries()) {
      tallies.excluded(excluded);
      tallies.filtered(calls.length - excluded - (met[at] ?? 0));
    }
    return triggers.reverse();
  };
}
