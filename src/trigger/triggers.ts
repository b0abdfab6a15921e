import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/ports.ts';
import type { Selection } from '../core/rule.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import type { ScoringSender } from './scoring/scoring.ts';
import { dayOf } from './store/spending.ts';
import type { ScoringStore } from './store/store.ts';

/** Triggers taken over in one transaction. */
const MAX_TAKEN = 500;
/** After a failure of the disk. */
const RETRY_MS = 1000;
const PURGE_EVERY_MS = 24 * 3_600_000;

export interface TriggersDeps {
  readonly outbox: Outbox;
  readonly store: Pick<ScoringStore, 'intake' | 'scorings' | 'purge' | 'trim' | 'close'>;
  readonly scoring: ScoringSender;
  /** Null: no batch API is configured. */
  readonly jobs: JobRunner | null;
  readonly limitOf: (rule: string) => Selection['limit'];
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface TriggersSettings {
  /** The longest sleep: commands write into the store from outside, and nobody rings. */
  readonly maxSleepMs: number;
}

/**
 *   queue's outbox ─ take over ─> triggers on disk ─┬─ scoring: due ─> calls/score ─> looked for
 *                                                   └─ jobs: from state to state ─> feedback
 */
export interface Triggers {
  start(): void;
  /** Sends what waits for its delay at once, and resolves when that has been tried, or when the signal aborts. */
  flush(over: AbortSignal): Promise<void>;
  /**
   * Begins nothing more, gives what is under way so long to end, and then cuts it short: on disk it is as far as it has come,
   * but what became of a request without an answer has to be found out at the next start. Closes the store.
   */
  close(graceMs?: number): Promise<void>;
}

export function createTriggers(deps: TriggersDeps, { maxSleepMs }: TriggersSettings): Triggers {
  const { outbox, store, scoring, jobs, clock, log, counters } = deps;
  const stopping = new AbortController();
  const cutting = new AbortController();
  const stop = stopping.signal;
  const cut = cutting.signal;
  let wake = new AbortController();
  let state: 'idle' | 'running' | 'closed' = 'idle';
  let loops: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;
  let purgedAtMs = 0;
  let turn = Promise.withResolvers<void>();
  /** By rule, the day on which the log said that it is at its limit. */
  const limitTold = new Map<string, string>();

  function tellLimit(rule: string): void {
    const day = dayOf(clock.now());
    if (limitTold.get(rule) === day) return;
    limitTold.set(rule, day);
    log.warn('Calls are over the limit of a rule, or of what may wait, and passed over; this is said once a day.', {
      rule,
    });
  }

  /** Takes over one page; answers how many there were. */
  function takeOver(): number {
    const triggers = outbox.read(MAX_TAKEN);
    const last = triggers.at(-1);
    if (!last) return 0;
    const taken = store.intake.take(triggers, deps.limitOf, clock.now());
    // Between these two lines a crash brings the same triggers again, and they are duplicates then.
    outbox.forget(last.id);
    for (const [at, outcome] of taken.entries()) {
      const rule = triggers[at]?.rule ?? '';
      if (outcome !== 'taken') counters.add('rule_calls', 1, { rule, outcome });
      if (outcome === 'over_budget') tellLimit(rule);
      if (outcome === 'failed') log.error('A call met a rule that nobody knows any more.', { rule });
    }
    return triggers.length;
  }

  function ring(): void {
    wake.abort();
    wake = new AbortController();
  }

  /** Does `turn` again and again until closing; it answers how long it may sleep, unless the bell rings from its begin on. */
  async function repeat(what: string, turn: () => Promise<number> | number): Promise<void> {
    while (!stop.aborted) {
      let sleepMs = RETRY_MS;
      const rung = AbortSignal.any([stop, wake.signal]);
      try {
        sleepMs = await turn();
      } catch (thrown) {
        log.error(`${what} failed; it is tried again.`, { error: messageOf(thrown) });
      }
      if (sleepMs > 0) await clock.sleep(Math.min(sleepMs, maxSleepMs), rung);
    }
  }

  async function takeOverTurn(): Promise<number> {
    if (takeOver() > 0) ring();
    else await outbox.ready(stop);
    return 0;
  }

  async function scoringTurn(): Promise<number> {
    const nowMs = clock.now();
    await scoring.step(stop, cut);
    turn.resolve();
    turn = Promise.withResolvers();
    return untilDue(store.scorings.nextDue(nowMs));
  }

  function jobsTurn(): number {
    const nowMs = clock.now();
    if (nowMs - purgedAtMs >= PURGE_EVERY_MS) {
      store.purge(nowMs);
      purgedAtMs = nowMs;
    }
    store.trim();
    // What is due now is being worked on, or waits for one that is: the bell rings when that has come to rest.
    jobs?.begin(stop, cut, ring);
    return untilDue(jobs?.nextDue(nowMs));
  }

  function untilDue(dueAtMs = Infinity): number {
    return Math.max(dueAtMs - clock.now(), 1);
  }

  return {
    start() {
      if (state !== 'idle') return;
      state = 'running';
      scoring.recover();
      loops = Promise.all([
        repeat('Taking over triggers', takeOverTurn),
        repeat('Scoring', scoringTurn),
        repeat('Working on jobs', jobsTurn),
      ]);
    },
    async flush(over) {
      if (state !== 'running') return;
      const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
      // A queue on disk writes what was settled just now in the next turn of the event loop.
      await clock.yield();
      while (takeOver() > 0);
      store.scorings.hurry(clock.now());
      do {
        ring();
        await Promise.race([turn.promise, ended]);
      } while (!over.aborted && store.scorings.due(clock.now(), 1).length > 0);
    },
    close(graceMs = 0) {
      closed ??= (async () => {
        state = 'closed';
        stopping.abort();
        const over = new AbortController();
        const ended = loops.then(() => jobs?.ended()).finally(() => over.abort());
        await Promise.race([ended, clock.sleep(graceMs, over.signal)]);
        cutting.abort();
        await ended;
        store.close();
      })();
      return closed;
    },
  };
}
