import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import type { JobChange } from '../../src/trigger/store/jobs.ts';
import { openTriggerStore } from '../../src/trigger/store/store.ts';
import { jobRule, range, temporaryDir, triggerOf } from '../trigger/world.ts';
import { runInProcess } from './in-process.ts';

const RULE = jobRule({ flush: { maxRequests: 3, maxBytes: 1e6, maxWaitMs: 3_600_000 } });

let place: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  place = temporaryDir();
  const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
  for (const rule of ruleSet([], [RULE])) store.rules.register(rule);
  store.intake.take(
    range(7).map((number) => triggerOf(RULE, number)),
    () => ({}),
    systemClock.now(),
  );
  const batch = { id: 'batch-1', status: 'in_progress', request_counts: { total: 3, completed: 1, failed: 1 } };
  store.jobs.move(1, { state: 'submitted', batchId: 'batch-1', batch: JSON.stringify(batch) });
  store.jobs.move(2, { state: 'held', dueAtMs: null, reason: 'HTTP 422: no \u001b[31mjob' });
  store.close();
});
afterEach(() => place.remove());

const jobs = (...args: readonly string[]) => runInProcess(['jobs', ...args, '--queue-dir', place.dir]);

function move(id: number, change: JobChange): void {
  const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
  store.jobs.move(id, change);
  store.close();
}

function stateOf(id: number) {
  const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
  const job = store.jobs.get(id);
  store.close();
  return (
    job && { state: job.state, cancel: job.cancel, isDue: job.dueAtMs !== null && job.dueAtMs <= systemClock.now() }
  );
}

describe('otel-weave jobs', () => {
  it('lists jobs, the newest first, with how far each is', async () => {
    const { code, stdout } = await jobs('list');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['JOB', 'RULE', 'STATE', 'PROGRESS', 'FAILED', 'COST', 'AGE', 'BATCH'],
      ['3', 'judge', 'collecting', '1 request', '0', '0s'],
      ['2', 'judge', 'held', '3 requests', '0', '0s'],
      ['1', 'judge', 'submitted', '2 of 3 answered', '0', '0s', 'batch-1'],
      [''],
    ]);
  });

  it('lists first what has not ended, however old it is, and says how many more there are', async () => {
    const store = openTriggerStore({ clock: systemClock }, { dir: place.dir, fsync: false });
    store.intake.take(
      range(3 * 120, 100).map((number) => triggerOf(RULE, number)),
      () => ({}),
      systemClock.now(),
    );
    for (const { id } of store.jobs.list(999)) if (id > 3) store.jobs.move(id, { state: 'done', dueAtMs: null });
    store.close();
    const lines = (await jobs('list')).stdout.trim().split('\n');
    expect(lines.slice(1, 5).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['3', 'judge', 'sealed'],
      ['2', 'judge', 'held'],
      ['1', 'judge', 'submitted'],
      ['123', 'judge', 'done'],
    ]);
    expect([lines.length, lines.at(-1)]).toEqual([102, '… and 23 more.']);
  });

  it('shows one, and why it does not go on, with nothing that moves a cursor', async () => {
    const { stdout } = await jobs('show', '2');
    expect(stdout).toContain('state     held\n');
    expect(stdout).toContain('why       HTTP 422: no \\x1b[31mjob\n');
    expect(stdout).toContain('items     3 collected\n');
  });

  it('lets one go on whose batch may exist: it is looked for, and made anew only when told', async () => {
    move(2, { intendedAtMs: 1 });
    expect((await jobs('resume', '2')).stdout).toContain('its batch may exist');
    expect(stateOf(2)).toEqual({ state: 'creating', cancel: null, isDue: true });
    move(2, { state: 'held' });
    expect((await jobs('resume', '2', '--anew')).stdout).toBe('Job 2 goes on: its file is uploaded again.\n');
    expect(stateOf(2)).toEqual({ state: 'sealed', cancel: null, isDue: true });
  });

  it('lets a held one go on', async () => {
    expect((await jobs('resume', '2')).stdout).toBe('Job 2 goes on: its file is uploaded again.\n');
    expect(stateOf(2)).toEqual({ state: 'sealed', cancel: null, isDue: true });
  });

  it.each([
    [1, 'The provider is asked to cancel job 1; what it has answered by then is kept.\n'],
    [3, 'Job 3 is called off.\n'],
  ])('cancels job %d', async (id, said) => {
    expect((await jobs('cancel', String(id))).stdout).toBe(said);
    expect(stateOf(id)).toMatchObject({ cancel: 'asked', isDue: true });
  });

  it.each([
    [['show', '9'], 1, 'There is no job 9.'],
    [['resume', '1'], 1, 'Job 1 is submitted: there is nothing to resume.'],
    [['show'], 2, 'which job? otel-weave jobs show <id>'],
    [['show', 'x'], 2, 'which job?'],
    [['burn', '1'], 2, "'burn' is invalid"],
  ])('says what is wrong with %j', async (args, code, said) => {
    const ran = await jobs(...args);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(said);
  });

  it('says so where there never were any', async () => {
    const { code, stderr } = await runInProcess(['jobs', 'list', '--queue-dir', `${place.dir}/else`]);
    expect([code, stderr.split('\n')[0]]).toEqual([1, `There are no jobs in ${place.dir}/else.`]);
  });
});
