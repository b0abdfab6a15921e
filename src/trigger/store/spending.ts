import type { Selection } from '../../core/rule.ts';
import type { Database } from './database.ts';

/** What a rule may still use up today. */
export interface Budget {
  /** Whether one more call would be beyond the limit. */
  isUsedUp(): boolean;
  /** One more call, whose answer is expected to cost what others have cost. */
  call(): void;
}

/** What each rule has used up of its daily limits. */
export interface Spending {
  /** What is left for a rule now; good for as long as nobody else notes anything for it. */
  budget(rule: string, limit: Selection['limit'], nowMs: number): Budget;
  answered(rule: string, nowMs: number, answers: number, usd: number): void;
}

export function createSpending(db: Database): Spending {
  const add = db.prepare(`
    INSERT INTO spending (rule, day, calls, answered, usd) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, answered = answered + excluded.answered, usd = usd + excluded.usd`);
  const today = db.prepare('SELECT calls, usd FROM spending WHERE rule = ? AND day = ?');
  const average = db.prepare('SELECT coalesce(sum(usd) / sum(answered), 0) AS usd FROM spending WHERE rule = ?');
  const underWay = db.prepare("SELECT count(*) AS items FROM items WHERE rule = ? AND state = 'collected'");

  return {
    budget(rule, { callsPerDay = Infinity, usdPerDay = Infinity }, nowMs) {
      const day = dayOf(nowMs);
      const used = today.get<{ readonly calls: number; readonly usd: number }>(rule, day);
      let calls = used?.calls ?? 0;
      // Answers under way have no price yet: they are counted with what answers have cost so far.
      const eachUsd = usdPerDay === Infinity ? 0 : (average.get<{ readonly usd: number }>(rule)?.usd ?? 0);
      let underWayCalls = eachUsd === 0 ? 0 : (underWay.get<{ readonly items: number }>(rule)?.items ?? 0);
      const usedUsd = used?.usd ?? 0;
      return {
        isUsedUp: () =>
          calls >= callsPerDay || (usdPerDay !== Infinity && usedUsd + eachUsd * underWayCalls >= usdPerDay),
        call() {
          calls += 1;
          underWayCalls += 1;
          add.run(rule, day, 1, 0, 0);
        },
      };
    },
    answered: (rule, nowMs, answers, usd) => void add.run(rule, dayOf(nowMs), 0, answers, usd),
  };
}

export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}
