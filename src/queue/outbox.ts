import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, StoredTrigger, Trigger } from '../core/ports.ts';
import { createBell } from './bell.ts';
import type { Database } from './database.ts';

/** What is read at once, whatever the caller asks for: a trigger may hold a request of megabytes. */
const MAX_READ_BYTES = 32 * 1024 * 1024;

/** Writes triggers within the transaction that ends their entry. */
export interface TriggerWriter {
  add(triggers: readonly Trigger[]): void;
}

export function createTriggerWriter(database: Database): TriggerWriter {
  const insert = database.prepare('INSERT INTO outbox (trigger, bytes) VALUES (?1, length(?1))');
  return {
    add(triggers) {
      for (const trigger of triggers) insert.run(JSON.stringify(trigger));
    },
  };
}

export interface DiskOutbox extends Outbox {
  /** Wakes whoever waits: there may be more. */
  ring(): void;
}

export interface OutboxDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing of it throws: on a failing disk there is nothing to read, and `ready` takes its time. */
export function createOutbox({ clock, log }: OutboxDeps, database: Database, retryAfterMs: number): DiskOutbox {
  const next = database.prepare('SELECT id, trigger, bytes FROM outbox ORDER BY id LIMIT ?');
  const remove = database.prepare('DELETE FROM outbox WHERE id <= ?');
  const any = database.prepare('SELECT 1 FROM outbox LIMIT 1');
  const bell = createBell();
  let disk: 'working' | 'failing' = 'working';

  function tried<Result>(work: () => Result, otherwise: Result): Result {
    try {
      const result = work();
      disk = 'working';
      return result;
    } catch (thrown) {
      if (disk === 'working') log.error('the triggers in the queue cannot be read', { error: messageOf(thrown) });
      disk = 'failing';
      return otherwise;
    }
  }

  function read(max: number): readonly StoredTrigger[] {
    const triggers: StoredTrigger[] = [];
    let bytes = 0;
    for (const row of next.iterate(max)) {
      bytes += Number(row['bytes']);
      if (triggers.length > 0 && bytes > MAX_READ_BYTES) break;
      triggers.push({ ...(JSON.parse(String(row['trigger'])) as Trigger), id: Number(row['id']) });
    }
    return triggers;
  }

  return {
    ring: bell.ring,
    read: (max) => tried(() => read(max), []),
    forget(throughId) {
      tried(() => void remove.run(throughId), undefined);
    },
    ready(signal) {
      const isThere = tried(() => any.get() !== undefined, false);
      if (disk === 'failing') return clock.sleep(retryAfterMs, signal);
      return isThere ? Promise.resolve() : bell.wait(signal);
    },
  };
}
