import { hash } from 'node:crypto';
import type { Trigger } from '../../core/ports.ts';
import type { Selection } from '../../core/rule.ts';
import type { Database } from './database.ts';
import type { Item } from './items.ts';
import type { JobSettings, Rules, ScoringSettings } from './rules.ts';
import type { Budget, Spending } from './spending.ts';

/** What a line of the input file holds beside the body of its request: braces, keys, method, and the URL. */
export const LINE_OVERHEAD_BYTES = 128;

/** `failed`: nobody knows the rule any more, as when the triggers' file was removed and the queue's was not. */
export type Taken = 'taken' | 'duplicate' | 'over_budget' | 'failed';

export interface Intake {
  /** Takes triggers over, all in one transaction; answers for each what became of it. */
  take(triggers: readonly Trigger[], limitOf: (rule: string) => Selection['limit'], nowMs: number): readonly Taken[];
  /** Puts items that got no answer into the job that is being collected now. */
  again(items: readonly Item[], settings: JobSettings, nowMs: number): void;
}

export interface IntakeDeps {
  readonly db: Database;
  readonly rules: Rules;
  readonly spending: Spending;
  /** Makes the name of a new submission, which no other ever had. */
  readonly newSubmission: () => string;
  /** Requests of jobs that have not ended may take so many bytes. */
  readonly maxBytes: number;
  /** So many calls may wait to be scored, or for their scores. */
  readonly maxWaiting: number;
}

type RequestOfRule = Pick<Trigger, 'rule' | 'version' | 'request'>;

interface Collecting {
  readonly id: number;
  readonly requests: number;
  readonly bytes: number;
}

export function createIntake({ db, rules, spending, newSubmission, maxBytes, maxWaiting }: IntakeDeps): Intake {
  const key = 'project = ? AND call_id = ? AND rule = ? AND version = ?';
  const findScoring = db.prepare(`SELECT 1 FROM scorings WHERE ${key}`);
  const findItem = db.prepare(`SELECT 1 FROM items WHERE ${key}`);
  const addScoring = db.prepare(
    `INSERT INTO scorings (project, call_id, rule, version, taken_at, scorers, state, due_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)`,
  );
  const addItem = db.prepare(
    `INSERT INTO items (project, call_id, trace_id, rule, version, taken_at, custom_id, request, job, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'collected')`,
  );
  const collecting = db.prepare(
    // One that is to be called off takes no more: it would take them with it.
    "SELECT id, requests, bytes FROM jobs WHERE rule = ? AND version = ? AND state = 'collecting' AND cancel IS NULL",
  );
  const newJob = db.prepare(
    "INSERT INTO jobs (submission, rule, version, state, created_at, due_at) VALUES (?, ?, ?, 'collecting', ?, ?)",
  );
  const openBytes = db.prepare(
    "SELECT coalesce(sum(bytes), 0) AS bytes FROM jobs WHERE state NOT IN ('done', 'cancelled')",
  );
  const waiting = db.prepare('SELECT count(*) AS calls FROM (SELECT 1 FROM scorings WHERE due_at IS NOT NULL LIMIT ?)');
  const moveItem = db.prepare('UPDATE items SET job = ?, attempts = attempts + 1 WHERE id = ?');
  const grow = db.prepare('UPDATE jobs SET requests = requests + 1, bytes = bytes + ? WHERE id = ?');
  const seal = db.prepare("UPDATE jobs SET state = 'sealed', due_at = ? WHERE id = ?");

  function scoring(trigger: Trigger, settings: ScoringSettings, nowMs: number): void {
    const { project, callId, rule, version, acceptedAtMs } = trigger;
    const scorers = JSON.stringify(settings.scorers);
    addScoring.run(project, callId, rule, version, nowMs, scorers, acceptedAtMs + settings.delayMs);
  }

  function item(trigger: Trigger, settings: JobSettings, nowMs: number): void {
    const { project, callId, traceId, rule, version, request } = trigger;
    const job = placeInJob(trigger, settings, nowMs);
    addItem.run(project, callId, traceId, rule, version, nowMs, customId(trigger), request, job);
  }

  /** Makes room for a request in the job that is being collected, or in a new one; answers its id. */
  function placeInJob(request: RequestOfRule, { flush, endpoint }: JobSettings, nowMs: number): number {
    const bytes = bytesOf(request, endpoint);
    const job = jobWithRoom(request, flush, bytes, nowMs);
    grow.run(bytes, job.id);
    if (job.requests + 1 >= flush.maxRequests) seal.run(nowMs, job.id);
    return job.id;
  }

  const bytesOf = ({ request }: Pick<Trigger, 'request'>, endpoint: string) =>
    Buffer.byteLength(request ?? '') + endpoint.length + LINE_OVERHEAD_BYTES;

  function jobWithRoom(
    { rule, version }: RequestOfRule,
    { maxBytes, maxWaitMs }: JobSettings['flush'],
    bytes: number,
    nowMs: number,
  ): Collecting {
    const open = collecting.get<Collecting>(rule, version);
    if (open && open.bytes + bytes <= maxBytes) return open;
    if (open) seal.run(nowMs, open.id);
    const { id } = newJob.run(newSubmission(), rule, version, nowMs, nowMs + maxWaitMs);
    return { id, requests: 0, bytes: 0 };
  }

  return {
    take(triggers, limitOf, nowMs) {
      // Worked out once for all of them: to count what is under way takes as long as there is much of it.
      const budgets = new Map<string, Budget>();
      const budgetOf = (rule: string) => {
        const budget = budgets.get(rule) ?? spending.budget(rule, limitOf(rule), nowMs);
        budgets.set(rule, budget);
        return budget;
      };
      let freeBytes = maxBytes - (openBytes.get<{ readonly bytes: number }>()?.bytes ?? 0);
      let freePlaces = maxWaiting - (waiting.get<{ readonly calls: number }>(maxWaiting)?.calls ?? 0);
      return db.transaction(() =>
        triggers.map((trigger): Taken => {
          const { project, callId, rule, version } = trigger;
          const settings = rules.find(rule, version);
          if (!settings) return 'failed';
          const known = settings.kind === 'scoring' ? findScoring : findItem;
          if (known.get(project, callId, rule, version)) return 'duplicate';
          const budget = budgetOf(rule);
          const [bytes, places] = settings.kind === 'job' ? [bytesOf(trigger, settings.endpoint), 0] : [0, 1];
          if (budget.isUsedUp() || bytes > freeBytes || places > freePlaces) return 'over_budget';
          budget.call();
          freeBytes -= bytes;
          freePlaces -= places;
          if (settings.kind === 'scoring') scoring(trigger, settings, nowMs);
          else item(trigger, settings, nowMs);
          return 'taken';
        }),
      );
    },
    again(items, settings, nowMs) {
      db.transaction(() => {
        for (const one of items) moveItem.run(placeInJob(one, settings, nowMs), one.id);
      });
    },
  };
}

/** Names the request within its batch: letters that every provider takes, at most 64, and never the same for two calls of a rule. */
function customId({ project, callId, rule, version }: Trigger): string {
  return `${callId}-${hash('sha256', `${project} ${rule} ${version}`, 'hex').slice(0, 8)}`;
}
