import type { BatchBehaviour } from '../batch/behaviour.ts';
import type { InputError } from '../batch/check-input.ts';
import type { BatchResult } from '../batch/run-batch.ts';
import type { Database } from './database.ts';

/** What a batch has come to, its files apart. */
export type Outcome = Pick<BatchResult, 'completed' | 'failed' | 'usage'>;

export interface StoredBatch {
  readonly id: string;
  readonly input_file_id: string;
  readonly endpoint: string;
  readonly completion_window: string;
  readonly job_id: string;
  readonly model: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** How many its input file has. */
  readonly requests: number;
  readonly errors: readonly InputError[];
  /** As it was when the batch was created. */
  readonly behaviour: BatchBehaviour;
  /** Milliseconds since the epoch. */
  readonly created_ms: number;
  readonly cancelling_ms: number | null;
  /** Null until it has ended. */
  readonly result: Outcome | null;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
}

export interface BatchStore {
  add(batch: StoredBatch): void;
  get(id: string): StoredBatch | undefined;
  /** The newest first, from behind the batch of this id. */
  list(after: string | null, limit: number): readonly StoredBatch[];
  cancel(id: string, atMs: number): void;
  end(id: string, result: Outcome, outputFileId: string | null, errorFileId: string | null): void;
}

const JSON_COLUMNS = ['metadata', 'errors', 'behaviour', 'result'] as const;
const COLUMNS = [
  'id',
  'input_file_id',
  'endpoint',
  'completion_window',
  'job_id',
  'model',
  'metadata',
  'requests',
  'errors',
  'behaviour',
  'created_ms',
  'cancelling_ms',
  'result',
  'output_file_id',
  'error_file_id',
] as const satisfies readonly (keyof StoredBatch)[];

const isJson = (column: keyof StoredBatch) => JSON_COLUMNS.some((name) => name === column);

export function createBatchStore(db: Database): BatchStore {
  const columns = COLUMNS.join(', ');
  const insert = db.prepare(`INSERT INTO batches (${columns}) VALUES (${COLUMNS.map(() => '?').join(', ')})`);
  const select = db.prepare(`SELECT ${columns} FROM batches WHERE id = ?`);
  const page = db.prepare(
    `SELECT ${columns} FROM batches WHERE ?1 IS NULL OR seq < (SELECT seq FROM batches WHERE id = ?1)
     ORDER BY seq DESC LIMIT ?2`,
  );
  const cancel = db.prepare('UPDATE batches SET cancelling_ms = ? WHERE id = ? AND cancelling_ms IS NULL');
  const end = db.prepare('UPDATE batches SET result = ?, output_file_id = ?, error_file_id = ? WHERE id = ?');
  return {
    add(batch) {
      const columnValue = (column: (typeof COLUMNS)[number]) =>
        isJson(column) ? JSON.stringify(batch[column]) : (batch[column] as string | number | null);
      insert.run(...COLUMNS.map(columnValue));
    },
    get(id) {
      const row = select.get(id);
      return row === undefined ? undefined : batchOf(row as Row);
    },
    list: (after, limit) => (page.all(after, limit) as Row[]).map(batchOf),
    cancel: (id, atMs) => void cancel.run(atMs, id),
    end: (id, result, outputFileId, errorFileId) => void end.run(JSON.stringify(result), outputFileId, errorFileId, id),
  };
}

type Row = Readonly<Record<keyof StoredBatch, string | number | null>>;

function batchOf(row: Row): StoredBatch {
  const entries = Object.entries(row).map(([column, value]) => [
    column,
    isJson(column as keyof StoredBatch) && typeof value === 'string' ? (JSON.parse(value) as unknown) : value,
  ]);
  return Object.fromEntries(entries) as StoredBatch;
}
