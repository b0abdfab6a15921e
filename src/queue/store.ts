import type { ProjectId } from '../core/call.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Encoding, QueueDepth, QueueEntry, RawRequest, Settled, Signal } from '../core/ports.ts';
import { createBurial, type PushedOut } from './burial.ts';
import { type Database, inTransaction, NO_SPACE, readNumber, resultCode } from './database.ts';
import type { Item } from './item.ts';
import { costOf } from './ledger.ts';
import { isAsStored, readMore, writeMore } from './more.ts';
import { createTriggerWriter } from './outbox.ts';
import { createRoom } from './room.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** The file is rewritten once it could give back this much ... */
const SHRINK_FREE_BYTES = 64 * 1024 * 1024;
/** ... and no more than this has to be copied for it. */
const SHRINK_USED_BYTES = 16 * 1024 * 1024;

/** Of a disk that has refused a request: without room for one of this size it will refuse the next. */
const PROBE_BYTES = 256 * 1024;

const NONE: PushedOut = { letters: 0, spans: 0 };

/** What the queue asks of its database. Throws what SQLite says; `shrink` logs it. */
export interface Store {
  totals(): Pick<QueueDepth, 'entries' | 'spans' | 'bytes'>;
  /** The entry with the smallest id above this one. Reads no body. */
  nextAfter(id: number): Item | undefined;
  read(id: number): QueueEntry;
  /** Ends the settled entries and stores the requests, all or nothing. Returns the new entries in the order of the requests. */
  write(requests: readonly RawRequest[], settled: readonly Settled[], nowMs: number): readonly QueueEntry[];
  /** Writes a little that changes nothing. Throws, too, where the disk has next to no room. */
  probe(): void;
  /** Gives the space of deleted entries back to the disk where there is much of it and little else to copy. */
  shrink(): void;
  close(): void;
}

export interface StoreDeps {
  readonly database: Database;
  readonly log: Log;
  readonly counters: Counters;
  /** Of the disk that the database is on. */
  readonly freeBytes: () => number;
}

export function createStore({ database, log, counters, freeBytes }: StoreDeps, maxDeadLetterBytes: number): Store {
  const insert = database.prepare(
    'INSERT INTO entries (accepted_at, signal, encoding, project, spans, more, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const next = database.prepare(
    'SELECT id, length(body) AS bytes, spans FROM entries WHERE id > ? ORDER BY id LIMIT 1',
  );
  const get = database.prepare(
    'SELECT id, accepted_at, signal, encoding, project, spans, more, body FROM entries WHERE id = ?',
  );
  const remove = database.prepare('DELETE FROM entries WHERE id = ?');
  const freePages = database.prepare('PRAGMA freelist_count');
  const allPages = database.prepare('PRAGMA page_count');
  const pageBytes = readNumber(database.prepare('PRAGMA page_size'));
  const burial = createBurial(database, maxDeadLetterBytes);
  const triggerWriter = createTriggerWriter(database);
  const room = createRoom(database, freeBytes);

  function add(request: RawRequest, nowMs: number): QueueEntry {
    const { signal, encoding, project, spans, body } = request;
    const { lastInsertRowid } = insert.run(nowMs, signal, encoding, project, spans, writeMore(request), body);
    return { ...request, id: Number(lastInsertRowid), acceptedAtMs: nowMs };
  }

  function transact(requests: readonly RawRequest[], settled: readonly Settled[], nowMs: number) {
    return inTransaction(database, () => {
      for (const one of settled) {
        if (one.dead.length > 0) burial.bury(one, nowMs);
        triggerWriter.add(one.triggers ?? []);
        remove.run(one.id);
      }
      const pushedOut = settled.some(({ dead }) => dead.length > 0) ? burial.dropBeyondBound() : NONE;
      return { entries: requests.map((request) => add(request, nowMs)), pushedOut };
    });
  }

  /** What the log has no room for may fit once the log has been emptied. */
  function withRoom<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (thrown) {
      if (!NO_SPACE.has(resultCode(thrown))) throw thrown;
      room.make();
      return write();
    }
  }

  /** A disk that others have filled may have no room for that, and SQLite's log still some for deletions: the write will tell. */
  function tryToMakeRoom(): void {
    try {
      room.make();
    } catch (thrown) {
      if (!NO_SPACE.has(resultCode(thrown))) throw thrown;
    }
  }

  return {
    totals() {
      const row = database
        .prepare(
          'SELECT count(*) AS entries, coalesce(sum(spans), 0) AS spans, coalesce(sum(length(body)), 0) AS bytes FROM entries',
        )
        .get();
      return { entries: Number(row?.['entries']), spans: Number(row?.['spans']), bytes: Number(row?.['bytes']) };
    },
    nextAfter(id) {
      const row = next.get(id);
      return row && { id: Number(row['id']), bytes: Number(row['bytes']), spans: Number(row['spans']) };
    },
    read(id) {
      const row = get.get(id);
      if (row === undefined) throw new Error(`entry ${id} is no longer in the database`);
      const body = row['body'] as Uint8Array;
      return {
        id,
        acceptedAtMs: Number(row['accepted_at']),
        signal: row['signal'] as Signal,
        encoding: row['encoding'] as Encoding,
        project: row['project'] as ProjectId | null,
        spans: Number(row['spans']),
        ...readMore(row['more']),
        body,
        ...(!isAsStored(row['more'], body) && { damaged: 'its body is not what was stored' }),
      };
    },
    write(requests, settled, nowMs) {
      if (requests.length > 0) room.require(requests.reduce((sum, { body }) => sum + costOf(body.byteLength), 0));
      else if (!room.has(0)) tryToMakeRoom();
      const { entries, pushedOut } = withRoom(() => transact(requests, settled, nowMs));
      if (pushedOut.letters > 0) {
        counters.add('dead_letter_removed_spans', pushedOut.spans, { how: 'pushed_out' });
        log.warn('dropped the oldest dead letters: there were more than the queue keeps', {
          ...pushedOut,
          max_bytes: maxDeadLetterBytes,
        });
      }
      return entries;
    },
    probe() {
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
      // On a full disk so little still fits into the room that SQLite has had for what it could not write.
      room.require(PROBE_BYTES);
    },
    shrink() {
      try {
        const unusedBytes = readNumber(freePages) * pageBytes;
        const usedBytes = readNumber(allPages) * pageBytes - unusedBytes;
        if (unusedBytes < SHRINK_FREE_BYTES || usedBytes > SHRINK_USED_BYTES || !room.has(usedBytes)) return;
        database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
      } catch (thrown) {
        log.warn('the queue could not give unused space back to the disk', { error: messageOf(thrown) });
      }
    },
    close() {
      database.close();
    },
  };
}
