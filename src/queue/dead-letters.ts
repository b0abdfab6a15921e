import { existsSync } from 'node:fs';
import type { ProjectId } from '../core/call.ts';
import { BridgeError, messageOf } from '../core/errors.ts';
import type { DeadSpan, Encoding, Signal } from '../core/ports.ts';
import { type Database, inTransaction, openDatabase } from './database.ts';
import { databasePath, openError } from './files.ts';
import { readMore } from './more.ts';
import { prepareSchema } from './schema.ts';

/** A bridge writes for some ms at a time; whoever looks at its letters can wait. */
const BUSY_TIMEOUT_MS = 10_000;
/** Letters deleted in one transaction: a bridge that wants to write waits for it. */
const PURGED_AT_ONCE = 100;

/** A request of which at least one span could not be delivered. */
export interface DeadLetter {
  /** Grows in the order in which letters were written. */
  readonly id: number;
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly project: ProjectId | null;
  /** As of the request: whatever its spans say, they belong to `project`. */
  readonly pinned: boolean;
  /** How many of its spans are dead. */
  readonly spans: number;
  readonly dead: readonly DeadSpan[];
  /** True: somebody has asked for another try, and the bridge has not begun it. */
  readonly retrying: boolean;
  /** When the request first came: milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  /** The last try. */
  readonly buriedAtMs: number;
}

export interface DeadLetters {
  /** The oldest first. */
  list(): readonly DeadLetter[];
  /** The whole OTLP request as it came, delivered spans included. */
  body(id: number): Uint8Array | undefined;
  /** Asks the bridge of this queue, or the next one that starts on it, to try these again. Returns how many there were. */
  retry(ids: readonly number[]): number;
  /** Deletes letters for good. Returns how many there were. */
  purge(ids: readonly number[]): number;
  close(): void;
}

/**
 * Opens the dead letters of a queue directory. Works while a bridge uses the queue.
 * Throws QUEUE_UNREADABLE where there is no queue, and QUEUE_NEWER; what it answers throws QUEUE_UNREADABLE, too.
 */
export function openDeadLetters(dir: string): DeadLetters {
  const database = open(dir);
  const all = database.prepare(
    'SELECT id, accepted_at, buried_at, signal, encoding, project, more, spans, dead, retry FROM dead_letters ORDER BY id',
  );
  const body = database.prepare('SELECT body FROM dead_letters WHERE id = ?');
  const mark = database.prepare('UPDATE dead_letters SET retry = 1 WHERE id = ?');
  const remove = database.prepare('DELETE FROM dead_letters WHERE id = ? RETURNING spans');
  const note = database.prepare('INSERT INTO purges (spans) VALUES (?)');

  function purgeSome(ids: readonly number[]): number {
    return inTransaction(database, () => {
      const spans = ids.flatMap((id) => remove.all(id).map((row) => Number(row['spans'])));
      if (spans.length > 0) note.run(spans.reduce((sum, one) => sum + one, 0));
      return spans.length;
    });
  }

  return {
    list: () => told(dir, () => all.all().map(letterOf)),
    body: (id) => told(dir, () => body.get(id)?.['body'] as Uint8Array | undefined),
    retry: (ids) =>
      told(dir, () =>
        inTransaction(database, () => ids.reduce((marked, id) => marked + Number(mark.run(id).changes), 0)),
      ),
    purge(ids) {
      let purged = 0;
      for (let at = 0; at < ids.length; at += PURGED_AT_ONCE)
        purged += told(dir, () => purgeSome(ids.slice(at, at + PURGED_AT_ONCE)));
      return purged;
    },
    close: () => database.close(),
  };
}

function letterOf(row: Readonly<Record<string, unknown>>): DeadLetter {
  return {
    id: Number(row['id']),
    signal: row['signal'] as Signal,
    encoding: row['encoding'] as Encoding,
    project: row['project'] as ProjectId | null,
    pinned: readMore(row['more']).pinned === true,
    spans: Number(row['spans']),
    dead: deadIn(row['dead']),
    retrying: row['retry'] === 1,
    acceptedAtMs: Number(row['accepted_at']),
    buriedAtMs: Number(row['buried_at']),
  };
}

/** Where the disk has damaged it, the letter is listed all the same: with its others, and to be purged. */
function deadIn(column: unknown): readonly DeadSpan[] {
  try {
    return JSON.parse(String(column));
  } catch {
    return [{ spanId: '', reason: 'why it was refused cannot be read: its row is damaged' }];
  }
}

/** A full disk, a damaged file or a bridge that keeps its queue to itself for long is no bug. */
function told<Result>(dir: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw new BridgeError('QUEUE_UNREADABLE', `The dead letters in ${dir} do not answer: ${messageOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

function open(dir: string): Database {
  const path = databasePath(dir);
  if (!existsSync(path)) throw new BridgeError('QUEUE_UNREADABLE', `There is no queue in ${dir}.`);
  try {
    const database = openDatabase(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    prepareSchema(database, path, false);
    return database;
  } catch (thrown) {
    throw openError(dir, thrown);
  }
}
