import type { Config } from '../config/options.ts';
import { createMatch } from '../trigger/match.ts';
import { ruleSet } from '../trigger/rule-set.ts';
import { type PipeDeps, type ToldFiles, tellCalls } from './pipe.ts';

/** What a rule would have sent about a call. */
export interface Pick {
  readonly rule: string;
  readonly version: string;
  readonly project: string;
  readonly trace_id: string;
  readonly call_id: string;
  /** Of a scoring rule. */
  readonly scorers?: readonly string[];
  /** Of a job rule: the body of the request. */
  readonly request?: unknown;
}

/** Files in, what the rules would make of their calls out: nothing is sent, and no limit counts. */
export function startRulesTest(config: Config, deps: PipeDeps, tell: (pick: Pick) => Promise<void>): ToldFiles {
  const rules = ruleSet(config.scoring, config.jobs.rules);
  const scorers = new Map(config.scoring.map((rule) => [rule.name, rule.scorers]));
  const match = createMatch(deps, rules);
  return tellCalls(config, deps, async (calls) => {
    for (const { rule, version, project, traceId, callId, request } of match(calls)) {
      const what =
        request === null ? { scorers: scorers.get(rule) ?? [] } : { request: JSON.parse(request) as unknown };
      await tell({ rule, version, project, trace_id: traceId, call_id: callId, ...what });
    }
  });
}
