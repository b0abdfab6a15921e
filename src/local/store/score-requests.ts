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
  /** Of all projects, the newest first. */
  newest(limit: number): readonly (StoredScoreRequest & { readonly project: string })[];
}

interface Row {
  readonly received_at: string;
  readonly call_ids: string;
  readonly scorer_refs: string;
}

export function createScoreRequests(db: Database): ScoreRequests {
  const insert = db.prepare(
    'INSERT INTO score_requests (project, received_at, call_ids, scorer_refs) VALUES (?, ?, ?, ?)',
  );
  const select = db.prepare(
    'SELECT received_at, call_ids, scorer_refs FROM score_requests WHERE project = ? ORDER BY seq',
  );
  const newest = db.prepare(
    `SELECT p.name AS project, received_at, call_ids, scorer_refs
     FROM score_requests AS r JOIN projects AS p ON p.key = r.project ORDER BY r.seq DESC LIMIT ?`,
  );
  return {
    add(project, { receivedAt, callIds, scorerRefs }) {
      insert.run(project, receivedAt, JSON.stringify(callIds), JSON.stringify(scorerRefs));
    },
    all(project) {
      return (select.all(project) as Row[]).map(requestOf);
    },
    newest(limit) {
      const rows = newest.all(limit) as (Row & { readonly project: string })[];
      return rows.map((row) => ({ ...requestOf(row), project: row.project }));
    },
  };
}

function requestOf(row: Row): StoredScoreRequest {
  return {
    receivedAt: row.received_at,
    callIds: JSON.parse(row.call_ids) as string[],
    scorerRefs: JSON.parse(row.scorer_refs) as string[],
  };
}
