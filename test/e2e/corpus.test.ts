import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { startDevService } from '../../src/service/dev.ts';

/** The shared corpus, and recordings of our own of other libraries, each laid out the same way. */
const CORPUS = resolve(import.meta.dirname, '../fixtures/corpus');
const RECORDINGS = resolve(import.meta.dirname, '../fixtures/recordings');
const GRADER = resolve(import.meta.dirname, '../grade/grade.mjs');
const scenariosOf = (dir: string) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name));
const SCENARIOS = [...scenariosOf(CORPUS), ...scenariosOf(RECORDINGS)];

interface Request {
  readonly scenario: string;
  readonly signal: 'traces' | 'logs';
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** The recorded requests as they were sent; logs come after the spans of their scenario. */
const LOGS_LAST: readonly Request[] = SCENARIOS.flatMap((scenario) =>
  readdirSync(scenario)
    .filter((name) => /^(logs-)?\d+\.(pb|json)$/.test(name))
    .sort()
    .map((name) => ({
      scenario: basename(scenario),
      signal: name.startsWith('logs-') ? 'logs' : 'traces',
      contentType: name.endsWith('.pb') ? 'application/x-protobuf' : 'application/json',
      body: new Uint8Array(readFileSync(join(scenario, name))),
    })),
);

const LOGS_FIRST = LOGS_LAST.toSorted((a, b) => a.signal.localeCompare(b.signal));

let dir: string;
let service: Awaited<ReturnType<typeof startDevService>>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-corpus-'));
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const set = [...endpoints, 'local.endpoint'].map((option) => `${option}=localhost:0`);
  // Calls that failed wait as long as this, for they have no answer: spans and logs are posted in less.
  const own = [`queue.dir=${join(dir, 'queue')}`, 'weave.project=corpus/none', 'map.join_logs.wait=3s'];
  const nothing = { env: {}, netrcFile: '', readText: () => '' };
  const { config } = loadConfig({ set: [...set, ...own], keyNeeded: false }, nothing);
  service = await startDevService(config, { clock: systemClock, log: silentLog });
});

afterEach(async () => {
  await service.close();
  rmSync(dir, { recursive: true });
});

async function post({ scenario, signal, contentType, body }: Request): Promise<[number, string]> {
  const response = await fetch(`http://${service.addresses.http}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': contentType, project_id: `corpus/${scenario}` },
    body: body as Uint8Array<ArrayBuffer>,
  });
  return [response.status, await response.text()];
}

async function callsOf(scenario: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${service.addresses.weave}/calls/stream_query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project_id: `corpus/${scenario}` }),
  });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  // Weave hands the dump out among the attributes
  return lines.map((line) => {
    const call = JSON.parse(line);
    return { ...call, otel_dump: call.attributes.otel_span };
  });
}

async function settled(): Promise<void> {
  const metric = async (name: string) => {
    const text = await (await fetch(`http://${service.addresses.metrics}/metrics`)).text();
    return Number(new RegExp(`^otelweave_${name}(?:\\{.*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  };
  while ((await metric('exporter_sent_spans_total')) < (await metric('receiver_accepted_spans_total'))) {
    await systemClock.sleep(50);
  }
}

describe('the recorded corpus, through the receiver to the local Weave', () => {
  it('has something to grade', () => {
    expect(scenariosOf(CORPUS).length).toBe(24);
    expect(scenariosOf(RECORDINGS).length).toBeGreaterThan(3);
    expect(LOGS_LAST.filter(({ signal }) => signal === 'logs').length).toBeGreaterThan(3);
  });

  it.each([
    ['after', LOGS_LAST],
    ['before', LOGS_FIRST],
  ])(
    'comes out as the truth says, every check of it, when logs come %s spans',
    async (_when, requests) => {
      for (const request of requests) {
        const empty = request.contentType === 'application/json' ? '{}' : '';
        expect([request.scenario, ...(await post(request))]).toEqual([request.scenario, 200, empty]);
      }
      await settled();

      const calls = join(dir, 'calls');
      mkdirSync(calls);
      for (const name of SCENARIOS.map((scenario) => basename(scenario)))
        writeFileSync(join(calls, `${name}.json`), JSON.stringify(await callsOf(name)));
      for (const dir of [CORPUS, RECORDINGS]) {
        const count = scenariosOf(dir).length;
        const graded = spawnSync(process.execPath, [GRADER, dir, calls, '-v'], { encoding: 'utf8' });
        expect(graded.stdout).toContain(`scenarios without a fault: ${count}/${count}`);
        expect(graded.status).toBe(0);
      }
    },
    120_000,
  );
});
