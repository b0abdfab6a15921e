import type { Config } from '../config/options.ts';
import { createMapper } from '../map/map-spans.ts';
import type { Files } from '../receive/files.ts';
import { createMatch } from '../trigger/match.ts';
import { ruleSet } from '../trigger/rule-set.ts';
import { mapSettings } from './map.ts';
import { type PipeDeps, readSpans } from './pipe.ts';

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
export function startRulesTest(config: Config, deps: PipeDeps, tell: (pick: Pick) => Promise<void>): Files {
  const rules = ruleSet(config.scoring, config.jobs.rules);
  const scorers = new Map(config.scoring.map((rule) => [rule.name, rule.scorers]));
  const map = createMapper(mapSettings(config, deps.log));
  const match = createMatch(deps, rules);
  return readSpans(config, deps, async (spans) => {
    for (const { rule, version, project, traceId, callId, request } of match(map(spans).calls)) {
      const what =
        request === null ? { scorers: scorers.get(rule) ?? [] } : { request: JSON.parse(request) as unknown };
      await tell({ rule, version, project, trace_id: traceId, call_id: callId, ...what });
    }
  });
}
