import type { JobRule, ScoringRule } from '../../core/rule.ts';
import type { VersionedRule } from '../rule-set.ts';
import type { Database } from './database.ts';

/** What is needed of a rule after its calls were matched. */
export type ScoringSettings = { readonly kind: 'scoring' } & Pick<
  ScoringRule,
  'scorers' | 'delayMs' | 'atMostOnce' | 'sweep'
>;
export type JobSettings = { readonly kind: 'job' } & Pick<
  JobRule,
  'jobId' | 'model' | 'endpoint' | 'completionWindow' | 'flush' | 'attempts' | 'writeBack' | 'sample'
> & {
    /** Left out by earlier versions of the bridge. */
    readonly limit?: JobRule['limit'];
  };
export type RuleSettings = ScoringSettings | JobSettings;

/** Every version of every rule that has triggered something: what it began is finished by it, also when the config has changed. */
export interface Rules {
  register(rule: VersionedRule): void;
  /** Undefined for a version that was never registered. */
  find(name: string, version: string): RuleSettings | undefined;
}

export function createRules(db: Database): Rules {
  const insert = db.prepare('INSERT OR REPLACE INTO rules (name, version, settings) VALUES (?, ?, ?)');
  const select = db.prepare('SELECT settings FROM rules WHERE name = ? AND version = ?');
  const known = new Map<string, RuleSettings>();
  return {
    register(versioned) {
      const { rule, version } = versioned;
      insert.run(rule.name, version, JSON.stringify(settingsOf(versioned)));
      known.delete(`${rule.name} ${version}`);
    },
    find(name, version) {
      const key = `${name} ${version}`;
      const found = known.get(key);
      if (found) return found;
      const row = select.get<{ readonly settings: string }>(name, version);
      if (!row) return undefined;
      const settings = JSON.parse(row.settings) as RuleSettings;
      known.set(key, settings);
      return settings;
    },
  };
}

/** What is kept of a rule. */
export function settingsOf(versioned: VersionedRule): RuleSettings {
  if (versioned.kind === 'scoring') {
    const { scorers, delayMs, atMostOnce, sweep } = versioned.rule;
    return { kind: 'scoring', scorers, delayMs, atMostOnce, sweep };
  }
  const { jobId, model, endpoint, completionWindow, flush, attempts, writeBack, sample, limit } = versioned.rule;
  return { kind: 'job', jobId, model, endpoint, completionWindow, flush, attempts, writeBack, sample, limit };
}
