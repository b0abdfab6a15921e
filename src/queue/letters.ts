import { type Database, inTransaction } from './database.ts';
import type { Item } from './item.ts';

/** Letters that expire in one transaction: bounds how long the process stands still for it. */
const MAX_EXPIRED_AT_ONCE = 200;

/** What letters are kept now. */
export interface Kept {
  readonly letters: number;
  /** Those that are dead, not the others of their requests. */
  readonly spans: number;
  readonly bytes: number;
}

/** The bridge's own view of its dead letters. Throws what SQLite says. */
export interface Letters {
  kept(): Kept;
  /** Deletes some of those that are older, and answers how many of which spans; 0: there are none. */
  expire(buriedBeforeMs: number): Omit<Kept, 'bytes'>;
  /** Spans that others have deleted since the last time. */
  takePurged(): number;
  /** The oldest letter that somebody wants to be tried again. Its `bytes` are those of the body. */
  nextRetry(): Item | undefined;
  /** Puts a letter back into the queue as an entry of its dead spans. */
  requeue(id: number): void;
}

export function createLetters(database: Database): Letters {
  const kept = database.prepare(
    'SELECT count(*) AS letters, coalesce(sum(spans), 0) AS spans, coalesce(sum(bytes), 0) AS bytes FROM dead_letters',
  );
  const expire = database.prepare(`
    DELETE FROM dead_letters WHERE id IN (
      SELECT id FROM dead_letters WHERE retry = 0 AND buried_at < ? LIMIT ${MAX_EXPIRED_AT_ONCE}
    ) RETURNING spans`);
  const anyPurge = database.prepare('SELECT 1 FROM purges LIMIT 1');
  const takePurges = database.prepare('DELETE FROM purges RETURNING spans');
  const next = database.prepare(
    'SELECT id, length(body) AS bytes, spans FROM dead_letters WHERE retry = 1 ORDER BY id LIMIT 1',
  );
  // What stands for all spans of its request has no ids to name them by.
  const copy = database.prepare(`
    INSERT INTO entries (accepted_at, signal, encoding, project, spans, more, body)
    SELECT accepted_at, signal, encoding, project, spans,
      CASE WHEN json_extract(dead, '$[0].spanId') = '' THEN more
        ELSE json_set(coalesce(more, '{}'), '$.only',
          (SELECT json_group_array(json_extract(value, '$.spanId')) FROM json_each(dead))) END,
      body
    FROM dead_letters WHERE id = ?`);
  const remove = database.prepare('DELETE FROM dead_letters WHERE id = ?');

  const sum = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.reduce((spans, row) => spans + Number(row['spans']), 0);

  return {
    kept() {
      const row = kept.get();
      return { letters: Number(row?.['letters']), spans: Number(row?.['spans']), bytes: Number(row?.['bytes']) };
    },
    expire(buriedBeforeMs) {
      const rows = expire.all(buriedBeforeMs);
      return { letters: rows.length, spans: sum(rows) };
    },
    takePurged: () => (anyPurge.get() === undefined ? 0 : sum(takePurges.all())),
    nextRetry() {
      const row = next.get();
      return row && { id: Number(row['id']), bytes: Number(row['bytes']), spans: Number(row['spans']) };
    },
    requeue(id) {
      inTransaction(database, () => {
        copy.run(id);
        remove.run(id);
      });
    },
  };
}
