/**
 * Run as a process of its own by crash.test.ts: `node crash-child.ts <dir> <url of Weave> feedback|rerun [<step> before|after]`.
 * A step is named as below, with `#2` for the second time that it is taken. It settles one stored request whose calls trigger both rules, works until all is done, and says so; or kills itself at the step.
 */
import { existsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Outbox } from '../../src/core/ports.ts';
import { openDiskQueue } from '../../src/queue/disk-queue.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { openTriggerStore, type TriggerStore } from '../../src/trigger/store/store.ts';
import { CALLS, createLine, JOB, range, SCORING, triggerOf } from './world.ts';

const [, , dir = '', url = '', writeBack = '', killStep = '', killWhen = ''] = process.argv;
const job = writeBack === 'rerun' ? { ...JOB, writeBack: { as: 'rerun' as const } } : JOB;
const taken = new Map<string, number>();

/** Runs a durable step, and dies right before or after it where that was asked for. */
function step<Result>(name: string, work: () => Result): Result {
  const times = (taken.get(name) ?? 0) + 1;
  taken.set(name, times);
  const isMeant = killStep === (times === 1 ? name : `${name}#${times}`);
  if (isMeant && killWhen === 'before') process.kill(process.pid, 'SIGKILL');
  const result = work();
  if (isMeant && killWhen === 'after') process.kill(process.pid, 'SIGKILL');
  return result;
}

function mortal(store: TriggerStore): TriggerStore {
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

const queue = openDiskQueue(
  { clock: systemClock, log: silentLog, counters: createCounters() },
  { dir, maxBytes: 1e8, fsync: false, onFull: 'refuse', retryAfterMs: 1000 },
);
const outbox: Outbox = { ...queue.outbox, forget: (id) => step('forget', () => queue.outbox.forget(id)) };
const store = openTriggerStore({ clock: systemClock }, { dir, fsync: false });
for (const rule of ruleSet([SCORING], [job])) store.rules.register(rule);
const line = createLine({ store: mortal(store), outbox, url, dir });
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

function isDone(): boolean {
  const scored = store.scorings.counts().every(({ state }) => state === 'sent' || state === 'scored');
  const calls = store.scorings.counts().reduce((sum, one) => sum + one.calls, 0);
  const jobs = store.jobs.list(10);
  const written = jobs.reduce((sum, { id }) => sum + (store.items.counts(id).written ?? 0), 0);
  return scored && calls === CALLS && jobs.every(({ state }) => state === 'done') && written === CALLS;
}
while (!isDone()) await systemClock.sleep(5);
writeSync(1, 'done\n');
process.exit();
