import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type Counters, createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { type Service, startService } from '../../src/service/service.ts';
import { runInProcess } from './in-process.ts';
import { postRecording, RECORDED_SPANS, RECORDING, recordedCalls } from './recording.ts';

const PROJECT = 'acme/bots';
const REASON = 'HTTP 422: not \u001b[31mtoday';

let dir: string;
let weave: LocalWeave;
let service: Service;
let counters: Counters;

beforeEach(async () => {
  counters = createCounters();
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-letters-'));
  weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: 'localhost', port: 0, file: ':memory:' },
  );
  await setFaults([{ status: 422, path: '/v2/', body: { reason: 'not \u001b[31mtoday' } }]);
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const free = endpoints.map((path) => `${path}=localhost:0`);
  const own = [`queue.dir=${join(dir, 'queue')}`, `weave.url=${weave.url}`, `weave.project=${PROJECT}`];
  const sources = { env: {}, netrcFile: '', readText: () => '' };
  const set = [...free, ...own, 'batch.max_wait=1ms', 'shutdown.timeout=10s'];
  service = await startService(loadConfig({ set, keyNeeded: true }, sources).config, { counters });
  await postRecording(service.addresses.http);
  while (!(await letters('list')).stdout.includes('422')) await systemClock.sleep(10);
});
afterEach(async () => {
  await service.close();
  await weave.close();
  rmSync(dir, { recursive: true });
});

async function setFaults(rules: readonly object[]): Promise<void> {
  await fetch(`${weave.url}/local/faults`, { method: 'DELETE' });
  if (rules.length === 0) return;
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${weave.url}/local/faults`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ rules }),
  });
  expect(status).toBe(200);
}

function letters(...args: readonly string[]) {
  return runInProcess([
    'dead-letters',
    ...args,
    '--queue-dir',
    join(dir, 'queue'),
    '--set',
    `weave.project=${PROJECT}`,
  ]);
}

describe('otel-weave dead-letters, beside a bridge', () => {
  it('lists, shows, and has them tried again, with nothing lost and all counted', async () => {
    const [head, row] = (await letters('list')).stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(head).toEqual(['LETTER', 'PROJECT', 'SPANS', 'CAME', 'LAST TRY', 'REASON']);
    const age = expect.stringMatching(/^\d+s$/);
    expect(row).toEqual(['1', PROJECT, String(RECORDED_SPANS), age, age, 'HTTP 422: not \\x1b[31mtoday']);

    const [json = ''] = (await letters('list', '--json')).stdout.split('\n');
    expect(JSON.parse(json)).toMatchObject({ id: 1, projects: [PROJECT], spans: RECORDED_SPANS, retrying: false });
    expect(JSON.parse(json).dead).toContainEqual({ span_id: expect.stringMatching(/^[\da-f]{16}$/), reason: REASON });
    expect((await letters('show', '1')).stdout).toContain(`traces as protobuf; dead spans: ${RECORDED_SPANS}`);
    expect((await letters('show', '1', '--body')).stdout).toBe(RECORDING.toString());

    await setFaults([]);
    expect((await letters('retry', '--all')).stdout).toBe(
      '1 dead letter will be tried again within seconds, or when the bridge starts.\n',
    );
    while (!(await letters('list')).stdout.includes('no dead letters')) await systemClock.sleep(20);
    while (counters.total('exporter_sent_spans') < RECORDED_SPANS) await systemClock.sleep(10);
    expect(await recordedCalls(weave.url, PROJECT)).toBe(RECORDED_SPANS);
    const [accepted, dead, retried, sent] = (
      ['receiver_accepted_spans', 'dead_letter_spans', 'dead_letter_removed_spans', 'exporter_sent_spans'] as const
    ).map(counters.total);
    expect({ accepted, dead, retried, sent }).toEqual({
      ...{ accepted: RECORDED_SPANS, dead: RECORDED_SPANS },
      ...{ retried: RECORDED_SPANS, sent: RECORDED_SPANS },
    });
  });

  it('purges those that a filter chooses, and no others', async () => {
    expect((await letters('purge', '--reason', 'something else')).stdout).toBe('0 dead letters deleted.\n');
    expect((await letters('purge', '--project', 'acme/shop')).stdout).toBe('0 dead letters deleted.\n');
    expect((await letters('purge', '--project', PROJECT, '--reason', 'NOT')).stdout).toBe('1 dead letter deleted.\n');
    expect((await letters('list')).stdout).toBe('There are no dead letters.\n');
  });

  it.each([
    [['show', '9'], 1, 'There is no dead letter 9'],
    [['retry', '1', '9'], 1, 'There is no dead letter 9'],
    [['retry'], 2, 'which ones? otel-weave dead-letters retry <id…>'],
    [['purge'], 2, 'which ones?'],
    [['show', '--all'], 2, 'which ones?'],
    [['show', 'x'], 2, 'x is no number of a dead letter'],
    [['burn', '1'], 2, "'burn' is invalid"],
  ])('says what is wrong with %j', async (args, code, said) => {
    const ran = await letters(...args);
    expect(ran.stderr).toContain(said);
    expect(ran.code).toBe(code);
  });
});

it('says so where there is no queue', async () => {
  const { code, stderr } = await runInProcess(['dead-letters', 'list', '--queue-dir', join(dir, 'else')]);
  expect([code, stderr.split('\n')[0]]).toEqual([1, `There is no queue in ${join(dir, 'else')}.`]);
});
