import { type BatchStore, createBatchStore } from './batches.ts';
import { openDatabase } from './database.ts';
import { createFeedbackStore, type FeedbackStore } from './feedback.ts';
import { createFileStore, type FileStore } from './files.ts';
import { createProjects, type Projects } from './projects.ts';
import { type CallReader, createCallReader } from './read-calls.ts';
import { createScoreRequests, type ScoreRequests } from './score-requests.ts';
import { createTraceReader, type TraceReader } from './traces.ts';
import { type CallWriter, createCallWriter } from './write-calls.ts';

/** Everything the local Weave keeps. Reads take the key of a project, which `projects` knows. */
export interface Store {
  readonly projects: Projects;
  readonly writer: CallWriter;
  readonly calls: CallReader;
  readonly traces: TraceReader;
  readonly feedback: FeedbackStore;
  readonly scoreRequests: ScoreRequests;
  readonly files: FileStore;
  readonly batches: BatchStore;
  /** Safe to call twice. */
  close(): void;
}

/** `file` is a path or `:memory:`. Throws a BridgeError where it cannot be used. */
export function openStore(settings: { readonly file: string; readonly maxRowBytes: number }): Store {
  const db = openDatabase(settings.file);
  const projects = createProjects(db);
  return {
    projects,
    writer: createCallWriter(db, projects, settings),
    calls: createCallReader(db),
    traces: createTraceReader(db),
    feedback: createFeedbackStore(db),
    scoreRequests: createScoreRequests(db),
    files: createFileStore(db),
    batches: createBatchStore(db),
    close: db.close,
  };
}
