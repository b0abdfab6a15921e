import { z } from 'zod';
import { type ScoringRule, scorerName } from '../core/rule.ts';
import { countUpTo, MAX_RULE_WAIT_MS, ref, selectionFields, selectionOf, waitUpTo, written } from './rule-options.ts';
import { bool } from './types.ts';

const MAX_SCORERS = 20;
const DEFAULT_DELAY_MS = 10_000;
const SCORERS = `must be a list of 1 to ${MAX_SCORERS} scorers`;
const SCORER_EXAMPLE = 'weave:///entity/project/object/name:version';

export const scorerRef = ref((text) => scorerName(text) !== undefined, SCORER_EXAMPLE);

/** An item of `scoring`. */
export const scoringRule: z.ZodType<ScoringRule> = z
  .strictObject({
    ...selectionFields,
    scorers: z
      .array(scorerRef, { error: ({ input }) => (input === undefined ? undefined : SCORERS) })
      .refine(({ length }) => length >= 1 && length <= MAX_SCORERS, SCORERS),
    delay: waitUpTo(MAX_RULE_WAIT_MS).default(DEFAULT_DELAY_MS),
    at_most_once: written(bool.schema).default(false),
    sweep: z
      .strictObject(
        { after: waitUpTo(MAX_RULE_WAIT_MS), times: countUpTo(10) },
        { error: ({ code }) => (code === 'invalid_type' ? 'must be {after, times}' : undefined) },
      )
      .optional(),
  })
  .refine(({ limit }) => limit.usd_per_day === undefined, {
    path: ['limit', 'usd_per_day'],
    message: 'Weave does not say what a scorer costs; limit calls_per_day instead',
  })
  .transform(({ scorers, delay, at_most_once, sweep, ...selection }) => ({
    ...selectionOf(selection),
    scorers: [...new Set(scorers)],
    delayMs: delay,
    atMostOnce: at_most_once,
    sweep: sweep ? { afterMs: sweep.after, times: sweep.times } : null,
  }));
