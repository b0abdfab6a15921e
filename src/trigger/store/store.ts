import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { BridgeError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { makeDir } from '../../core/make-dir.ts';
import { DAMAGED, setAside } from '../../core/set-aside.ts';
import { type Database, openDatabase } from './database.ts';
import { createIntake, type Intake } from './intake.ts';
import { createItems, type Items } from './items.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createRules, type Rules } from './rules.ts';
import { prepareSchema } from './schema.ts';
import { createScorings, type Scorings } from './scorings.ts';
import { createSpending } from './spending.ts';

/** For so long a call that was dealt with does not trigger the same rule again. */
const KEEP_DONE_MS = 30 * 24 * 3_600_000;
/** So many are remembered, of scoring rules and of jobs each, at some 250 bytes; and so many forgotten at once. */
const MAX_DONE = 1_000_000;
const TRIMMED_AT_ONCE = 2000;
/** For which so many are looked at, the oldest. */
const LOOKED_AT = 100_000;
/** Calls that wait to be scored, or for their scores. */
const MAX_WAITING = 1_000_000;

/** Everything that triggers have come to, on disk. Throws what SQLite says. */
export interface TriggerStore {
  readonly rules: Rules;
  readonly intake: Intake;
  readonly scorings: Scorings;
  readonly jobs: Jobs;
  readonly items: Items;
  /** All or nothing of what `work` writes. */
  transaction<Result>(work: () => Result): Result;
  /** Forgets what was done with long ago. */
  purge(nowMs: number): void;
  /** Forgets some of what has been done with since, where that is too much to remember. */
  trim(): void;
  close(): void;
}

/** As much of it as scoring needs. */
export interface ScoringStore extends Pick<TriggerStore, 'purge' | 'trim' | 'close'> {
  readonly rules: Pick<Rules, 'find'>;
  readonly intake: Pick<Intake, 'take'>;
  readonly scorings: Omit<Scorings, 'counts'>;
}

export interface StoreSettings {
  /** The queue's directory, of which the bridge has the lock. */
  readonly dir: string;
  readonly fsync: boolean;
  /** Requests of jobs that have not ended may take so many bytes; without it any number. */
  readonly maxBytes?: number;
  readonly maxWaiting?: number;
  readonly maxDone?: number;
}

export const triggersPath = (dir: string) => join(dir, 'triggers.db');

export interface StoreDeps {
  readonly clock: Clock;
  /** Given by the bridge itself: a damaged file is set aside, loudly, and an empty one begun. Others only look at it. */
  readonly log?: Log;
}

/** Throws QUEUE_UNREADABLE or QUEUE_NEWER. */
export function openTriggerStore(deps: StoreDeps, settings: StoreSettings): TriggerStore {
  const { clock } = deps;
  const { dir, fsync, maxBytes = Infinity, maxWaiting = MAX_WAITING, maxDone = MAX_DONE } = settings;
  const db = open(deps, dir, fsync);
  const rules = createRules(db);
  const spending = createSpending(db);
  const newSubmission = () =>
    `${clock.now().toString(36)}-${Math.floor(clock.random() * 2 ** 40)
      .toString(36)
      .padStart(8, '0')}`;
  const old = [
    db.prepare('DELETE FROM scorings WHERE due_at IS NULL AND taken_at < ?'),
    db.prepare("DELETE FROM items WHERE state IN ('written', 'failed') AND taken_at < ?"),
    db.prepare("DELETE FROM jobs WHERE state IN ('done', 'cancelled') AND created_at < ?"),
  ];
  // Rows are numbered in the order in which they came. Those that are not done with keep no others for long.
  const surplus = (table: string, isDone: string) =>
    db.prepare(`DELETE FROM ${table} WHERE id IN (SELECT id FROM (
      SELECT id, ${isDone} AS done FROM ${table} WHERE id <= (SELECT max(id) FROM ${table}) - ? ORDER BY id LIMIT ${LOOKED_AT})
      WHERE done LIMIT ${TRIMMED_AT_ONCE})`);
  const tooMany = [
    surplus('scorings', "due_at IS NULL AND state <> 'sending'"),
    surplus('items', "state IN ('written', 'failed')"),
  ];
  return {
    rules,
    intake: createIntake({ db, rules, spending, newSubmission, maxBytes, maxWaiting }),
    scorings: createScorings(db),
    jobs: createJobs(db),
    items: createItems(db, spending),
    transaction: (work) => db.transaction(work),
    purge: (nowMs) => db.transaction(() => old.forEach((statement) => void statement.run(nowMs - KEEP_DONE_MS))),
    trim: () => db.transaction(() => tooMany.forEach((statement) => void statement.run(maxDone))),
    close: () => db.close(),
  };
}

function open({ clock, log }: StoreDeps, dir: string, fsync: boolean): Database {
  const path = triggersPath(dir);
  let db: Database | undefined;
  try {
    makeDir(dir);
    // It holds prompts and answers: for its owner alone. SQLite gives its own files beside it the same mode.
    closeSync(openSync(path, 'a', 0o600));
    db = openDatabase(path);
    prepareSchema(db, path, fsync);
    return db;
  } catch (thrown) {
    db?.close();
    if (thrown instanceof BridgeError) throw thrown;
    if (log && isDamaged(thrown)) {
      log.error('What rules had begun was damaged: it was set aside, and is not gone on with.', {
        error: messageOf(thrown),
        set_aside: setAside(path, clock.now()),
      });
      return open({ clock }, dir, fsync);
    }
    throw new BridgeError('QUEUE_UNREADABLE', `The triggers ${path} cannot be opened: ${messageOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

function isDamaged(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' && thrown !== null && 'errcode' in thrown && DAMAGED.has(Number(thrown.errcode) & 0xff)
  );
}
