import type { Clock } from '../../core/clock.ts';
import type { Counters } from '../../core/counters.ts';
import type { Log } from '../../core/log.ts';
import { scorerName } from '../../core/rule.ts';
import { type BackoffSettings, backoffMs } from '../backoff.ts';
import type { ScoringSettings } from '../store/rules.ts';
import type { Scoring, ScoringChange } from '../store/scorings.ts';
import type { ScoringStore } from '../store/store.ts';
import type { WeaveApi } from '../weave/weave-api.ts';
import { type Group, groupsOf } from './groups.ts';

/** Calls that are read from disk at once. */
const MAX_DUE = 1000;
/** How often scores are looked for after an answer was lost, where the rule has no sweep of its own. */
const UNCLEAR_TIMES = 3;
const LOST = 'the answer was lost, and at_most_once forbids to ask again';
const INTERRUPTED = 'the bridge ended while it was asking';

export interface ScoringDeps {
  readonly store: Pick<ScoringStore, 'rules' | 'scorings'>;
  readonly weave: WeaveApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface ScoringSettingsOfAll {
  readonly retry: BackoffSettings;
  /** Weave gives no receipt: after a lost answer the scores are looked for, once they can be expected to be there. */
  readonly unclearMs: number;
}

/** Asks Weave to score what is due. */
export interface ScoringSender {
  /** To be called once, before the first step. */
  recover(): void;
  /** Resolves when all that is due has been dealt with; after `stop` when the request under way has its answer, and after `cut` at once. */
  step(stop: AbortSignal, cut: AbortSignal): Promise<void>;
}

export function createScoring(deps: ScoringDeps, settings: ScoringSettingsOfAll): ScoringSender {
  const { store, weave, clock, log, counters } = deps;

  const ruleOf = ({ rule, version }: Scoring) => store.rules.find(rule, version) as ScoringSettings | undefined;

  function count(scorings: readonly Scoring[], outcome: 'sent' | 'scored' | 'failed'): void {
    for (const { rule } of scorings) counters.add('rule_calls', 1, { rule, outcome });
  }

  /** At one moment for them all: they stay together, and go in one request again. */
  function move(scorings: readonly Scoring[], change: (scoring: Scoring, nowMs: number) => ScoringChange): void {
    const nowMs = clock.now();
    if (scorings.length > 0) store.scorings.move(scorings, (one) => change(one, nowMs));
  }

  function fail(scorings: readonly Scoring[], reason: string): void {
    if (scorings.length === 0) return;
    move(scorings, () => ({ state: 'failed', dueAtMs: null, reason }));
    count(scorings, 'failed');
    log.error('Calls will not be scored.', { rule: scorings[0]?.rule, calls: scorings.length, reason });
  }

  /** Perhaps Weave was reached and perhaps not: its scores will tell. */
  function doubt(scorings: readonly Scoring[], reason: string): void {
    const { once = [], again = [] } = Object.groupBy(scorings, (one) => (ruleOf(one)?.atMostOnce ? 'once' : 'again'));
    fail(once, LOST);
    move(again, (one, nowMs) => ({
      state: 'unclear',
      dueAtMs: nowMs + (ruleOf(one)?.sweep?.afterMs ?? settings.unclearMs),
      reason,
    }));
  }

  function later(
    scorings: readonly Scoring[],
    state: 'waiting' | 'unclear' | 'sent',
    reason: string,
    askedMs?: number,
  ) {
    const dice = clock.random();
    move(scorings, ({ attempts }, nowMs) => ({
      state,
      dueAtMs: nowMs + backoffMs(Math.max(0, attempts - 1), settings.retry, dice, askedMs),
      reason,
    }));
  }

  async function send({ project, callIds, scorers, scorings: given }: Group, signal: AbortSignal): Promise<void> {
    const scorings = given.map((one) => ({ ...one, attempts: one.attempts + 1 }));
    move(scorings, () => ({ state: 'sending', dueAtMs: null }));
    const meaning = await weave.score(project, callIds, scorers, signal);
    switch (meaning.status) {
      case 'done':
        move(scorings, (one, nowMs) => {
          const sweep = ruleOf(one)?.sweep;
          return { state: 'sent', dueAtMs: sweep ? nowMs + sweep.afterMs : null };
        });
        return count(scorings, 'sent');
      case 'unclear':
        log.warn('Weave did not say whether it took calls for scoring; their scores will tell.', {
          project,
          calls: callIds.length,
          reason: meaning.reason,
        });
        return doubt(scorings, meaning.reason);
      case 'later':
        log.warn('Weave did not take calls for scoring; they are sent again.', { project, reason: meaning.reason });
        return later(scorings, 'waiting', meaning.reason, meaning.afterMs);
      case 'held':
        log.error('Weave turns the scoring requests away; they wait. Check weave.api_key and weave.url.', {
          project,
          reason: meaning.reason,
        });
        return later(scorings, 'waiting', meaning.reason, settings.retry.maxMs);
      case 'refused':
        return fail(scorings, meaning.reason);
      case 'aborted':
        // It may have been on its way: the next start finds it as it is.
        return;
    }
  }

  async function look({ project, callIds, scorers, scorings }: Group, signal: AbortSignal): Promise<void> {
    const typeOf = (scorer: string) => `wandb.runnable.${scorerName(scorer)}`;
    const found = await weave.findFeedback(project, callIds, scorers.map(typeOf), signal);
    switch (found.status) {
      case 'done': {
        const there = new Set(found.feedback.map(({ callId, type }) => `${callId} ${type}`));
        const missing = (one: Scoring) => one.scorers.filter((scorer) => !there.has(`${one.callId} ${typeOf(scorer)}`));
        return judge(scorings, missing);
      }
      case 'aborted':
        return;
      case 'refused': {
        // An older Weave has no such question. What it took counts as sent; what it perhaps took nobody will ever know.
        const reason = `whether the scores are there cannot be asked (${found.reason})`;
        log.warn('Weave does not tell which calls have been scored.', { reason: found.reason });
        move(
          scorings.filter(({ state }) => state === 'sent'),
          () => ({ state: 'sent', dueAtMs: null, reason }),
        );
        return fail(
          scorings.filter(({ state }) => state !== 'sent'),
          reason,
        );
      }
      case 'later':
      case 'unclear':
      case 'held':
        log.warn('Weave did not say which calls have been scored; it is asked again.', { reason: found.reason });
        for (const state of ['sent', 'unclear'] as const) {
          later(
            scorings.filter((one) => one.state === state),
            state,
            found.reason,
            settings.retry.maxMs,
          );
        }
    }
  }

  function judge(scorings: readonly Scoring[], missing: (scoring: Scoring) => readonly string[]): void {
    const {
      scored = [],
      lost = [],
      again = [],
    } = Object.groupBy(scorings, (one) => {
      if (missing(one).length === 0) return 'scored';
      return one.sweeps >= (ruleOf(one)?.sweep?.times ?? UNCLEAR_TIMES) ? 'lost' : 'again';
    });
    move(scored, () => ({ state: 'scored', dueAtMs: null }));
    count(scored, 'scored');
    fail(lost, 'Weave took the call for scoring more than once, and no score came');
    move(again, (one, nowMs) => ({
      state: 'waiting',
      dueAtMs: nowMs,
      scorers: missing(one),
      sweeps: one.sweeps + 1,
    }));
  }

  return {
    recover: () => doubt(store.scorings.interrupted(), INTERRUPTED),
    async step(stop, cut) {
      while (!stop.aborted) {
        const due = store.scorings.due(clock.now(), MAX_DUE);
        if (due.length === 0) return;
        const { toSend = [], toLook = [] } = Object.groupBy(due, ({ state }) =>
          state === 'waiting' ? 'toSend' : 'toLook',
        );
        for (const group of groupsOf(toLook)) if (!stop.aborted) await look(group, cut);
        for (const group of groupsOf(toSend)) if (!stop.aborted) await send(group, cut);
      }
    },
  };
}
