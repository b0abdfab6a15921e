import type { Database } from './database.ts';

/** A request to `/calls/score`, as it came. */
export interface StoredScoreRequest {
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly callIds: readonly string[];
  readonly scorerRefs: readonly string[];
}

export interface ScoreRequests {
  add(project: number, request: StoredScoreRequest): void;
  /** In the order they came. */
  all(project: number): readonly StoredScoreRequest[];
}

export function createScoreRequests(db: Database): ScoreRequests {
  const insert = db.prepare(
    'INSERT INTO score_requests (project, received_at, call_ids, scorer_refs) VALUES (?, ?, ?, ?)',
  );
  const select = db.prepare(
    'SELECT received_at, call_ids, scorer_refs FROM score_requests WHERE project = ? ORDER BY seq',
  );
  return {
    add(project, { receivedAt, callIds, scorerRefs }) {
      insert.run(project, receivedAt, JSON.stringify(callIds), JSON.stringify(scorerRefs));
    },
    all(project) {
      const rows = select.all(project) as { received_at: string; call_ids: string; scorer_refs: string }[];
      return rows.map((row) => ({
        receivedAt: row.received_at,
        callIds: JSON.parse(row.call_ids) as string[],
        scorerRefs: JSON.parse(row.scorer_refs) as string[],
      }));
    },
  };
}
