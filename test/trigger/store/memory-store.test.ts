import { describe, expect, it } from '@jest/globals';
import { ruleSet } from '../../../src/trigger/rule-set.ts';
import { createMemoryOutbox, createMemoryStore, MAX_WAITING } from '../../../src/trigger/store/memory-store.ts';
import { range, scoringRule, triggerOf } from '../world.ts';

const RULE = scoringRule({ delayMs: 1000 });
const DAY_MS = 24 * 3_600_000;
const noLimit = () => ({});

const open = () => createMemoryStore(ruleSet([RULE], []));
const trigger = (number: number) => triggerOf(RULE, number);

describe('the store in memory', () => {
  it('holds calls until they are due, each once a rule', () => {
    const store = open();
    expect(store.intake.take([trigger(1), trigger(2), trigger(1)], noLimit, 0)).toEqual([
      'taken',
      'taken',
      'duplicate',
    ]);
    expect(store.scorings.due(999, 9)).toEqual([]);
    expect(store.scorings.nextDue(0)).toBe(1000);
    expect(store.scorings.due(1000, 1)).toEqual([expect.objectContaining({ callId: trigger(1).callId, attempts: 0 })]);
    store.scorings.hurry(500);
    expect(store.scorings.due(500, 9)).toHaveLength(2);
  });

  it('forgets what is done with, but not that it was', () => {
    const store = open();
    store.intake.take([trigger(1)], noLimit, 0);
    const due = store.scorings.due(1000, 9);
    store.scorings.move(due, ({ attempts }) => ({ state: 'sending', dueAtMs: null, attempts: attempts + 1 }));
    expect([store.open(), store.scorings.due(5000, 9)]).toEqual([1, []]);
    store.scorings.move(due, () => ({ state: 'waiting', dueAtMs: 3000, reason: 'busy' }));
    expect(store.scorings.due(3000, 9)).toHaveLength(1);
    store.scorings.move(due, () => ({ state: 'sent', dueAtMs: null }));
    expect([store.open(), store.scorings.nextDue(0)]).toEqual([0, undefined]);
    expect(store.intake.take([trigger(1)], noLimit, 0)).toEqual(['duplicate']);
  });

  it('keeps to the limit of calls a day', () => {
    const store = open();
    const limit = () => ({ callsPerDay: 1 });
    expect(store.intake.take([trigger(1), trigger(2)], limit, 0)).toEqual(['taken', 'over_budget']);
    expect(store.intake.take([trigger(2)], limit, DAY_MS)).toEqual(['taken']);
  });

  it('is bounded, and knows no rules but its own', () => {
    const store = open();
    store.intake.take(range(MAX_WAITING).map(trigger), noLimit, 0);
    expect(store.intake.take([trigger(MAX_WAITING + 1)], noLimit, 0)).toEqual(['over_budget']);
    expect(store.intake.take([{ ...trigger(1), rule: 'other' }], noLimit, 0)).toEqual(['failed']);
    expect(store.open()).toBe(MAX_WAITING);
  });
});

describe('the outbox in memory', () => {
  it('hands on triggers in their order, and wakes who waits for them', async () => {
    const outbox = createMemoryOutbox();
    const stop = new AbortController();
    const woken = outbox.ready(stop.signal);
    outbox.add([trigger(1), trigger(2)]);
    await woken;
    const [first] = outbox.read(1);
    outbox.forget(first?.id ?? 0);
    expect(outbox.read(9).map(({ callId }) => callId)).toEqual([trigger(2).callId]);
    outbox.forget(99);
    expect(outbox.size()).toBe(0);
    const stopped = outbox.ready(stop.signal);
    stop.abort();
    await stopped;
  });
});
