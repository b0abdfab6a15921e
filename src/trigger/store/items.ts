import type { ProjectId } from '../../core/call.ts';
import type { ItemState } from '../states.ts';
import type { Database } from './database.ts';
import type { Spending } from './spending.ts';

/** What one job rule does about one call. */
export interface Item {
  readonly id: number;
  readonly project: ProjectId;
  readonly callId: string;
  readonly traceId: string;
  readonly rule: string;
  readonly version: string;
  readonly customId: string;
  /** The body of its request as JSON text; null once the answer is written back. */
  readonly request: string | null;
  readonly job: number;
  /** How many batches it was in before this one. */
  readonly attempts: number;
  readonly state: ItemState;
  /** The body of the answer as JSON text; null once it is written back. */
  readonly answer: string | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly feedbackId: string | null;
  readonly reason: string | null;
}

/** What a line of an output or error file says about an item. */
export type LineResult =
  | { readonly status: 'answered'; readonly answer: string; readonly tokens: number }
  /** `again`: it may go better in another batch. */
  | { readonly status: 'failed'; readonly reason: string; readonly again: boolean };

export interface Items {
  /** Those of a job in the order of the lines of its file. `afterId`: the last one of the page before. */
  ofJob(job: number, states: readonly ItemState[], afterId: number, max: number): readonly Item[];
  /** How many there are of each state. */
  counts(job: number): Readonly<Partial<Record<ItemState, number>>>;
  /** What its answers have cost in USD; null: not known. */
  costOf(job: number): number | null;
  /** Why items of the job failed, the most common reason first. */
  failures(job: number, max: number): readonly { readonly reason: string; readonly requests: number }[];
  /** Notes the results of lines in one transaction. The first answer of an item counts, whatever else is said about it. */
  answer(job: number, results: ReadonlyMap<string, LineResult>): void;
  move(
    items: readonly Item[],
    change: { readonly state: ItemState; readonly reason?: string; readonly feedbackId?: string },
  ): void;
  /** Fails what has no answer yet: all of it, or the items of these lines of the file, counted from 1. */
  fail(job: number, reason: string, lines?: readonly number[]): void;
  /** Divides what the batch has cost among its answers by their tokens, and notes it as spent. */
  charge(job: number, rule: string, usd: number | null, nowMs: number): void;
  /** Forgets requests and answers that have been written back. */
  forgetTexts(job: number): void;
}

const COLUMNS = `id, project, call_id AS callId, trace_id AS traceId, rule, version, custom_id AS customId, request, job,
  attempts, state, answer, tokens, cost_usd AS costUsd, feedback_id AS feedbackId, reason`;

export function createItems(db: Database, spending: Spending): Items {
  const page = db.prepare(
    `SELECT ${COLUMNS} FROM items WHERE job = ? AND state IN (SELECT value FROM json_each(?)) AND id > ? ORDER BY id LIMIT ?`,
  );
  const counts = db.prepare('SELECT state, count(*) AS items FROM items WHERE job = ? GROUP BY state');
  const answered = db.prepare(
    "UPDATE items SET state = 'answered', answer = ?, tokens = ?, reason = NULL WHERE job = ? AND custom_id = ? AND state IN ('collected', 'failed')",
  );
  const failed = db.prepare(
    "UPDATE items SET state = ?, reason = ? WHERE job = ? AND custom_id = ? AND state = 'collected'",
  );
  const update = db.prepare(
    'UPDATE items SET state = ?, reason = coalesce(?, reason), feedback_id = coalesce(?, feedback_id) WHERE id = ?',
  );
  const failAll = db.prepare("UPDATE items SET state = 'failed', reason = ? WHERE job = ? AND state = 'collected'");
  const failLine = db.prepare(
    `UPDATE items SET state = 'failed', reason = ?1 WHERE state = 'collected' AND id =
     (SELECT id FROM items WHERE job = ?2 ORDER BY id LIMIT 1 OFFSET ?3)`,
  );
  const totals = db.prepare(
    "SELECT count(*) AS answers, coalesce(sum(tokens), 0) AS tokens FROM items WHERE job = ? AND state = 'answered'",
  );
  const price = db.prepare(
    "UPDATE items SET cost_usd = ?1 * (CASE WHEN ?2 > 0 THEN tokens * 1.0 / ?2 ELSE 1.0 / ?3 END) WHERE job = ?4 AND state = 'answered'",
  );
  const cost = db.prepare('SELECT sum(cost_usd) AS usd FROM items WHERE job = ?');
  const failures = db.prepare(
    `SELECT coalesce(reason, '') AS reason, count(*) AS requests FROM items WHERE job = ? AND state = 'failed'
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`,
  );
  const forget = db.prepare("UPDATE items SET request = NULL, answer = NULL WHERE job = ? AND state = 'written'");

  return {
    ofJob: (job, states, afterId, max) => page.all<Item>(job, JSON.stringify(states), afterId, max),
    counts: (job) =>
      Object.fromEntries(
        counts
          .all<{ readonly state: ItemState; readonly items: number }>(job)
          .map(({ state, items }) => [state, items]),
      ),
    costOf: (job) => cost.get<{ readonly usd: number | null }>(job)?.usd ?? null,
    failures: (job, max) => failures.all(job, max),
    answer(job, results) {
      db.transaction(() => {
        for (const [customId, result] of results) {
          if (result.status === 'answered') answered.run(result.answer, result.tokens, job, customId);
          else failed.run(result.again ? 'collected' : 'failed', result.reason, job, customId);
        }
      });
    },
    move(items, { state, reason = null, feedbackId = null }) {
      db.transaction(() => {
        for (const { id } of items) update.run(state, reason, feedbackId, id);
      });
    },
    fail(job, reason, lines) {
      db.transaction(() => {
        if (lines === undefined) failAll.run(reason, job);
        else for (const line of lines) failLine.run(reason, job, line - 1);
      });
    },
    charge(job, rule, usd, nowMs) {
      const { answers, tokens } = totals.get<{ readonly answers: number; readonly tokens: number }>(job) ?? {
        answers: 0,
        tokens: 0,
      };
      if (usd !== null && answers > 0) price.run(usd, tokens, answers, job);
      spending.answered(rule, nowMs, answers, usd ?? 0);
    },
    forgetTexts: (job) => void forget.run(job),
  };
}
