import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { QueueEntry } from '../core/ports.ts';
import { SQLITE_CORRUPT } from '../core/set-aside.ts';
import { resultCode } from './database.ts';
import type { Fresh } from './fresh.ts';
import type { Item } from './item.ts';
import type { Ledger } from './ledger.ts';
import type { Store } from './store.ts';

export interface ClaimsDeps {
  readonly log: Log;
  readonly ledger: Ledger;
  readonly fresh: Fresh;
  readonly store: Store;
}

/** Reads the bodies of what the ledger claims. On a failing disk there is nothing to claim. */
export interface Claims {
  claim(maxBytes: number): readonly QueueEntry[];
  recall(ids: Iterable<number>, under: string): readonly QueueEntry[];
  /** Whether the last claim met a failure that may pass: to claim again at once would meet it again. */
  failing(): boolean;
}

export function createClaims({ log, ledger, fresh, store }: ClaimsDeps): Claims {
  let disk: 'working' | 'failing' = 'working';

  function nextAfter(id: number, failures: string[]): Item | undefined {
    try {
      return store.nextAfter(id);
    } catch (thrown) {
      failures.push(messageOf(thrown));
      return undefined;
    }
  }

  function read(id: number, failures: string[]): QueueEntry | undefined {
    try {
      return store.read(id);
    } catch (thrown) {
      const code = resultCode(thrown);
      if (code === undefined || code === SQLITE_CORRUPT) {
        // It stays claimed, so that it does not keep the others from their turn.
        log.error('a request in the queue is damaged: going on without it', { id, error: messageOf(thrown) });
      } else {
        ledger.release([id]);
        failures.push(messageOf(thrown));
      }
      return undefined;
    }
  }

  function report(failure: string | undefined): void {
    if (failure === undefined && disk === 'failing') log.info('the queue can be read again');
    if (failure !== undefined && disk === 'working') {
      log.error('the queue cannot be read: trying again', { error: failure });
    }
    disk = failure === undefined ? 'working' : 'failing';
  }

  function entriesOf(items: readonly Item[], failures: string[]): readonly QueueEntry[] {
    const entries = items.flatMap(({ id }) => fresh.take(id) ?? read(id, failures) ?? []);
    report(failures[0]);
    return entries;
  }

  return {
    claim(maxBytes) {
      const failures: string[] = [];
      return entriesOf(
        ledger.claim(maxBytes, (id) => nextAfter(id, failures)),
        failures,
      );
    },
    recall: (ids, under) => entriesOf(ledger.recall(ids, under), []),
    failing: () => disk === 'failing',
  };
}
