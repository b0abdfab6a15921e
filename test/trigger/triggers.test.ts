import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import type { ScoringSender } from '../../src/trigger/scoring/scoring.ts';
import { openTriggerStore } from '../../src/trigger/store/store.ts';
import { createTriggers, type TriggersDeps } from '../../src/trigger/triggers.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeOutbox, scoringRule, temporaryDir, triggerOf, until } from './world.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const NO_SCORING: ScoringSender = { recover: () => undefined, step: () => Promise.resolve() };

function setUp(deps: Partial<TriggersDeps> = {}) {
  const place = temporaryDir();
  const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
  for (const rule of ruleSet([scoringRule()], [])) store.rules.register(rule);
  const outbox = createFakeOutbox();
  const counters = createCounters();
  const errors: string[] = [];
  const log = { ...silentLog, error: (message: string) => errors.push(message) };
  const parts = {
    outbox,
    store,
    scoring: NO_SCORING,
    jobs: null,
    limitOf: () => ({}),
    clock: systemClock,
    log,
    counters,
  };
  const triggers = createTriggers({ ...parts, ...deps }, { maxSleepMs: 5 });
  cleanups.push(place.remove, triggers.close);
  return { triggers, store, outbox, errors };
}

describe('the triggers', () => {
  it('are safe to close before they start, and twice', async () => {
    const { triggers } = setUp();
    const closed = triggers.close();
    expect(triggers.close()).toBe(closed);
    await closed;
    triggers.start();
  });

  it('leave no timer and nothing under way behind', async () => {
    const clock = createFakeClock();
    const { triggers } = setUp({ clock });
    triggers.start();
    await clock.untilWaiting(2);
    await triggers.close();
    expect(clock.waiting()).toBe(0);
  });

  it.each([
    ['has time to end', 60_000, false],
    ['is cut short when its time is over', 1, true],
    ['is cut short where there is no time', undefined, true],
  ])('what is under way at the close %s', async (_, graceMs, isCut) => {
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    let wasCut = false;
    const slow: ScoringSender = {
      recover: () => undefined,
      async step(_stop, cut) {
        begun.resolve();
        cut.addEventListener('abort', () => answer.resolve());
        await answer.promise;
        wasCut = cut.aborted;
      },
    };
    const { triggers } = setUp({ scoring: slow });
    triggers.start();
    await begun.promise;
    const closed = triggers.close(graceMs);
    if (!isCut) answer.resolve();
    await closed;
    expect(wasCut).toBe(isCut);
  });

  it('keep triggers in the outbox until the disk takes them', async () => {
    const { triggers, store, outbox, errors } = setUp({ clock: createFakeClock({ skipSleeps: true }) });
    let failures = 2;
    const { take } = store.intake;
    Object.assign(store.intake, {
      take(...given: Parameters<typeof take>) {
        if (failures-- > 0) throw new Error('disk full');
        return take(...given);
      },
    });
    outbox.add(triggerOf(scoringRule(), 1));
    triggers.start();
    await until(() => store.scorings.counts().length === 1);
    expect(errors).toEqual(Array(2).fill('Taking over triggers failed; it is tried again.'));
    expect(outbox.read(9)).toEqual([]);
  });

  it('go on with the one where the other fails', async () => {
    const failing: ScoringSender = {
      recover: () => undefined,
      step: () => Promise.reject(new Error('broken')),
    };
    const { triggers, store, outbox } = setUp({ scoring: failing, clock: createFakeClock({ skipSleeps: true }) });
    triggers.start();
    outbox.add(triggerOf(scoringRule(), 1));
    await until(() => store.scorings.counts().length === 1);
  });
});
