import type { ProjectId } from '../../core/call.ts';
import type { ScoringState } from '../states.ts';
import type { Database } from './database.ts';

/** What one scoring rule does about one call. */
export interface Scoring {
  readonly id: number;
  readonly project: ProjectId;
  readonly callId: string;
  readonly rule: string;
  readonly version: string;
  /** Those that are still asked for. */
  readonly scorers: readonly string[];
  readonly state: ScoringState;
  /** How often it was sent. */
  readonly attempts: number;
  /** How often its scores were looked for in vain. */
  readonly sweeps: number;
}

export interface ScoringChange {
  readonly state: ScoringState;
  /** When to act next; null: never. */
  readonly dueAtMs: number | null;
  readonly reason?: string;
  readonly scorers?: readonly string[];
  readonly attempts?: number;
  readonly sweeps?: number;
}

export interface Scorings {
  /** What is due, the longest due first. */
  due(nowMs: number, max: number): readonly Scoring[];
  /** When the next one becomes due; undefined where none does. */
  nextDue(afterMs: number): number | undefined;
  /** Makes due what only waits for its time. */
  hurry(nowMs: number): void;
  /** Those that were being sent when the process ended. */
  interrupted(): readonly Scoring[];
  /** Changes all of them in one transaction. */
  move(scorings: readonly Scoring[], change: (scoring: Scoring) => ScoringChange): void;
  /** How many there are of each state, by rule. */
  counts(): readonly { readonly rule: string; readonly state: ScoringState; readonly calls: number }[];
}

interface Row {
  readonly id: number;
  readonly project: string;
  readonly call_id: string;
  readonly rule: string;
  readonly version: string;
  readonly scorers: string;
  readonly state: string;
  readonly attempts: number;
  readonly sweeps: number;
}

const COLUMNS = 'id, project, call_id, rule, version, scorers, state, attempts, sweeps';

export function createScorings(db: Database): Scorings {
  const due = db.prepare(`SELECT ${COLUMNS} FROM scorings WHERE due_at <= ? ORDER BY due_at, id LIMIT ?`);
  const next = db.prepare('SELECT min(due_at) AS due FROM scorings WHERE due_at > ?');
  const hurry = db.prepare("UPDATE scorings SET due_at = ?1 WHERE state = 'waiting' AND due_at > ?1");
  const sending = db.prepare(`SELECT ${COLUMNS} FROM scorings WHERE state = 'sending'`);
  const update = db.prepare(
    `UPDATE scorings SET state = ?, due_at = ?, reason = coalesce(?, reason), scorers = ?, attempts = ?, sweeps = ? WHERE id = ?`,
  );
  const counts = db.prepare(
    'SELECT rule, state, count(*) AS calls FROM scorings GROUP BY rule, state ORDER BY rule, state',
  );

  return {
    due: (nowMs, max) => due.all<Row>(nowMs, max).map(scoringOf),
    nextDue: (afterMs) => next.get<{ readonly due: number | null }>(afterMs)?.due ?? undefined,
    hurry: (nowMs) => void hurry.run(nowMs),
    interrupted: () => sending.all<Row>().map(scoringOf),
    move(scorings, change) {
      db.transaction(() => {
        for (const scoring of scorings) {
          const { state, dueAtMs, reason = null, ...rest } = change(scoring);
          const { scorers, attempts, sweeps } = { ...scoring, ...rest };
          update.run(state, dueAtMs, reason, JSON.stringify(scorers), attempts, sweeps, scoring.id);
        }
      });
    },
    counts: () => counts.all(),
  };
}

function scoringOf({ call_id, scorers, ...row }: Row): Scoring {
  return {
    ...row,
    project: row.project as ProjectId,
    callId: call_id,
    scorers: JSON.parse(scorers) as readonly string[],
    state: row.state as ScoringState,
  };
}
