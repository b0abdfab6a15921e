/** The only file of the local Weave that knows node:sqlite. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { BridgeError, messageOf } from '../../core/errors.ts';
import { BATCH_SCHEMA, SCHEMA, SCHEMA_VERSION } from './schema.ts';

export type SqlValue = string | number | null;

export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number };
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): readonly unknown[];
}

export interface Database {
  prepare(sql: string): Statement;
  /** Commits what `work` wrote, or nothing of it where `work` throws. */
  transaction<Result>(work: () => Result): Result;
  /** Safe to call twice. */
  close(): void;
}

/**
 * What has been committed survives the death of the process. It may not survive a power cut (synchronous = NORMAL):
 * this is a store for development, and an fsync per request would halve its speed.
 */
const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 5000;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -131072;
PRAGMA wal_autocheckpoint = 8192;
`;

/** Opens or makes the store. Throws a BridgeError where the file cannot be used. */
export function openDatabase(file: string): Database {
  const db = open(file);
  let state: 'open' | 'closed' = 'open';
  return {
    prepare(sql) {
      const statement = db.prepare(sql);
      return {
        run: (...values) => ({ changes: Number(statement.run(...(values as SQLInputValue[])).changes) }),
        get: (...values) => statement.get(...(values as SQLInputValue[])),
        all: (...values) => statement.all(...(values as SQLInputValue[])),
      };
    },
    transaction(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      if (state === 'closed') return;
      state = 'closed';
      db.close();
    },
  };
}

function open(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec(PRAGMAS);
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > SCHEMA_VERSION) throw new Error('a newer version of otel-weave wrote it');
    const missing = [...(version < 1 ? [SCHEMA] : []), ...(version < 2 ? [BATCH_SCHEMA] : [])];
    if (missing.length > 0)
      db.exec(`BEGIN IMMEDIATE; ${missing.join('')} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
    return db;
  } catch (error) {
    db?.close();
    const message = `The local Weave cannot use its store ${file}: ${messageOf(error)}.`;
    throw new BridgeError('STORE_UNUSABLE', message, { cause: error });
  }
}
