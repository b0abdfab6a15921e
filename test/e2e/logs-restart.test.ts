import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { type Bench, type Child, createBench } from '../cli/child.ts';

const RECORDING = resolve(import.meta.dirname, '../fixtures/corpus/otel-openai');
const BODIES = { traces: '001.pb', logs: 'logs-1795160699366.pb' } as const;
type Signal = keyof typeof BODIES;

/** Of a call whose question and answer, the use of a tool, were recorded in log records alone. */
const CALL = '07eb59664b896615';
const PROJECT = 'acme/bots';

let weave: LocalWeave;
let bench: Bench;

beforeEach(async () => {
  bench = createBench();
  const settings = { host: 'localhost', port: 0, file: ':memory:' };
  weave = await startLocalWeave({ clock: systemClock, log: silentLog }, settings);
});

afterEach(async () => {
  await bench.close();
  await weave.close();
});

/** One life of the bridge: every life has the same queue on disk. */
function serve(): Child {
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const set = [
    ...endpoints.map((option) => `${option}=localhost:0`),
    ...[`weave.url=${weave.url}`, `weave.project=${PROJECT}`, `queue.dir=${join(bench.dir, 'queue')}`],
    // Long enough for a slow machine to start again; answers end the wait of all but the failed call.
    'map.join_logs.wait=1m',
  ];
  return bench.start(['serve', ...set.flatMap((assignment) => ['--set', assignment])], { WANDB_API_KEY: 'none' });
}

/** Resolves when the bridge has it on disk. */
async function post({ ready }: Child, signal: Signal): Promise<void> {
  const response = await fetch(`http://${(await ready())['http']}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(readFileSync(join(RECORDING, BODIES[signal]))),
  });
  expect(response.status).toBe(200);
}

async function callAtWeave(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const response = await fetch(`${weave.url}/calls/stream_query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project_id: PROJECT, filter: { call_ids: [CALL] } }),
  });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** What Weave has first: a call that went without its content would be seen here, and replaced later or never. */
async function firstAtWeave(): Promise<Readonly<Record<string, unknown>>> {
  let call = await callAtWeave();
  while (call === undefined) {
    await systemClock.sleep(20);
    call = await callAtWeave();
  }
  return call;
}

describe('a bridge that is killed between a span and its log records', () => {
  it.each<[Signal, Signal]>([
    ['traces', 'logs'],
    ['logs', 'traces'],
  ])('joins them in its next life: %s, then %s', async (before, after) => {
    const first = serve();
    await post(first, before);
    first.process.kill('SIGKILL');
    expect(await first.exit).toMatchObject({ signal: 'SIGKILL' });
    expect(await callAtWeave()).toBeUndefined();

    await post(serve(), after);
    expect(await firstAtWeave()).toMatchObject({
      inputs: { messages: [{ role: 'system' }, { role: 'user', content: expect.any(String) }] },
      output: { choices: [{ message: { role: 'assistant', tool_calls: [{ function: { name: 'get_weather' } }] } }] },
    });
  });
});
