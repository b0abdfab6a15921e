import type { Call } from '../core/call.ts';
import { messageOf } from '../core/errors.ts';
import type { Trigger } from '../core/ports.ts';
import type { ScoringRule } from '../core/rule.ts';
import { untraced } from '../otel/untraced.ts';
import type { AppClientSettings } from './client.ts';
import type { ScoringLine, ScoringLineDeps } from './scoring-line.ts';

export interface AppScoringDeps extends Omit<ScoringLineDeps, 'rules'> {
  /** The `scoring` option as the app gave it. */
  readonly given: readonly unknown[];
}

/** What the rules of an app come to. Nothing of it throws or rejects. */
export interface AppScoring {
  /** What calls that Weave has accepted trigger, as far as it is to be kept with the end of their request. */
  match(calls: readonly Call[]): Promise<readonly Trigger[]>;
  /** Asks at once for what waits for its delay; resolves when that has been tried, or when the signal aborts. */
  flush(over: AbortSignal): Promise<void>;
  /** Calls that are lost to their scorers if the process ends now. */
  waiting(): number;
  /** Warns of these: the process ends now. */
  tellLost(): void;
  close(): Promise<void>;
}

/**
 * Loaded are the rules at once, so that what is wrong with them is told at the start, and all else with the first call
 * that Weave has accepted: an app without rules, or one that sends nothing, needs none of it.
 */
export function startAppScoring(deps: AppScoringDeps, client: AppClientSettings): AppScoring {
  const { given, log } = deps;
  const rules = readRules();
  let loading: Promise<ScoringLine | undefined> | undefined;
  let line: ScoringLine | undefined;
  let state: 'open' | 'closed' = 'open';

  async function readRules(): Promise<readonly ScoringRule[]> {
    try {
      const { readAppScoring } = await import('../config/app-scoring.ts');
      const { rules: read, problems } = readAppScoring(given);
      for (const problem of problems) log.error(`The rule is left out. ${problem}`);
      return read;
    } catch (thrown) {
      log.error('The scoring rules cannot be read: no calls are scored.', { reason: messageOf(thrown) });
      return [];
    }
  }

  async function load(): Promise<ScoringLine | undefined> {
    const read = await rules;
    if (read.length === 0 || state === 'closed') return undefined;
    try {
      const { startScoringLine } = await import('./scoring-line.ts');
      line = await startScoringLine({ ...deps, rules: read }, client);
      return line;
    } catch (thrown) {
      log.error('The scoring rules cannot be followed: no calls are scored.', { reason: messageOf(thrown) });
      return undefined;
    }
  }

  function opened(): Promise<ScoringLine | undefined> {
    // What the app itself instruments is not to see these requests.
    loading ??= untraced(load);
    return loading;
  }

  function tellLost(): void {
    const lost = line?.waiting() ?? 0;
    if (lost > 0)
      log.warn('Calls will not be scored: the process ends before they are due, or Weave takes none.', {
        calls: lost,
      });
  }

  return {
    async match(calls) {
      return (await opened())?.match(calls) ?? [];
    },
    async flush(over) {
      await line?.flush(over);
    },
    waiting: () => line?.waiting() ?? 0,
    tellLost,
    async close() {
      state = 'closed';
      tellLost();
      await line?.close();
    },
  };
}
