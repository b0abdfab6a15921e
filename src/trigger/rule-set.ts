import { hash } from 'node:crypto';
import type { JobRule, ScoringRule, Selection } from '../core/rule.ts';

const VERSION_DIGITS = 12;

/** A rule with the version that its triggers carry. */
export type VersionedRule =
  | { readonly kind: 'scoring'; readonly rule: ScoringRule; readonly version: string }
  | { readonly kind: 'job'; readonly rule: JobRule; readonly version: string };

/** The rules that are switched on, of both kinds. */
export function ruleSet(scoring: readonly ScoringRule[], jobs: readonly JobRule[]): readonly VersionedRule[] {
  const all: readonly VersionedRule[] = [
    ...scoring.map((rule) => ({ kind: 'scoring' as const, rule, version: versionOf(rule) })),
    ...jobs.map((rule) => ({ kind: 'job' as const, rule, version: versionOf(rule) })),
  ];
  return all.filter(({ rule }) => rule.enabled);
}

/**
 * A change of what a rule does makes a new version, and calls are triggered anew; how many and when it does it, does not.
 * Nor does where: a job that is held for a wrong `job_id` goes on with the corrected one.
 */
function versionOf(rule: ScoringRule | JobRule): string {
  const { enabled, sample, sampleBy, salt, limit, ...meaning } = rule satisfies Selection;
  const { delayMs, atMostOnce, sweep, jobId, completionWindow, flush, attempts, ...does } = meaning as Partial<
    ScoringRule & JobRule
  >;
  const text = JSON.stringify(does, (_key, value: unknown) => (value instanceof RegExp ? String(value) : value));
  return hash('sha256', text, 'hex').slice(0, VERSION_DIGITS);
}
