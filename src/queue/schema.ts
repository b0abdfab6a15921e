import { BridgeError } from '../core/errors.ts';
import { type Database, inTransaction, readNumber } from './database.ts';

/** Kept in `user_version`. Goes up with each change of the tables. */
export const SCHEMA_VERSION = 3;

/**
 * Measured with bodies of 100 KB and 1 MB. Small pages cost system calls: 4 KiB takes a third to a half more CPU.
 * Large ones are written again for each small change: 64 KiB takes half more at 100 KB and saves a sixth at 1 MB.
 */
const PAGE_BYTES = 16 * 1024;
/** How much is written to the log before it is copied into the database: bounds that copy's time (tens of ms) and the log. */
const WAL_BYTES = 32 * 1024 * 1024;

const ENTRIES = `
  CREATE TABLE entries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    accepted_at INTEGER NOT NULL, -- milliseconds since the epoch
    signal      TEXT NOT NULL,
    encoding    TEXT NOT NULL,
    project     TEXT,
    spans       INTEGER NOT NULL,
    more        TEXT,             -- JSON: what few requests have; see more.ts
    body        BLOB NOT NULL
  ) STRICT;
`;

/** What is asked for often stands before the body, which may fill many pages. */
const DEAD_LETTERS = `
  CREATE TABLE dead_letters (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    accepted_at INTEGER NOT NULL,
    buried_at   INTEGER NOT NULL,
    signal      TEXT NOT NULL,
    encoding    TEXT NOT NULL,
    project     TEXT,
    more        TEXT,             -- as of the entry
    spans       INTEGER NOT NULL, -- how many are dead
    dead        TEXT NOT NULL,    -- JSON: [{spanId, reason}]
    retry       INTEGER NOT NULL, -- 1: somebody asked for another try
    bytes       INTEGER NOT NULL, -- what the letter counts for in the bound
    body        BLOB NOT NULL
  ) STRICT;
  CREATE INDEX dead_letter_facts ON dead_letters (retry, buried_at, bytes, spans);

  -- What others than the bridge have deleted, until the bridge has counted it.
  CREATE TABLE purges (spans INTEGER NOT NULL) STRICT;
`;

/** Since version 2. */
const OUTBOX = `
  CREATE TABLE outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    trigger TEXT NOT NULL,   -- JSON: a Trigger
    bytes   INTEGER NOT NULL
  ) STRICT;
`;

/** From version 2 to 3. */
const DEAD_LETTERS_ANEW = `
  ALTER TABLE entries ADD COLUMN more TEXT;
  ALTER TABLE dead_letters RENAME TO dead_letters_2;
  ${DEAD_LETTERS}
  INSERT INTO dead_letters
    SELECT id, accepted_at, buried_at, signal, encoding, project, NULL, json_array_length(dead), dead, 0, bytes, body
    FROM dead_letters_2;
  DROP TABLE dead_letters_2;
`;

/** Throws QUEUE_NEWER where a newer version of the bridge wrote the file. */
export function checkVersion(database: Database, path: string): number {
  const version = readNumber(database.prepare('PRAGMA user_version'));
  if (version > SCHEMA_VERSION) {
    throw new BridgeError(
      'QUEUE_NEWER',
      `The queue ${path} has format ${version}; this version of the bridge knows up to ${SCHEMA_VERSION}.`,
    );
  }
  return version;
}

/** Sets the connection up and creates the tables where the file is new. */
export function prepareSchema(database: Database, path: string, fsync: boolean): void {
  const version = checkVersion(database, path);
  database.exec(`
    PRAGMA page_size = ${PAGE_BYTES};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${fsync ? 'FULL' : 'NORMAL'};
    PRAGMA wal_autocheckpoint = ${WAL_BYTES / PAGE_BYTES};
    PRAGMA journal_size_limit = ${WAL_BYTES};
    PRAGMA secure_delete = OFF;
    PRAGMA temp_store = MEMORY;
  `);
  if (version < SCHEMA_VERSION) {
    inTransaction(database, () => database.exec(`${missing(version)} PRAGMA user_version = ${SCHEMA_VERSION};`));
  }
}

function missing(version: number): string {
  if (version === 0) return ENTRIES + DEAD_LETTERS + OUTBOX;
  return (version < 2 ? OUTBOX : '') + DEAD_LETTERS_ANEW;
}
