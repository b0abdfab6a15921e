import type { JobState } from '../states.ts';
import type { Database, SqlValue } from './database.ts';

/** One batch-inference submission, or what is being collected for the next one. */
export interface Job {
  readonly id: number;
  /** What the batch is known by on both sides. */
  readonly submission: string;
  readonly rule: string;
  readonly version: string;
  readonly state: JobState;
  readonly createdAtMs: number;
  readonly requests: number;
  readonly bytes: number;
  readonly fileId: string | null;
  /** When the batch was about to be created. */
  readonly intendedAtMs: number | null;
  readonly batchId: string | null;
  /** The batch as last seen, as JSON text. */
  readonly batch: string | null;
  readonly submittedAtMs: number | null;
  readonly dueAtMs: number | null;
  /** Of the step that is due. */
  readonly tries: number;
  readonly cancel: 'asked' | 'sent' | 'unsupported' | null;
  readonly reason: string | null;
  readonly endedAtMs: number | null;
}

export type JobChange = Partial<Omit<Job, 'id' | 'submission' | 'rule' | 'version' | 'createdAtMs'>>;

export interface Jobs {
  /** The newest first. */
  list(max: number): readonly Job[];
  get(id: number): Job | undefined;
  /** What is due, the longest due first. */
  due(nowMs: number): readonly Job[];
  /** When the next one becomes due; undefined where none does. */
  nextDue(afterMs: number): number | undefined;
  move(id: number, change: JobChange): void;
}

const COLUMN_OF: Readonly<Record<keyof JobChange, string>> = {
  state: 'state',
  requests: 'requests',
  bytes: 'bytes',
  fileId: 'file_id',
  intendedAtMs: 'intended_at',
  batchId: 'batch_id',
  batch: 'batch',
  submittedAtMs: 'submitted_at',
  dueAtMs: 'due_at',
  tries: 'tries',
  cancel: 'cancel',
  reason: 'reason',
  endedAtMs: 'ended_at',
};

/** No step waits longer than this, nor does a job lie further in the future: then the clock was set back, and it is due. */
const CLOCK_SET_BACK_MS = 25 * 3_600_000;

export function isDue({ state, dueAtMs, createdAtMs }: Job, nowMs: number): boolean {
  if (dueAtMs === null) return false;
  const fromMs = state === 'collecting' ? createdAtMs : dueAtMs;
  return dueAtMs <= nowMs || fromMs > nowMs + CLOCK_SET_BACK_MS;
}

const MAX_DUE = 1000;
const COLUMNS = `id, submission, rule, version, created_at AS createdAtMs, ${Object.entries(COLUMN_OF)
  .map(([name, column]) => `${column} AS ${name}`)
  .join(', ')}`;

export function createJobs(db: Database): Jobs {
  const list = db.prepare(`SELECT ${COLUMNS} FROM jobs ORDER BY id DESC LIMIT ?`);
  const get = db.prepare(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`);
  const due = db.prepare(`SELECT ${COLUMNS} FROM jobs WHERE due_at <= ?1
     OR due_at > ?1 + ${CLOCK_SET_BACK_MS} AND (state <> 'collecting' OR created_at > ?1 + ${CLOCK_SET_BACK_MS})
     ORDER BY due_at, id LIMIT ${MAX_DUE}`);
  const next = db.prepare('SELECT min(due_at) AS due FROM jobs WHERE due_at > ?');
  return {
    list: (max) => list.all<Job>(max),
    get: (id) => get.get<Job>(id),
    due: (nowMs) => due.all<Job>(nowMs),
    nextDue: (afterMs) => next.get<{ readonly due: number | null }>(afterMs)?.due ?? undefined,
    move(id, change) {
      const changes = Object.entries(change) as [keyof JobChange, SqlValue][];
      const assignments = changes.map(([name]) => `${COLUMN_OF[name]} = ?`).join(', ');
      db.prepare(`UPDATE jobs SET ${assignments} WHERE id = ?`).run(...changes.map(([, value]) => value), id);
    },
  };
}
