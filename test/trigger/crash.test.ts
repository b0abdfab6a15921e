import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import type { BehaviourChange, FaultRule } from '../../src/local/faults.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { runToTheEnd } from './crash-run.ts';
import { CALLS, callIdOf, feedbackOf, PROJECT, range, temporaryDir, writeCalls } from './world.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));

/** Every durable step, in its order. The commits are those of steps that write several things at once. */
const STEPS = [
  'settle',
  'settled',
  'take over',
  'forget',
  'scoring sending',
  'scoring sent',
  'job sealed',
  'items read',
  'job uploaded',
  'job creating',
  'job submitted',
  'job ended',
  'answers',
  'job ingested',
  'commit of ingested',
  'item writing',
  'item written',
  'item written#3',
  'job done',
];

interface Scenario {
  readonly what: string;
  readonly steps: readonly string[];
  /** How many batches there are in the end. */
  readonly batches: number;
  readonly behaviour?: BehaviourChange;
  /** Of the first process. */
  readonly fault?: FaultRule;
  /** What becomes of the answers; else feedback. */
  readonly writeBack?: 'rerun';
}

const SCENARIOS: readonly Scenario[] = [
  { what: 'all goes well', steps: STEPS, batches: 1 },
  {
    what: 'the first batch expires, and what it leaves goes into a second',
    steps: ['answers', 'answers#2', 'job ingested', 'commit of ingested'],
    batches: 2,
    behaviour: { batches: 'expire' },
  },
  {
    what: 'Weave takes calls for scoring, and its answer is lost',
    steps: ['scoring unclear', 'scoring scored'],
    batches: 1,
    fault: { path: '/calls/score', times: 1, cut: 'after-commit' },
  },
  {
    what: 'calls for scoring never reach Weave',
    steps: ['scoring unclear', 'scoring waiting'],
    batches: 1,
    fault: { path: '/calls/score', times: 1, cut: 'before' },
  },
  {
    what: 'the batch is created, and the answer is lost',
    steps: ['job creating', 'job undefined', 'job submitted'],
    batches: 1,
    fault: { method: 'POST', path: '/v1/batches', times: 1, cut: 'after-commit' },
  },
  {
    what: 'the batch is not created, and the answer is lost',
    steps: ['job undefined', 'job uploaded#2', 'job creating#2'],
    batches: 1,
    fault: { method: 'POST', path: '/v1/batches', times: 1, cut: 'before' },
  },
  {
    what: 'the file is uploaded, and the answer is lost',
    steps: ['job uploaded'],
    batches: 1,
    fault: { method: 'POST', path: '/v1/files', times: 1, cut: 'after-commit' },
  },
  {
    what: 'the batch takes its time',
    steps: ['job undefined', 'job ended'],
    batches: 1,
    behaviour: { batchStepMs: 300 },
  },
  {
    what: 'Weave takes no ids of feedback',
    steps: ['item writing', 'item written', 'item written#2'],
    batches: 1,
    behaviour: { feedbackIds: 'refused' },
  },
  {
    what: 'answers become calls',
    steps: ['item written', 'job done'],
    batches: 1,
    writeBack: 'rerun',
  },
  {
    what: 'feedback is taken, and the answer is lost',
    steps: ['item writing', 'item written'],
    batches: 1,
    fault: { path: '/feedback/create', times: 1, cut: 'after-commit' },
  },
];
const CASES = SCENARIOS.flatMap((scenario) =>
  scenario.steps.flatMap((step) => [
    { scenario, step, when: 'before' },
    { scenario, step, when: 'after' },
  ]),
);
/** Processes at the same time. */
const LANES = 3;

/** Runs until it is killed; answers by which signal. */
async function killed(...args: readonly string[]): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...COMPILE_CACHE },
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** What is there after a process was killed at the step, and this one has gone on from its files. */
async function outcomeOf({ scenario, step, when }: (typeof CASES)[number]) {
  const place = temporaryDir();
  const weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: '127.0.0.1', port: 0, file: ':memory:' },
  );
  try {
    weave.faults.play({ batchStepMs: 0, ...scenario.behaviour });
    if (scenario.fault) weave.faults.add(scenario.fault);
    writeCalls(weave, range(CALLS));
    const { writeBack = 'feedback' } = scenario;
    const signal = await killed(place.dir, weave.url, writeBack, step, when);
    await runToTheEnd({ dir: place.dir, url: weave.url, writeBack }, (_step, work) => work());
    const batches = weave.store.batches.list(null, 10).length;
    const feedback = feedbackOf(weave).map(({ feedback_type, weave_ref }) => `${feedback_type} ${weave_ref}`);
    return { signal, batches, rows: [...feedback, ...rerunsOf(weave)] };
  } finally {
    await weave.close();
    place.remove();
  }
}

/** Calls that were made of answers, each with the call that it repeats. */
function rerunsOf({ store }: LocalWeave): readonly string[] {
  const project = store.projects.find(PROJECT);
  const all = { filter: null, direction: 'asc', offset: 0, limit: 99 } as const;
  const calls = project ? [...store.calls.stream(project.key, all)] : [];
  return calls
    .filter(({ op_name }) => op_name === 'rerun')
    .map(({ attributes }) => `rerun ${JSON.parse(attributes).otel_weave_bridge.source_call}`);
}

async function inLanes<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as Item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

describe('a bridge that is killed', () => {
  it('before or after any durable step, scores each call once and creates each batch once', async () => {
    const outcomes = await inLanes(CASES, outcomeOf);
    const refs = range(CALLS).map((number) => `weave:///${PROJECT}/call/${callIdOf(number)}`);
    for (const [index, { scenario, step, when }] of CASES.entries()) {
      const { rows, ...outcome } = outcomes[index] ?? { rows: [] };
      const at = `${when} ${step}, where ${scenario.what}`;
      expect({ at, ...outcome, rows: rows.toSorted() }).toEqual({
        at,
        signal: 'SIGKILL',
        batches: scenario.batches,
        rows: [scenario.writeBack ?? 'otel-weave.job.judge', 'wandb.runnable.answered'].flatMap((type) =>
          refs.map((ref) => `${type} ${ref}`),
        ),
      });
    }
  }, 600_000);
});
