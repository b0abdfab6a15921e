import type { Selection } from '../../core/rule.ts';
import type { Database } from './database.ts';

/** What each rule has used up of its daily limits. */
export interface Spending {
  /** Whether one more call of the rule would be beyond its limit. */
  isUsedUp(rule: string, limit: Selection['limit'], nowMs: number): boolean;
  call(rule: string, nowMs: number): void;
  answered(rule: string, nowMs: number, answers: number, usd: number): void;
}

export function createSpending(db: Database): Spending {
  const add = db.prepare(`
    INSERT INTO spending (rule, day, calls, answered, usd) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, answered = answered + excluded.answered, usd = usd + excluded.usd`);
  const today = db.prepare('SELECT calls, usd FROM spending WHERE rule = ? AND day = ?');
  const average = db.prepare('SELECT coalesce(sum(usd) / sum(answered), 0) AS usd FROM spending WHERE rule = ?');
  const underWay = db.prepare("SELECT count(*) AS items FROM items WHERE rule = ? AND state = 'collected'");

  /** Answers under way have no price yet: they are counted with what answers have cost so far. */
  function expectedUsd(rule: string): number {
    const each = average.get<{ readonly usd: number }>(rule)?.usd ?? 0;
    return each === 0 ? 0 : each * (underWay.get<{ readonly items: number }>(rule)?.items ?? 0);
  }

  return {
    isUsedUp(rule, { callsPerDay = Infinity, usdPerDay = Infinity }, nowMs) {
      if (callsPerDay === Infinity && usdPerDay === Infinity) return false;
      const used = today.get<{ readonly calls: number; readonly usd: number }>(rule, dayOf(nowMs)) ?? {
        calls: 0,
        usd: 0,
      };
      if (used.calls >= callsPerDay) return true;
      return usdPerDay !== Infinity && used.usd + expectedUsd(rule) >= usdPerDay;
    },
    call: (rule, nowMs) => void add.run(rule, dayOf(nowMs), 1, 0, 0),
    answered: (rule, nowMs, answers, usd) => void add.run(rule, dayOf(nowMs), 0, answers, usd),
  };
}

export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}
