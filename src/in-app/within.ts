import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Does the work for no longer than timeoutMs; `over` says when the time is up. Never rejects. */
export type Within = (timeoutMs: number, work: (over: AbortSignal) => Promise<unknown>) => Promise<void>;

/** `sleep`: what the time is taken with, and whether it keeps the process alive. */
export function createWithin({ sleep, log }: { readonly sleep: Clock['sleep']; readonly log: Log }): Within {
  return async (timeoutMs, work) => {
    const over = new AbortController();
    const done = work(over.signal).catch((thrown: unknown) => {
      log.error('Spans could not be sent.', { reason: messageOf(thrown) });
    });
    await Promise.race([done, sleep(timeoutMs, over.signal)]);
    over.abort();
  };
}
