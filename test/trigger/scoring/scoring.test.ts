import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { ScoringRule } from '../../../src/core/rule.ts';
import { openTriggerStore } from '../../../src/trigger/store/store.ts';
import {
  callIdOf,
  createLine,
  PROJECT,
  range,
  SCORER,
  scoringRule,
  startWorld,
  triggerOf,
  type World,
  writeCalls,
} from '../world.ts';

let world: World;
afterEach(() => world.close());

/** How often each call has feedback. */
function scoresByCall(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { weave_ref } of world.feedback()) counts[weave_ref] = (counts[weave_ref] ?? 0) + 1;
  return counts;
}

const once = (numbers: readonly number[]) =>
  Object.fromEntries(numbers.map((number) => [`weave:///${PROJECT}/call/${callIdOf(number)}`, 1]));

function requests(): readonly { readonly callIds: readonly string[]; readonly scorerRefs: readonly string[] }[] {
  const project = world.weave.store.projects.find(PROJECT);
  return project ? world.weave.store.scoreRequests.all(project.key) : [];
}

function states(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state, calls } of world.store.scorings.counts()) counts[state] = (counts[state] ?? 0) + calls;
  return counts;
}

describe('scoring', () => {
  it('asks once for each call, in requests of at most 100', async () => {
    const rule = scoringRule();
    world = await startWorld({ rules: [rule] });
    world.trigger(rule, ...range(250));
    await world.until(() => states()['sent'] === 250);
    expect(requests().map(({ callIds }) => callIds.length)).toEqual([100, 100, 50]);
    expect(scoresByCall()).toEqual(once(range(250)));
    expect(world.line.outcome('score', 'sent')).toBe(250);
  });

  it('asks together for what several rules want of the same call, and apart for other projects', async () => {
    const [one, two, other] = [
      scoringRule({ name: 'one' }),
      scoringRule({ name: 'two' }),
      scoringRule({ name: 'other', scorers: ['weave:///acme/shop/object/no_error:v2'] }),
    ];
    world = await startWorld({ rules: [one, two, other] });
    writeCalls(world.weave, [1]);
    world.outbox.add(
      ...[one, two, other].map((rule) => triggerOf(rule, 1)),
      triggerOf(one, 1, { project: 'acme/else' as typeof PROJECT }),
    );
    await world.until(() => states()['sent'] === 4);
    expect(requests()).toHaveLength(2);
    expect(world.feedback().map(({ runnable_ref }) => runnable_ref)).toEqual([SCORER, other.scorers[0]]);
  });

  it('triggers a call once a rule, whatever comes again', async () => {
    const rule = scoringRule();
    world = await startWorld({ rules: [rule] });
    world.trigger(rule, 1, 2, 1);
    world.trigger(rule, 2);
    await world.until(() => world.line.outcome('score', 'duplicate') === 2);
    await world.until(() => states()['sent'] === 2);
    expect(scoresByCall()).toEqual(once([1, 2]));
  });

  it('waits for its delay', async () => {
    const rule = scoringRule({ delayMs: 3_600_000 });
    world = await startWorld({ rules: [rule] });
    writeCalls(world.weave, [1, 2]);
    world.outbox.add(triggerOf(rule, 1, { acceptedAtMs: Date.now() }), triggerOf(rule, 2, { acceptedAtMs: 0 }));
    await world.until(() => states()['sent'] === 1);
    expect(states()).toEqual({ waiting: 1, sent: 1 });
    expect(scoresByCall()).toEqual(once([2]));
  });

  it('keeps to the limit of calls a day, and says so once', async () => {
    const rule = scoringRule({ limit: { callsPerDay: 3 } });
    const warnings: unknown[] = [];
    const log = { ...silentLog, warn: (...said: readonly unknown[]) => warnings.push(said) };
    world = await startWorld({ rules: [rule], limits: new Map([['score', rule.limit]]), log });
    world.trigger(rule, ...range(5));
    await world.until(() => states()['sent'] === 3);
    world.trigger(rule, 6);
    await world.until(() => world.line.outcome('score', 'over_budget') === 3);
    expect(warnings).toEqual([[expect.stringContaining('over the limit'), { rule: 'score' }]]);
  });

  it.each([
    ['429', { status: 429, retryAfter: 0 }],
    ['408', { status: 408 }],
    ['401: a person corrects the key', { status: 401, body: { detail: 'Not authenticated' } }],
  ])('asks again after %s, and each call is scored once', async (_, fault) => {
    const rule = scoringRule();
    world = await startWorld({ rules: [rule] });
    const met = world.fault({ path: '/calls/score', times: 2, ...fault });
    world.trigger(rule, 1, 2);
    await world.until(() => states()['sent'] === 2);
    expect(met.hits()).toBe(2);
    expect(scoresByCall()).toEqual(once([1, 2]));
  });

  it('waits longer each time that Weave has too much to do', async () => {
    const rule = scoringRule();
    world = await startWorld({ rules: [rule], settings: { retry: { initialMs: 1, maxMs: 3_600_000 } } });
    const met = world.fault({ path: '/calls/score', status: 429 });
    world.trigger(rule, 1);
    await world.until(() => met.hits() >= 6 && states()['waiting'] === 1);
    const [waiting] = world.store.scorings.due(Number.MAX_SAFE_INTEGER, 9);
    expect(waiting?.attempts).toBe(met.hits());
  });

  it('keeps together what it could not send together', async () => {
    const rule = scoringRule();
    world = await startWorld({ rules: [rule], settings: { retry: { initialMs: 3_600_000, maxMs: 3_600_000 } } });
    world.fault({ path: '/calls/score', status: 429 });
    world.trigger(rule, ...range(100));
    await world.until(() => (world.store.scorings.nextDue(Date.now() + 60_000) ?? 0) > 0);
    const nextMs = world.store.scorings.nextDue(Date.now() + 60_000) ?? 0;
    expect(world.store.scorings.due(nextMs, 1000)).toHaveLength(100);
  });

  it.each([
    ['400', { reason: 'Kafka producer is not set' }, 'Kafka producer is not set'],
    [
      '422',
      { detail: [{ loc: ['body', 'scorer_refs'], msg: 'Field required', type: 'missing' }] },
      'body.scorer_refs: Field required',
    ],
  ])('gives up after %s, and says what Weave said', async (status, body, said) => {
    const errors: unknown[] = [];
    const rule = scoringRule();
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (_: string, fields: unknown) => errors.push(fields),
    };
    world = await startWorld({ rules: [rule], log: log as never });
    world.fault({ path: '/calls/score', status: Number(status), body });
    world.trigger(rule, 1);
    await world.until(() => states()['failed'] === 1);
    expect(errors).toContainEqual(expect.objectContaining({ reason: expect.stringContaining(said) }));
    expect(world.line.outcome('score', 'failed')).toBe(1);
  });

  it.each([
    ['was taken', 'after-commit', 1],
    ['was not taken', 'before', 2],
  ] as const)('looks for the scores where the answer was lost and the request %s', async (_, cut, asked) => {
    const rule = scoringRule();
    world = await startWorld({ rules: [rule] });
    world.fault({ path: '/calls/score', times: 1, cut });
    world.trigger(rule, 1, 2);
    await world.until(() => (asked === 1 ? states()['scored'] === 2 : states()['sent'] === 2));
    expect(scoresByCall()).toEqual(once([1, 2]));
  });

  it('never asks a second time where the rule says at most once', async () => {
    const rule = scoringRule({ atMostOnce: true });
    world = await startWorld({ rules: [rule] });
    const met = world.fault({ path: '/calls/score', cut: 'before' });
    world.trigger(rule, 1);
    await world.until(() => states()['failed'] === 1);
    expect(met.hits()).toBe(1);
  });

  it('does not ask again after a kill, either, where the rule says at most once', async () => {
    const rule = scoringRule({ atMostOnce: true });
    world = await startWorld({ rules: [rule] });
    const met = world.fault({ path: '/calls/score', hang: true });
    world.trigger(rule, 1);
    await world.until(() => states()['sending'] === 1 && met.hits() === 1);
    await world.line.close();
    const store = openTriggerStore({ clock: systemClock }, { dir: world.dir, fsync: false });
    const line = createLine({ store, outbox: world.outbox, url: world.weave.url, dir: world.dir });
    line.start();
    const failed = () => store.scorings.counts().some(({ state }) => state === 'failed');
    await world.until(failed);
    await line.close();
    expect(met.hits()).toBe(1);
  });

  const sweep: ScoringRule['sweep'] = { afterMs: 30, times: 2 };

  it('sweeps: finds the scores that came', async () => {
    const rule = scoringRule({ sweep });
    world = await startWorld({ rules: [rule] });
    world.trigger(rule, 1, 2);
    await world.until(() => states()['scored'] === 2);
    expect(requests()).toHaveLength(1);
    expect(world.line.outcome('score', 'scored')).toBe(2);
  });

  it('sweeps: asks again for what Weave dropped, and only for that', async () => {
    const rule = scoringRule({ sweep, scorers: [SCORER, 'weave:///acme/shop/object/no_error:v1'] });
    world = await startWorld({ rules: [rule] });
    world.weave.faults.play({ scoring: 'dropped' });
    world.trigger(rule, 1);
    await world.until(() => states()['sent'] === 1);
    const project = world.weave.store.projects.ensure(PROJECT, null);
    const weave_ref = `weave:///${PROJECT}/call/${callIdOf(1)}`;
    const feedback = {
      project_id: PROJECT,
      weave_ref,
      feedback_type: 'wandb.runnable.answered',
      payload: { output: 1 },
    };
    world.weave.store.feedback.add(project.key, feedback, 'by-hand', '2026-01-01T00:00:00Z');
    world.weave.faults.play({ scoring: 'once' });
    await world.until(() => states()['scored'] === 1);
    expect(requests().map(({ scorerRefs }) => scorerRefs)).toEqual([rule.scorers, [rule.scorers[1]]]);
    expect(world.feedback()).toHaveLength(2);
  });

  it('sweeps: gives up after so many times', async () => {
    const rule = scoringRule({ sweep });
    world = await startWorld({ rules: [rule] });
    world.weave.faults.play({ scoring: 'dropped' });
    world.trigger(rule, 1);
    await world.until(() => states()['failed'] === 1);
    expect(requests()).toHaveLength(3);
  });

  it('does not ask for ever what an older Weave does not know', async () => {
    const rule = scoringRule({ sweep });
    world = await startWorld({ rules: [rule] });
    const met = world.fault({ path: '/feedback/query', status: 404 });
    world.trigger(rule, 1);
    await world.until(() => met.hits() === 1 && world.store.scorings.nextDue(0) === undefined);
    expect(states()).toEqual({ sent: 1 });
    world.fault({ path: '/calls/score', times: 1, cut: 'after-commit' });
    world.trigger(rule, 2);
    await world.until(() => states()['failed'] === 1);
    expect(requests()).toHaveLength(2);
  });

  it('sweeps: waits where Weave does not say what is there', async () => {
    const rule = scoringRule({ sweep });
    world = await startWorld({ rules: [rule] });
    const met = world.fault({ path: '/feedback/query', status: 503, times: 3 });
    world.trigger(rule, 1);
    await world.until(() => states()['scored'] === 1);
    expect(met.hits()).toBe(3);
    expect(requests()).toHaveLength(1);
  });
});
