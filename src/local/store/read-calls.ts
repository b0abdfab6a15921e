import type { CallFilter } from '../bodies/queries.ts';
import { whereOf } from './call-filter.ts';
import type { Database, SqlValue } from './database.ts';
import type { CallRow } from './rows.ts';

export interface CallQuery {
  readonly filter: CallFilter | null | undefined;
  /** By start; calls that started at once in the order they were written. */
  readonly direction: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

export interface CallReader {
  /** The call of this id; where calls of several starts have it, the one written last. */
  get(project: number, id: string): CallRow | undefined;
  /** One call at a time: a result of any size takes little memory. Calls written meanwhile may be part of it. */
  stream(project: number, query: CallQuery): Generator<CallRow>;
  /** Counts up to limit calls. */
  count(project: number, filter: CallFilter | null | undefined, limit: number): number;
}

/** What the calls of a stream are found by: rows themselves may hold megabytes. */
interface Key {
  readonly seq: number;
  readonly id: string;
  readonly started_us: number;
}
const KEYS_AT_ONCE = 500;

export function createCallReader(db: Database): CallReader {
  const byId = db.prepare(
    'SELECT * FROM calls WHERE project = ? AND id = ? AND started_us IS NOT NULL ORDER BY seq DESC LIMIT 1',
  );
  const byKey = db.prepare('SELECT * FROM calls WHERE project = ? AND id = ? AND started_us = ?');

  function keysFrom(project: number, query: CallQuery): (after: Key | undefined, limit: number) => readonly Key[] {
    const where = whereOf(project, query.filter);
    const [comparison, order] = query.direction === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
    const select = (condition: string) =>
      db.prepare(
        `SELECT c.seq, c.id, c.started_us FROM calls AS c INDEXED BY ${where.index}
         WHERE ${where.sql} ${condition}
         ORDER BY c.started_us ${order}, c.seq ${order} LIMIT ? OFFSET ?`,
      );
    const first = select('');
    const next = select(`AND (c.started_us, c.seq) ${comparison} (?, ?)`);
    return (after, limit) => {
      const page: SqlValue[] = after ? [after.started_us, after.seq, limit, 0] : [limit, query.offset];
      return (after ? next : first).all(...where.values, ...page) as Key[];
    };
  }

  return {
    get: (project, id) => byId.get(project, id) as CallRow | undefined,
    *stream(project, query) {
      const keysAfter = keysFrom(project, query);
      let left = query.limit;
      let last: Key | undefined;
      while (left > 0) {
        const keys = keysAfter(last, Math.min(KEYS_AT_ONCE, left));
        for (const key of keys) {
          const row = byKey.get(project, key.id, key.started_us) as CallRow | undefined;
          if (row) yield row;
        }
        left -= keys.length;
        last = keys.at(-1);
        if (!last) return;
      }
    },
    count(project, filter, limit) {
      const where = whereOf(project, filter);
      const counted = db
        .prepare(
          `SELECT count(*) AS calls FROM (SELECT 1 FROM calls AS c INDEXED BY ${where.index} WHERE ${where.sql} LIMIT ?)`,
        )
        .get(...where.values, limit) as { readonly calls: number };
      return counted.calls;
    },
  };
}
