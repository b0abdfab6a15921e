import type { ScoringRule } from '../core/rule.ts';
import { inWords } from './in-words.ts';
import { scoringRule } from './scoring-options.ts';

/** Rules of an app. More would be no rules of an app. */
const MAX_RULES = 100;

/** Reads the `scoring` option of an app: the good rules, and what is wrong with the others. */
export function readAppScoring(given: readonly unknown[]): {
  readonly rules: readonly ScoringRule[];
  readonly problems: readonly string[];
} {
  const rules: ScoringRule[] = [];
  const problems: string[] = [];
  for (const [at, one] of given.entries()) {
    const place = `scoring.${at}`;
    const read = scoringRule.safeParse(one, { error: inWords });
    if (!read.success) {
      problems.push(...read.error.issues.map(({ path, message }) => `${[place, ...path].join('.')}: ${message}`));
    } else if (rules.some(({ name }) => name === read.data.name)) {
      problems.push(`${place}.name: ${read.data.name} is used twice`);
    } else if (rules.length === MAX_RULES) problems.push(`${place}: there are more than ${MAX_RULES} rules`);
    else rules.push(read.data);
  }
  return { rules, problems };
}
