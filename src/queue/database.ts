/** The one file of the queue that knows `node:sqlite`. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export type Database = DatabaseSync;
export type Statement = StatementSync;

/** Primary result codes: https://www.sqlite.org/rescode.html */
export const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
/** What SQLite throws on a full disk; beyond a quota or a limit of the file's size it is the other one. */
export const NO_SPACE: ReadonlySet<unknown> = new Set([SQLITE_FULL, SQLITE_IOERR]);

/** How long one statement waits for another process that reads or purges dead letters. The bridge stands still meanwhile. */
const BUSY_TIMEOUT_MS = 100;

/** Opens the file, or creates it. Throws what SQLite says; see `resultCode`. */
export function openDatabase(path: string): Database {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

/** Opens a file that may be damaged and is not to be changed. Throws what SQLite says. */
export function openToRead(path: string): Database {
  const database = new DatabaseSync(path, { readOnly: true, defensive: false });
  // Without it SQLite reads nothing of a file that is shorter than it should be.
  database.exec('PRAGMA writable_schema = ON');
  return database;
}

/** SQLite's primary result code of something thrown; undefined where it was not SQLite that threw. */
export function resultCode(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('errcode' in thrown)) return undefined;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined;
}

/** Runs `write` in one transaction: all of it is durable when this returns, none of it when it throws. */
export function inTransaction<Result>(database: Database, write: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = write();
    database.exec('COMMIT');
    return result;
  } catch (thrown) {
    // A full disk makes SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
}

/** The one number that the statement answers. */
export function readNumber(statement: Statement): number {
  const [value] = Object.values(statement.get() ?? {});
  return Number(value);
}
