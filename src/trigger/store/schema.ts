import { BridgeError } from '../../core/errors.ts';
import { SQLITE_CORRUPT } from '../../core/set-aside.ts';
import type { Database } from './database.ts';

/** Kept in `user_version`. Goes up with each change of the tables. */
const SCHEMA_VERSION = 1;

/**
 * Times are milliseconds since the epoch. A row of `scorings` or `items` is what one rule does about one call: it stays when
 * that is done, so that the same call does not trigger the same rule again. Their states, and those of `jobs`, are described
 * in states.ts.
 */
const TABLES = `
  CREATE TABLE rules (
    name     TEXT NOT NULL,
    version  TEXT NOT NULL,
    settings TEXT NOT NULL, -- JSON
    PRIMARY KEY (name, version)
  ) STRICT;

  CREATE TABLE spending (
    rule     TEXT NOT NULL,
    day      TEXT NOT NULL, -- of UTC
    calls    INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    usd      REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (rule, day)
  ) STRICT;

  CREATE TABLE scorings (
    id          INTEGER PRIMARY KEY,
    project     TEXT NOT NULL,
    call_id     TEXT NOT NULL,
    rule        TEXT NOT NULL,
    version     TEXT NOT NULL,
    taken_at    INTEGER NOT NULL,
    scorers     TEXT NOT NULL, -- JSON: those that are still asked for
    state       TEXT NOT NULL,
    due_at      INTEGER,       -- null: nothing more is done
    attempts    INTEGER NOT NULL DEFAULT 0,
    sweeps      INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    UNIQUE (project, call_id, rule, version)
  ) STRICT;
  CREATE INDEX scorings_due ON scorings (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX scorings_sending ON scorings (id) WHERE state = 'sending';

  CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    submission  TEXT NOT NULL, -- what the batch is known by on both sides
    rule        TEXT NOT NULL,
    version     TEXT NOT NULL,
    state       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    requests    INTEGER NOT NULL DEFAULT 0,
    bytes       INTEGER NOT NULL DEFAULT 0,
    file_id     TEXT,
    intended_at INTEGER,       -- when the batch was about to be created; null: it surely is not
    batch_id    TEXT,
    batch       TEXT,          -- JSON, as last seen
    submitted_at INTEGER,
    due_at      INTEGER,       -- null: nothing more is done, or a person has to act
    tries       INTEGER NOT NULL DEFAULT 0, -- of the step that is due
    cancel      TEXT,          -- asked, sent or unsupported
    reason      TEXT,
    ended_at    INTEGER
  ) STRICT;
  CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX jobs_collecting ON jobs (rule, version) WHERE state = 'collecting';

  CREATE TABLE items (
    id          INTEGER PRIMARY KEY,
    project     TEXT NOT NULL,
    call_id     TEXT NOT NULL,
    trace_id    TEXT NOT NULL,
    rule        TEXT NOT NULL,
    version     TEXT NOT NULL,
    taken_at    INTEGER NOT NULL,
    custom_id   TEXT NOT NULL,
    request     TEXT,          -- JSON; null once the answer is written back
    job         INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    state       TEXT NOT NULL,
    answer      TEXT,          -- JSON: the body of the model's answer; null once it is written back
    tokens      INTEGER,
    cost_usd    REAL,
    feedback_id TEXT,
    reason      TEXT,
    UNIQUE (project, call_id, rule, version)
  ) STRICT;
  CREATE UNIQUE INDEX items_of_job ON items (job, custom_id);
  CREATE INDEX items_by_state ON items (job, state, tokens);
  CREATE INDEX items_of_rule ON items (rule, state);
`;

/** Sets the connection up and creates the tables where the file is new. Throws QUEUE_NEWER. */
export function prepareSchema(db: Database, path: string, fsync: boolean): void {
  const version = Number(db.prepare('PRAGMA user_version').get<{ user_version: number }>()?.user_version);
  if (version > SCHEMA_VERSION) {
    throw new BridgeError(
      'QUEUE_NEWER',
      `The triggers ${path} have format ${version}; this version of the bridge knows up to ${SCHEMA_VERSION}.`,
    );
  }
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${fsync ? 'FULL' : 'NORMAL'};
    PRAGMA journal_size_limit = ${32 * 1024 * 1024};
    PRAGMA temp_store = MEMORY;
  `);
  const verdict = db.prepare('PRAGMA quick_check(1)').get<{ quick_check: string }>()?.quick_check;
  if (verdict !== 'ok') throw Object.assign(new Error(verdict), { errcode: SQLITE_CORRUPT });
  if (version === 0) db.transaction(() => db.exec(`${TABLES} PRAGMA user_version = ${SCHEMA_VERSION};`));
}
