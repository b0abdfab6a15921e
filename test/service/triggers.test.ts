import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/options.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { openJobDesk } from '../../src/service/jobs.ts';
import { type Service, startService } from '../../src/service/service.ts';
import { otlpLine, postLine, postRecording, ROOT_AND_CHAT } from '../cli/recording.ts';
import { recordingLog } from '../support/recording-log.ts';
import { until } from '../trigger/world.ts';

const PROJECT = 'acme/bots';
const LLM = { field: 'attributes.kind', eq: 'llm' };
const SCORING = [{ name: 'answered', when: LLM, scorers: [`weave:///${PROJECT}/object/answered:v1`], delay: '0s' }];
const JOBS = [
  { name: 'judge', when: LLM, job_id: 'j', model: 'm', prompt: 'Judge: {{output?}}', flush: { max_wait: '0s' } },
];

let dir: string;
let weave: LocalWeave;
const running: Service[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-triggers-'));
  weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: 'localhost', port: 0, file: ':memory:' },
  );
  weave.faults.play({ batchStepMs: 0 });
});

afterEach(async () => {
  for (const service of running.splice(0)) await service.close();
  await weave.close();
  rmSync(dir, { recursive: true });
});

function configure(...set: readonly string[]): Config {
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const free = endpoints.map((path) => `${path}=localhost:0`);
  const quick = ['batch.max_wait=1ms', 'retry.initial=1ms', 'jobs.poll=10ms', 'map.join_logs.wait=0s'];
  const own = [`queue.dir=${join(dir, 'queue')}`, `weave.url=${weave.url}`, `weave.project=${PROJECT}`];
  const nothing = {
    env: {},
    netrcFile: '',
    readText: () => {
      throw new Error('no such file');
    },
  };
  return loadConfig({ set: [...free, ...quick, ...own, ...set], keyNeeded: true }, nothing).config;
}

const RULES = [`scoring=${JSON.stringify(SCORING)}`, `jobs.rules=${JSON.stringify(JOBS)}`];

async function start(...set: readonly string[]) {
  const counters = createCounters();
  const service = await startService(configure(`jobs.url=${weave.url}/v1`, ...set), { counters });
  running.push(service);
  return { service, counters };
}

function feedbackTypes(): readonly string[] {
  const project = weave.store.projects.find(PROJECT);
  const rows = project ? weave.store.feedback.find(project.key, { sql: '1', values: [] }, 0, -1) : [];
  return rows.map(({ feedback_type }) => feedback_type);
}

/** How many model calls Weave holds: those that the rules pick. */
function modelCalls(): number {
  const project = weave.store.projects.find(PROJECT);
  const all = { filter: null, direction: 'asc', offset: 0, limit: Infinity } as const;
  return project ? [...weave.store.calls.stream(project.key, all)].filter(({ kind }) => kind === 'llm').length : 0;
}

const isDone = (calls: number) => () =>
  ['wandb.runnable.answered', 'otel-weave.job.judge'].every(
    (type) => feedbackTypes().filter((one) => one === type).length === calls,
  );

describe('the service with rules', () => {
  it('scores and judges what Weave has accepted, and counts it by rule', async () => {
    const { service } = await start(...RULES);
    await postRecording(service.addresses.http);
    await until(() => modelCalls() > 0 && isDone(modelCalls())());
    const metrics = await (await fetch(`http://${service.addresses.metrics}/metrics`)).text();
    expect(metrics).toContain(`otelweave_rule_calls_total{rule="answered",outcome="matched"} ${modelCalls()}\n`);
    expect(metrics).toContain(`otelweave_rule_calls_total{rule="judge",outcome="scored"} ${modelCalls()}\n`);
    expect(metrics).toContain('otelweave_rule_calls_total{rule="answered",outcome="over_budget"} 0\n');
  });

  it('finishes after a restart what it had begun, also when the rules are gone by then', async () => {
    const fault = weave.faults.add({ path: '/calls/score', status: 429 });
    const batches = weave.faults.add({ path: '/v1/', status: 429 });
    const { service, counters } = await start(...RULES);
    await postRecording(service.addresses.http);
    await until(() => fault.hits() > 0 && batches.hits() > 0);
    await service.close();
    expect(counters.all().some(({ labels, value }) => labels['outcome'] === 'scored' && value > 0)).toBe(false);
    expect(feedbackTypes()).toEqual([]);
    fault.remove();
    batches.remove();
    const log = recordingLog();
    await (await startService(configure(), { counters: createCounters(), log })).close();
    expect(log.lines.map(({ message }) => message)).toContain(
      'There are jobs that have not ended, and jobs.url is missing: they wait until it is there.',
    );
    await start();
    await until(isDone(modelCalls()));
    expect(openJobDesk(configure(), systemClock).list(9)).toEqual([expect.objectContaining({ rule: 'judge' })]);
  });

  it('triggers nothing twice where a sender sends the same again', async () => {
    const { service, counters } = await start(...RULES);
    await postRecording(service.addresses.http);
    await until(() => modelCalls() > 0 && isDone(modelCalls())());
    await postRecording(service.addresses.http);
    const duplicates = () =>
      counters.all().reduce((sum, { labels, value }) => (labels['outcome'] === 'duplicate' ? sum + value : sum), 0);
    await until(() => duplicates() === 2 * modelCalls());
    expect(isDone(modelCalls())()).toBe(true);
  });

  it('scores a call that was left out until one below it came', async () => {
    const isRoot = { field: 'parent_id', exists: false };
    const rule = { ...SCORING[0], when: isRoot };
    const { service, counters } = await start(`scoring=${JSON.stringify([rule])}`, 'map.keep=llm');
    const [root, chat] = ROOT_AND_CHAT.map(otlpLine);
    await postLine(service.addresses.http, root ?? '');
    await until(() => counters.total('processor_filtered_spans') === 1);
    await postLine(service.addresses.http, chat ?? '');
    await until(() => feedbackTypes().length === 1);
    expect(counters.all().filter(({ labels, value }) => labels['outcome'] === 'matched' && value > 0)).toHaveLength(1);
  });

  it('opens no store where there are no rules', async () => {
    await start();
    expect(() => openJobDesk(configure(), systemClock)).toThrow(expect.objectContaining({ code: 'JOB_UNKNOWN' }));
  });
});
