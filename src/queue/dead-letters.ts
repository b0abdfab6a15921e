import { existsSync } from 'node:fs';
import type { ProjectId } from '../core/call.ts';
import { BridgeError } from '../core/errors.ts';
import type { DeadSpan, Encoding, Signal } from '../core/ports.ts';
import { type Database, openDatabase } from './database.ts';
import { databasePath, openError } from './files.ts';
import { checkVersion } from './schema.ts';

/** A request of which at least one span could not be delivered. */
export interface DeadLetter {
  /** Grows in the order in which letters were written. */
  readonly id: number;
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly project: ProjectId | null;
  readonly dead: readonly DeadSpan[];
  /** Milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  readonly buriedAtMs: number;
}

export interface DeadLetters {
  /** The oldest first. */
  list(): readonly DeadLetter[];
  /** The whole OTLP request as it came, delivered spans included. */
  body(id: number): Uint8Array | undefined;
  /** Returns how many there were to remove. */
  remove(ids: readonly number[]): number;
  close(): void;
}

/**
 * Opens the dead letters of a queue directory. Works while a bridge uses the queue.
 * Throws QUEUE_UNREADABLE where there is no queue, and QUEUE_NEWER.
 */
export function openDeadLetters(dir: string): DeadLetters {
  const database = open(dir);
  const all = database.prepare(
    'SELECT id, accepted_at, buried_at, signal, encoding, project, dead FROM dead_letters ORDER BY id',
  );
  const body = database.prepare('SELECT body FROM dead_letters WHERE id = ?');
  const remove = database.prepare('DELETE FROM dead_letters WHERE id = ?');
  return {
    list: () =>
      all.all().map((row) => ({
        id: Number(row['id']),
        signal: row['signal'] as Signal,
        encoding: row['encoding'] as Encoding,
        project: row['project'] as ProjectId | null,
        dead: JSON.parse(String(row['dead'])) as readonly DeadSpan[],
        acceptedAtMs: Number(row['accepted_at']),
        buriedAtMs: Number(row['buried_at']),
      })),
    body: (id) => body.get(id)?.['body'] as Uint8Array | undefined,
    remove: (ids) => ids.reduce((removed, id) => removed + Number(remove.run(id).changes), 0),
    close: () => database.close(),
  };
}

function open(dir: string): Database {
  const path = databasePath(dir);
  if (!existsSync(path)) throw new BridgeError('QUEUE_UNREADABLE', `There is no queue in ${dir}.`);
  try {
    const database = openDatabase(path);
    checkVersion(database, path);
    return database;
  } catch (thrown) {
    throw openError(dir, thrown);
  }
}
