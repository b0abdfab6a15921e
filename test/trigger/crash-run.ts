import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Outbox } from '../../src/core/ports.ts';
import { openDiskQueue } from '../../src/queue/disk-queue.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { openTriggerStore, type TriggerStore } from '../../src/trigger/store/store.ts';
import { CALLS, createLine, JOB, range, SCORING, triggerOf } from './world.ts';

/** Runs a durable step of this name. */
export type Step = <Result>(name: string, work: () => Result) => Result;

export interface CrashRun {
  readonly dir: string;
  /** Of Weave. */
  readonly url: string;
  /** What becomes of the answers: `feedback` or `rerun`. */
  readonly writeBack: string;
}

/** Settles one stored request whose calls trigger both rules, and works until all is done: from the start, or from where an earlier run of it ended. */
export async function runToTheEnd({ dir, url, writeBack }: CrashRun, step: Step): Promise<void> {
  const job = writeBack === 'rerun' ? { ...JOB, writeBack: { as: 'rerun' as const } } : JOB;
  const queue = openDiskQueue(
    { clock: systemClock, log: silentLog, counters: createCounters() },
    { dir, maxBytes: 1e8, fsync: false, onFull: 'refuse', retryAfterMs: 1000 },
  );
  const outbox: Outbox = { ...queue.outbox, forget: (id) => step('forget', () => queue.outbox.forget(id)) };
  const store = openTriggerStore({ clock: systemClock }, { dir, fsync: false });
  for (const rule of ruleSet([SCORING], [job])) store.rules.register(rule);
  const line = createLine({ store: inSteps(store, step), outbox, url, dir });
  line.start();

  const body = Buffer.from('one request');
  const marker = join(dir, 'accepted');
  if (!existsSync(marker)) {
    await queue.put({ signal: 'traces', encoding: 'json', project: null, spans: CALLS, body });
    writeFileSync(marker, '');
  }
  const triggers = [SCORING, job].flatMap((rule) => range(CALLS).map((number) => triggerOf(rule, number)));
  step('settle', () => queue.settle(queue.claim(1).map(({ id }) => ({ id, dead: [], triggers }))));
  await systemClock.yield();
  await systemClock.yield();
  step('settled', () => undefined);

  while (!isDone(store)) await systemClock.sleep(5);
  await line.close();
  await queue.close();
}

function isDone(store: TriggerStore): boolean {
  const scored = store.scorings.counts().every(({ state }) => state === 'sent' || state === 'scored');
  const calls = store.scorings.counts().reduce((sum, one) => sum + one.calls, 0);
  const jobs = store.jobs.list(10);
  const written = jobs.reduce((sum, { id }) => sum + (store.items.counts(id).written ?? 0), 0);
  return scored && calls === CALLS && jobs.every(({ state }) => state === 'done') && written === CALLS;
}

function inSteps(store: TriggerStore, step: Step): TriggerStore {
  const { intake, scorings, jobs, items } = store;
  let lastState = '';
  return {
    ...store,
    intake: { ...intake, take: (...given) => step('take over', () => intake.take(...given)) },
    scorings: {
      ...scorings,
      move(of, change) {
        const [first] = of;
        return step(`scoring ${first && change(first).state}`, () => scorings.move(of, change));
      },
    },
    jobs: {
      ...jobs,
      move(id, change) {
        lastState = change.state ?? lastState;
        return step(`job ${change.state}`, () => jobs.move(id, change));
      },
    },
    items: {
      ...items,
      ofJob: (...given) => step('items read', () => items.ofJob(...given)),
      answer: (job, results) => step('answers', () => items.answer(job, results)),
      move: (of, change) => step(`item ${change.state}`, () => items.move(of, change)),
      written: (of, idOf) => step('item written', () => items.written(of, idOf)),
    },
    transaction(work) {
      const result = store.transaction(work);
      return step(`commit of ${lastState}`, () => result);
    },
  };
}
