import type { ProjectId } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Send, SendOutcome } from './outcome.ts';

/** A server may ask for more patience than the backoff, but for no more than this. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

export interface RetrySettings {
  /** The first wait; it doubles with every attempt. */
  readonly initialMs: number;
  readonly maxMs: number;
  /** Give up when the next attempt would start later than this after the first one; 0: never. */
  readonly maxElapsedMs: number;
}

export interface RetryDeps {
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Attempt {
  readonly outcome: SendOutcome;
  /** 1 for the first. */
  readonly number: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  /** A number in [0, 1). */
  readonly dice: number;
}

/** How long to wait before the next attempt; undefined: this outcome is the last word. */
export function retryDelay(attempt: Attempt, settings: RetrySettings): number | undefined {
  const { outcome } = attempt;
  switch (outcome.status) {
    case 'retry': {
      const ceilingMs = Math.min(settings.maxMs, settings.initialMs * 2 ** (attempt.number - 1));
      const askedMs = Math.min(outcome.afterMs ?? 0, MAX_RETRY_AFTER_MS);
      const delayMs = Math.max(jittered(ceilingMs, attempt.dice), askedMs);
      const givesUp = settings.maxElapsedMs > 0 && attempt.elapsedMs + delayMs > settings.maxElapsedMs;
      return givesUp ? undefined : delayMs;
    }
    case 'held':
      // No growth and no end: it takes a person, and when that person is done it should be noticed soon.
      return jittered(settings.maxMs, attempt.dice);
    case 'accepted':
    case 'too_large':
    case 'refused':
    case 'aborted':
      return undefined;
  }
}

/** Equal jitter: between half and the whole, so that many bridges do not come back at the same moment. */
function jittered(ceilingMs: number, dice: number): number {
  return ceilingMs / 2 + (ceilingMs / 2) * dice;
}

/** Wraps a `Send`: the same bytes again, until the outcome is final, the time is up, or the signal ends the wait. */
export function createRetry(deps: RetryDeps, settings: RetrySettings): Send {
  const { send, clock, log } = deps;
  return async (project, body, signal) => {
    const startMs = clock.monotonic();
    for (let number = 1; ; number += 1) {
      const outcome = await send(project, body, signal);
      const elapsedMs = clock.monotonic() - startMs;
      const delayMs = retryDelay({ outcome, number, elapsedMs, dice: clock.random() }, settings);
      if (delayMs === undefined) return outcome;
      report(log, project, outcome, number, delayMs);
      await clock.sleep(delayMs, signal);
      if (signal.aborted) return { status: 'aborted' };
    }
  };
}

function report(log: Log, project: ProjectId, outcome: SendOutcome, attempt: number, delayMs: number): void {
  const fields = { project, attempt, delayMs: Math.round(delayMs) };
  if (outcome.status === 'held') {
    const message = `Weave turns the bridge away; nothing is lost, its calls wait. ${outcome.todo}`;
    log.error(message, { ...fields, reason: outcome.reason });
  } else if (outcome.status === 'retry') {
    log.warn('Weave did not take a batch; it is sent again.', { ...fields, reason: outcome.reason });
  }
}
