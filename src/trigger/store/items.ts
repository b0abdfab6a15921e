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

/** Characters of requests and answers that are read at once, whatever the caller asks for. */
export const MAX_PAGE_CHARS = 16 * 1024 * 1024;

export interface Items {
  /** Those of a job in the order of the lines of its file, at least one if there is any. `afterId`: the last one of the page before. */
  ofJob(job: number, states: readonly ItemState[], afterId: number, max: number): readonly Item[];
  /** How many there are of each state. */
  counts(job: number): Readonly<Partial<Record<ItemState, number>>>;
  /** How many answers it has brought, and their tokens together. */
  answered(job: number): { readonly answers: number; readonly tokens: number };
  /** Why items of the job failed, the most common reason first. */
  failures(job: number, max: number): readonly { readonly reason: string; readonly requests: number }[];
  /** Notes the results of lines in one transaction. The first answer of an item counts, whatever else is said about it. */
  answer(job: number, results: ReadonlyMap<string, LineResult>): void;
  move(items: readonly Item[], change: { readonly state: ItemState; readonly reason?: string }): void;
  /** Written back: their requests and answers are needed no longer. */
  written(items: readonly Item[], feedbackIdOf: (item: Item) => string): void;
  /** Fails what has no answer yet. */
  fail(job: number, reason: string): void;
  /** Fails the items of these lines of the file, counted from 1, where they have no answer yet. */
  failLines(job: number, reasons: ReadonlyMap<number, string>): void;
  /** Notes what the batch has cost as spent. */
  charge(job: number, rule: string, usd: number | null, nowMs: number): void;
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
  const update = db.prepare('UPDATE items SET state = ?, reason = coalesce(?, reason) WHERE id = ?');
  const failAll = db.prepare("UPDATE items SET state = 'failed', reason = ? WHERE job = ? AND state = 'collected'");
  const ids = db.prepare('SELECT id FROM items WHERE job = ? ORDER BY id');
  const failOne = db.prepare("UPDATE items SET state = 'failed', reason = ? WHERE state = 'collected' AND id = ?");
  const written = db.prepare(
    "UPDATE items SET state = 'written', feedback_id = ?, cost_usd = ?, request = NULL, answer = NULL WHERE id = ?",
  );
  const totals = db.prepare(
    'SELECT count(tokens) AS answers, coalesce(sum(tokens), 0) AS tokens FROM items WHERE job = ?',
  );
  const failures = db.prepare(
    `SELECT coalesce(reason, '') AS reason, count(*) AS requests FROM items WHERE job = ? AND state = 'failed'
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`,
  );

  const answeredOf = (job: number) =>
    totals.get<{ readonly answers: number; readonly tokens: number }>(job) ?? { answers: 0, tokens: 0 };

  return {
    ofJob(job, states, afterId, max) {
      const items: Item[] = [];
      let chars = 0;
      for (const item of page.each<Item>(job, JSON.stringify(states), afterId, max)) {
        chars += (item.request?.length ?? 0) + (item.answer?.length ?? 0);
        if (items.length > 0 && chars > MAX_PAGE_CHARS) break;
        items.push(item);
      }
      return items;
    },
    counts: (job) =>
      Object.fromEntries(
        counts
          .all<{ readonly state: ItemState; readonly items: number }>(job)
          .map(({ state, items }) => [state, items]),
      ),
    answered: answeredOf,
    failures: (job, max) => failures.all(job, max),
    answer(job, results) {
      db.transaction(() => {
        for (const [customId, result] of results) {
          if (result.status === 'answered') answered.run(result.answer, result.tokens, job, customId);
          else failed.run(result.again ? 'collected' : 'failed', result.reason, job, customId);
        }
      });
    },
    move(items, { state, reason = null }) {
      db.transaction(() => {
        for (const { id } of items) update.run(state, reason, id);
      });
    },
    written(items, feedbackIdOf) {
      db.transaction(() => {
        for (const item of items) written.run(feedbackIdOf(item), item.costUsd, item.id);
      });
    },
    fail: (job, reason) => void failAll.run(reason, job),
    failLines(job, reasons) {
      db.transaction(() => {
        for (const [at, { id }] of ids.all<{ readonly id: number }>(job).entries()) {
          const reason = reasons.get(at + 1);
          if (reason !== undefined) failOne.run(reason, id);
        }
      });
    },
    charge(job, rule, usd, nowMs) {
      spending.answered(rule, nowMs, answeredOf(job).answers, usd ?? 0);
    },
  };
}
