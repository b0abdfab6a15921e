import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Fresh } from './fresh.ts';
import type { Item } from './item.ts';
import type { Ledger } from './ledger.ts';
import type { Store } from './store.ts';
import type { Writer } from './writer.ts';

/** A full queue drops hundreds of requests a second: the log is told of all of them together, this often. */
const SAY_EVERY_MS = 60_000;

export interface MakeRoomDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  readonly ledger: Ledger;
  readonly fresh: Fresh;
  readonly store: Pick<Store, 'nextAfter'>;
  readonly writer: Pick<Writer, 'settle'>;
}

/**
 * Drops what has waited longest until a body of this many bytes has its room, and reserves that.
 * Nothing is dropped for a body that would find none even so: what is claimed stays.
 */
export function createMakeRoom(deps: MakeRoomDeps): (bytes: number) => boolean {
  const { clock, log, counters, ledger, fresh, store, writer } = deps;
  let unsaid = { requests: 0, spans: 0 };
  let saidMs = Number.NEGATIVE_INFINITY;

  function drop({ id, spans }: Item): void {
    fresh.take(id);
    writer.settle([{ id, dead: [] }]);
    counters.add('queue_dropped_spans', spans);
    unsaid = { requests: unsaid.requests + 1, spans: unsaid.spans + spans };
  }

  function say(): void {
    if (unsaid.requests === 0 || clock.monotonic() - saidMs < SAY_EVERY_MS) return;
    log.error('the queue is full: dropped its oldest requests for newer ones', unsaid);
    unsaid = { requests: 0, spans: 0 };
    saidMs = clock.monotonic();
  }

  function oldest(): Item | undefined {
    try {
      return ledger.dropOldest(store.nextAfter);
    } catch {
      return undefined; // The disk fails: whoever claims next says so.
    }
  }

  return (bytes) => {
    if (!ledger.couldFit(bytes)) return false;
    while (!ledger.reserve(bytes)) {
      const item = oldest();
      if (item === undefined) return false;
      drop(item);
    }
    say();
    return true;
  };
}
