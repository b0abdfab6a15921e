import type { FeedbackCreate } from '../bodies/feedback.ts';
import type { Database, SqlValue } from './database.ts';

export interface FeedbackRow {
  readonly id: string;
  readonly weave_ref: string;
  readonly feedback_type: string;
  readonly creator: string | null;
  /** ISO 8601. */
  readonly created_at: string;
  readonly annotation_ref: string | null;
  readonly runnable_ref: string | null;
  readonly call_ref: string | null;
  readonly trigger_ref: string | null;
  /** JSON text. */
  readonly payload: string;
  /** JSON text: the scorer_* fields that were sent. */
  readonly scores: string;
}

/** The columns that a query may ask about. */
export const FEEDBACK_FIELDS = [
  'id',
  'weave_ref',
  'feedback_type',
  'creator',
  'created_at',
  'annotation_ref',
  'runnable_ref',
  'call_ref',
  'trigger_ref',
] as const satisfies readonly (keyof FeedbackRow)[];

export interface FeedbackCondition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export interface FeedbackStore {
  /** Feedback of an id that is there already is replaced. */
  add(project: number, feedback: FeedbackCreate, id: string, createdAt: string): void;
  /** How many there are on each of these; nothing for one that has none. */
  counts(project: number, weaveRefs: readonly string[]): ReadonlyMap<string, number>;
  /** Newest first. */
  find(project: number, condition: FeedbackCondition, offset: number, limit: number): readonly FeedbackRow[];
}

const COLUMNS = [...FEEDBACK_FIELDS, 'payload', 'scores'] as const;

export function createFeedbackStore(db: Database): FeedbackStore {
  const insert = db.prepare(
    `INSERT OR REPLACE INTO feedback (project, ${COLUMNS.join(', ')}) VALUES (?, ${COLUMNS.map(() => '?').join(', ')})`,
  );
  const counts = db.prepare(
    `SELECT weave_ref, count(*) AS rows FROM feedback
     WHERE project = ? AND weave_ref IN (SELECT value FROM json_each(?)) GROUP BY weave_ref`,
  );
  return {
    counts(project, weaveRefs) {
      const found = counts.all(project, JSON.stringify(weaveRefs)) as { weave_ref: string; rows: number }[];
      return new Map(found.map(({ weave_ref, rows }) => [weave_ref, rows]));
    },
    add(project, feedback, id, createdAt) {
      const { weave_ref, feedback_type, payload } = feedback;
      const scores = Object.entries(feedback).filter(([key, value]) => key.startsWith('scorer_') && value != null);
      const row: FeedbackRow = {
        id,
        weave_ref,
        feedback_type,
        creator: feedback.creator ?? null,
        created_at: createdAt,
        annotation_ref: feedback.annotation_ref ?? null,
        runnable_ref: feedback.runnable_ref ?? null,
        call_ref: feedback.call_ref ?? null,
        trigger_ref: feedback.trigger_ref ?? null,
        payload: JSON.stringify(payload),
        scores: JSON.stringify(Object.fromEntries(scores)),
      };
      insert.run(project, ...COLUMNS.map((column) => row[column]));
    },
    find(project, condition, offset, limit) {
      const select = db.prepare(
        `SELECT ${COLUMNS.join(', ')} FROM feedback WHERE project = ? AND (${condition.sql})
         ORDER BY seq DESC LIMIT ? OFFSET ?`,
      );
      return select.all(project, ...condition.values, limit, offset) as FeedbackRow[];
    },
  };
}
