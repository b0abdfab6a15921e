import { closeSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Trigger } from '../../../src/core/ports.ts';
import type { JobRule, ScoringRule } from '../../../src/core/rule.ts';
import { ruleSet } from '../../../src/trigger/rule-set.ts';
import { openDatabase } from '../../../src/trigger/store/database.ts';
import { isDue } from '../../../src/trigger/store/jobs.ts';
import { openTriggerStore, type TriggerStore, triggersPath } from '../../../src/trigger/store/store.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { jobRule, range, scoringRule, temporaryDir, triggerOf } from '../world.ts';

const DAY_MS = 24 * 3_600_000;
const NOON = Date.UTC(2026, 10, 20, 12);

describe('the store of triggers', () => {
  let place: ReturnType<typeof temporaryDir>;
  let store: TriggerStore;
  beforeEach(() => {
    place = temporaryDir();
    store = open();
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  function open(...rules: readonly (ScoringRule | JobRule)[]): TriggerStore {
    const opened = openTriggerStore({ clock: createFakeClock({ dice: Math.random }) }, { dir: place.dir, fsync: true });
    const scoring = rules.filter((rule) => 'scorers' in rule);
    for (const rule of ruleSet(
      scoring,
      rules.filter((rule) => 'endpoint' in rule),
    ))
      opened.rules.register(rule);
    return opened;
  }

  it.each([
    ['random bytes', (path: string) => writeFileSync(path, Buffer.alloc(40_000, 7))],
    [
      'a page of zeros in its middle',
      (path: string) => {
        const file = openSync(path, 'r+');
        writeSync(file, Buffer.alloc(8192), 0, 8192, 4096);
        closeSync(file);
      },
    ],
  ])('sets a file aside that is damaged (%s), says so, and begins anew; who only looks leaves it', (_how, damage) => {
    store.close();
    for (const end of ['-wal', '-shm']) rmSync(triggersPath(place.dir) + end, { force: true });
    damage(triggersPath(place.dir));
    const clock = createFakeClock();
    expect(() => openTriggerStore({ clock }, { dir: place.dir, fsync: false })).toThrow('cannot be opened');
    const log = recordingLog();
    store = openTriggerStore({ clock, log }, { dir: place.dir, fsync: false });
    expect(store.jobs.list(9)).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { set_aside: expect.stringContaining('.corrupt-') } }]);
  });

  function reopen(...rules: readonly (ScoringRule | JobRule)[]): void {
    store.close();
    store = open(...rules);
  }

  const take = (triggers: readonly Trigger[], limit: ScoringRule['limit'] = {}, nowMs = NOON) =>
    store.intake.take(triggers, () => limit, nowMs);

  it('keeps what it has taken over a restart, and takes it once', () => {
    const rule = scoringRule();
    reopen(rule);
    expect(take([triggerOf(rule, 1), triggerOf(rule, 2), triggerOf(rule, 1)])).toEqual(['taken', 'taken', 'duplicate']);
    reopen(rule);
    expect(take([triggerOf(rule, 2), triggerOf(rule, 3)])).toEqual(['duplicate', 'taken']);
    expect(store.scorings.due(NOON, 10)).toHaveLength(3);
  });

  it('takes the same call again for another version of its rule, and for another project', () => {
    const [before, after] = [scoringRule(), scoringRule({ scorers: ['weave:///a/b/object/other:v1'] })];
    reopen(before, after);
    const elsewhere = { ...triggerOf(before, 1), project: 'acme/else' as Trigger['project'] };
    expect(take([triggerOf(before, 1), triggerOf(after, 1), elsewhere])).toEqual(['taken', 'taken', 'taken']);
  });

  it('takes nothing for a rule that nobody knows', () => {
    expect(take([triggerOf(scoringRule(), 1)])).toEqual(['failed']);
  });

  it('goes on with rules that the config no longer has', () => {
    const rule = scoringRule();
    reopen(rule);
    take([triggerOf(rule, 1)]);
    reopen();
    const [due] = store.scorings.due(NOON, 1);
    expect(due && store.rules.find(due.rule, due.version)).toMatchObject({ kind: 'scoring', scorers: rule.scorers });
  });

  it('counts calls by the day of UTC, over a restart', () => {
    const rule = scoringRule();
    reopen(rule);
    const limit = { callsPerDay: 2 };
    const of = (...numbers: readonly number[]) => numbers.map((number) => triggerOf(rule, number));
    expect(take(of(1, 2, 3), limit)).toEqual(['taken', 'taken', 'over_budget']);
    reopen(rule);
    expect(take(of(3), limit, NOON + DAY_MS / 2 - 1)).toEqual(['over_budget']);
    expect(take(of(3), limit, NOON + DAY_MS / 2)).toEqual(['taken']);
  });

  it('expects answers that are under way to cost what others have cost', () => {
    const rule = jobRule({ flush: { maxRequests: 2, maxBytes: 1e6, maxWaitMs: 0 } });
    reopen(rule);
    const limit = { usdPerDay: 10 };
    take([triggerOf(rule, 1), triggerOf(rule, 2)], limit);
    const answer = { status: 'answered', answer: '{}', tokens: 5 } as const;
    const ids = store.items.ofJob(1, ['collected'], 0, 9).map(({ customId }) => customId);
    store.items.answer(1, new Map(ids.map((id) => [id, answer])));
    store.items.charge(1, rule.name, 6, NOON);
    // 6 are spent, and each answer cost 3: there is room for two more.
    expect(
      take(
        range(3, 3).map((number) => triggerOf(rule, number)),
        limit,
      ),
    ).toEqual(['taken', 'taken', 'over_budget']);
  });

  it('remembers so many calls that are done with, and forgets the oldest', () => {
    const [score, judge] = [scoringRule(), jobRule({ name: 'judge' })];
    reopen(score, judge);
    const few = openTriggerStore({ clock: createFakeClock() }, { dir: place.dir, fsync: false, maxDone: 3 });
    const all = [score, judge].flatMap((rule) => range(9).map((number) => triggerOf(rule, number)));
    few.intake.take(all, () => ({}), NOON);
    const [waiting, sending, ...others] = few.scorings.due(NOON, 99);
    few.scorings.move(others, () => ({ state: 'sent', dueAtMs: null }));
    few.scorings.move(sending ? [sending] : [], () => ({ state: 'sending', dueAtMs: null }));
    few.items.written(few.items.ofJob(1, ['collected'], 1, 99), () => 'f');
    few.trim();
    expect(few.scorings.counts().map(({ state, calls }) => [state, calls])).toEqual([
      ['sending', 1],
      ['sent', 3],
      ['waiting', 1],
    ]);
    expect(few.items.counts(1)).toEqual({ collected: 1, written: 3 });
    expect(waiting?.callId).toBe(triggerOf(score, 1).callId);
    expect(few.intake.take([triggerOf(score, 3), triggerOf(score, 9)], () => ({}), NOON)).toEqual([
      'taken',
      'duplicate',
    ]);
    few.close();
  });

  it('takes no more requests than there may be of jobs that have not ended', () => {
    const rule = jobRule({ flush: { maxRequests: 9, maxBytes: 1e6, maxWaitMs: DAY_MS } });
    reopen(rule, scoringRule());
    const size = (count: number) => store.jobs.list(9).reduce((sum, { bytes }) => sum + bytes, 0) / count;
    take([triggerOf(rule, 1)]);
    const small = openTriggerStore(
      { clock: createFakeClock() },
      { dir: place.dir, fsync: false, maxBytes: 3 * size(1) + 2 },
    );
    const more = [2, 3, 4].map((number) => triggerOf(rule, number));
    const takeMore = () => small.intake.take([...more, triggerOf(scoringRule(), 1)], () => ({}), NOON);
    expect(takeMore()).toEqual(['taken', 'taken', 'over_budget', 'taken']);
    expect(takeMore()).toEqual(['duplicate', 'duplicate', 'over_budget', 'duplicate']);
    small.jobs.move(1, { state: 'done' });
    expect(takeMore()).toEqual(['duplicate', 'duplicate', 'taken', 'duplicate']);
    small.close();
  });

  it('takes no more calls than may wait to be scored', () => {
    const [rule, judge] = [scoringRule(), jobRule({ name: 'judge' })];
    reopen(rule, judge);
    const small = openTriggerStore({ clock: createFakeClock() }, { dir: place.dir, fsync: false, maxWaiting: 2 });
    const takeAll = () =>
      small.intake.take([...[1, 2, 3].map((number) => triggerOf(rule, number)), triggerOf(judge, 1)], () => ({}), NOON);
    expect(takeAll()).toEqual(['taken', 'taken', 'over_budget', 'taken']);
    expect(takeAll()).toEqual(['duplicate', 'duplicate', 'over_budget', 'duplicate']);
    small.scorings.move(small.scorings.due(NOON, 1), () => ({ state: 'sent', dueAtMs: null }));
    expect(takeAll()).toEqual(['duplicate', 'duplicate', 'taken', 'duplicate']);
    small.close();
  });

  it('puts nothing more into a job that is to be called off', () => {
    const rule = jobRule({ flush: { maxRequests: 9, maxBytes: 1e6, maxWaitMs: DAY_MS } });
    reopen(rule);
    take([triggerOf(rule, 1)]);
    store.jobs.move(1, { cancel: 'asked' });
    take([triggerOf(rule, 2), triggerOf(rule, 3)]);
    expect(store.jobs.list(9).map(({ id, requests }) => [id, requests])).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it('takes a job for due where the clock was set back, and no other', () => {
    const rule = jobRule({ flush: { maxRequests: 2, maxBytes: 1e6, maxWaitMs: 7 * DAY_MS } });
    reopen(rule);
    take(range(5).map((number) => triggerOf(rule, number)));
    // Two are sealed, and one collects for a week.
    store.jobs.move(1, { state: 'submitted', dueAtMs: NOON + 60_000 });
    store.jobs.move(2, { state: 'held', dueAtMs: null });
    const due = (nowMs: number) => store.jobs.due(nowMs).map(({ id }) => id);
    expect(due(NOON)).toEqual([]);
    expect(due(NOON - DAY_MS)).toEqual([]);
    expect(due(NOON - 2 * DAY_MS)).toEqual([1, 3]);
    expect(due(NOON + 60_000)).toEqual([1]);
    for (const nowMs of [NOON, NOON - DAY_MS, NOON - 2 * DAY_MS, NOON + 60_000]) {
      const ids = store.jobs.list(9).filter((job) => isDue(job, nowMs));
      expect(ids.map(({ id }) => id).toSorted()).toEqual(due(nowMs));
    }
  });

  it('puts into a job what fits, and names each request within it once', () => {
    const rule = jobRule({ flush: { maxRequests: 3, maxBytes: 1e6, maxWaitMs: 60_000 } });
    reopen(rule);
    take(range(7).map((number) => triggerOf(rule, number)));
    expect(store.jobs.list(9).map(({ state, requests }) => [state, requests])).toEqual([
      ['collecting', 1],
      ['sealed', 3],
      ['sealed', 3],
    ]);
    expect(new Set(store.jobs.list(9).map(({ submission }) => submission)).size).toBe(3);
    const ids = store.items.ofJob(1, ['collected'], 0, 9).map(({ customId }) => customId);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[\w-]{1,64}$/);
  });

  it('writes all of a transaction or nothing, also of those within it', () => {
    const rule = scoringRule();
    reopen(rule);
    const fail = () =>
      store.transaction(() => {
        take([triggerOf(rule, 1)]);
        throw new Error('no');
      });
    expect(fail).toThrow('no');
    expect(store.scorings.due(NOON, 9)).toEqual([]);
    expect(take([triggerOf(rule, 1)])).toEqual(['taken']);
  });

  it('keeps the first answer of an item, whatever else is said about it', () => {
    const rule = jobRule();
    reopen(rule);
    take([triggerOf(rule, 1)]);
    const [item] = store.items.ofJob(1, ['collected'], 0, 1);
    const say = (result: Parameters<typeof store.items.answer>[1] extends ReadonlyMap<string, infer R> ? R : never) =>
      store.items.answer(1, new Map([[item?.customId ?? '', result]]));
    say({ status: 'failed', reason: 'no', again: false });
    say({ status: 'answered', answer: '"first"', tokens: 1 });
    say({ status: 'answered', answer: '"second"', tokens: 1 });
    say({ status: 'failed', reason: 'late', again: false });
    expect(store.items.ofJob(1, ['answered'], 0, 9)).toEqual([
      expect.objectContaining({ answer: '"first"', reason: null }),
    ]);
  });

  it('forgets what was done a month ago, and nothing that is not done', () => {
    const [scoring, job] = [scoringRule(), jobRule()];
    reopen(scoring, job);
    take([triggerOf(scoring, 1), triggerOf(scoring, 2), triggerOf(job, 1)]);
    const [first] = store.scorings.due(NOON, 1);
    if (first) store.scorings.move([first], () => ({ state: 'sent', dueAtMs: null }));
    store.purge(NOON + 29 * DAY_MS);
    expect(take([triggerOf(scoring, 1)])).toEqual(['duplicate']);
    store.purge(NOON + 31 * DAY_MS);
    expect(take([triggerOf(scoring, 1), triggerOf(scoring, 2), triggerOf(job, 1)])).toEqual([
      'taken',
      'duplicate',
      'duplicate',
    ]);
  });

  it('is for its owner alone', () => {
    expect(statSync(triggersPath(place.dir)).mode & 0o077).toBe(0);
  });

  it('is not opened where a newer version wrote it', () => {
    store.close();
    const db = openDatabase(triggersPath(place.dir));
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'QUEUE_NEWER' }));
    const again = openDatabase(triggersPath(place.dir));
    again.exec('PRAGMA user_version = 1');
    again.close();
    store = open();
  });
});
