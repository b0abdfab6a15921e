/** Raised with every change of the tables below. */
export const SCHEMA_VERSION = 2;

/**
 * `calls` holds one row per (project, started_at, id), as Weave does. The small columns come first: SQLite reads
 * them without touching the pages that the JSON behind them spills into. Times are microseconds since the epoch.
 * `seq` grows with every write, so that the largest one of an id is the latest.
 * A row without started_us is the end of a call whose start has not come yet (legacy endpoints only): no read shows it.
 */
export const SCHEMA = `
CREATE TABLE projects (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  mode TEXT CHECK (mode IN ('complete', 'legacy'))
);

CREATE TABLE calls (
  seq INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  id TEXT NOT NULL,
  trace_id TEXT,
  parent_id TEXT,
  thread_id TEXT,
  turn_id TEXT,
  op_name TEXT,
  display_name TEXT,
  started_us INTEGER,
  ended_us INTEGER,
  status TEXT NOT NULL,
  kind TEXT,
  model TEXT,
  tokens INTEGER NOT NULL,
  wb_run_id TEXT,
  wb_run_step INTEGER,
  wb_run_step_end INTEGER,
  exception TEXT,
  attributes TEXT,
  inputs TEXT,
  output TEXT,
  summary TEXT,
  otel_dump TEXT
);
CREATE UNIQUE INDEX calls_by_id ON calls (project, id, started_us);
CREATE INDEX calls_by_time ON calls (project, started_us);
CREATE INDEX calls_by_trace ON calls (project, trace_id, parent_id);
CREATE INDEX calls_by_thread ON calls (project, thread_id) WHERE thread_id IS NOT NULL;

CREATE TABLE traces (
  project INTEGER NOT NULL,
  trace_id TEXT NOT NULL,
  started_us INTEGER NOT NULL,
  PRIMARY KEY (project, trace_id)
) WITHOUT ROWID;
CREATE INDEX traces_by_time ON traces (started_us);
CREATE INDEX traces_by_project_and_time ON traces (project, started_us);

CREATE TABLE feedback (
  seq INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  id TEXT NOT NULL,
  weave_ref TEXT NOT NULL,
  feedback_type TEXT NOT NULL,
  creator TEXT,
  created_at TEXT NOT NULL,
  annotation_ref TEXT,
  runnable_ref TEXT,
  call_ref TEXT,
  trigger_ref TEXT,
  payload TEXT NOT NULL,
  scores TEXT NOT NULL
);
CREATE UNIQUE INDEX feedback_by_id ON feedback (project, id);
CREATE INDEX feedback_by_ref ON feedback (project, weave_ref);

CREATE TABLE score_requests (
  seq INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  received_at TEXT NOT NULL,
  call_ids TEXT NOT NULL,
  scorer_refs TEXT NOT NULL
);
`;

/** Since version 2. Times of files are seconds, those of batches milliseconds since the epoch. */
export const BATCH_SCHEMA = `
CREATE TABLE files (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  filename TEXT NOT NULL,
  purpose TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  bytes INTEGER NOT NULL,
  content TEXT NOT NULL
);

CREATE TABLE batches (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  input_file_id TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  completion_window TEXT NOT NULL,
  job_id TEXT NOT NULL,
  model TEXT NOT NULL,
  metadata TEXT NOT NULL,
  requests INTEGER NOT NULL,
  errors TEXT NOT NULL,
  behaviour TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  cancelling_ms INTEGER,
  result TEXT,
  output_file_id TEXT,
  error_file_id TEXT
);
`;
