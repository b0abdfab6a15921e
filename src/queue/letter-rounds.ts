import type { Clock, Timer } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Ledger } from './ledger.ts';
import type { Letters } from './letters.ts';

/** How soon it is noticed what somebody has asked for with `otel-weave dead-letters`. */
export const LOOK_EVERY_MS = 2000;
/** Body bytes put back in one round: bounds how long the process stands still for it. One body may be larger. */
const MAX_REQUEUED_BYTES = 16 * 1024 * 1024;

export interface LetterRoundsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  readonly ledger: Pick<Ledger, 'reserve' | 'unreserve' | 'add'>;
  readonly letters: Letters;
  /** Called when there is more in the queue. */
  readonly onRequeued: () => void;
}

/** Looks after the dead letters from time to time: puts those back that are to be tried again, deletes those that are too old. */
export interface LetterRounds {
  close(): void;
}

/** `maxAgeMs`: since the last try; 0: for ever. */
export function startLetterRounds(deps: LetterRoundsDeps, { maxAgeMs }: { readonly maxAgeMs: number }): LetterRounds {
  const { clock, log, counters, ledger, letters, onRequeued } = deps;
  let disk: 'working' | 'failing' = 'working';
  let timer: Timer = clock.after(LOOK_EVERY_MS, look);

  function look(): void {
    timer = clock.after(LOOK_EVERY_MS, look);
    try {
      requeue();
      expire();
      counters.add('dead_letter_removed_spans', letters.takePurged(), { how: 'purged' });
      disk = 'working';
    } catch (thrown) {
      if (disk === 'working') log.warn('the dead letters cannot be looked after now', { error: messageOf(thrown) });
      disk = 'failing';
    }
  }

  function requeue(): void {
    const moved = { letters: 0, spans: 0 };
    let bytes = 0;
    for (let next = letters.nextRetry(); next !== undefined; next = letters.nextRetry()) {
      bytes += next.bytes;
      const isEnough = moved.letters > 0 && bytes > MAX_REQUEUED_BYTES;
      if (isEnough || !ledger.reserve(next.bytes)) break;
      try {
        letters.requeue(next.id);
      } finally {
        ledger.unreserve(next.bytes);
      }
      ledger.add(next.bytes, next.spans);
      counters.add('dead_letter_removed_spans', next.spans, { how: 'retried' });
      moved.letters += 1;
      moved.spans += next.spans;
    }
    if (moved.letters === 0) return;
    log.info('dead letters are tried again', moved);
    onRequeued();
  }

  function expire(): void {
    if (maxAgeMs === 0) return;
    const gone = letters.expire(clock.now() - maxAgeMs);
    if (gone.letters === 0) return;
    counters.add('dead_letter_removed_spans', gone.spans, { how: 'expired' });
    log.warn('deleted dead letters that were older than queue.dead_letters.max_age', gone);
  }

  return { close: () => timer.cancel() };
}
