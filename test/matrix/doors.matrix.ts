/**
 * Both SDKs, both module formats, both export modes, with the package as it is installed: nothing is lost that could be
 * kept, nothing is there twice, and the app ends as it would have. `npm run test:matrix`; needs the npm registry.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AppFormat, type Ended, type RunningApp, startApp, startTracedApp } from '../support/app-process.ts';
import { PROJECT, pause, type StoredCall, startWeave, tempDir, type Weave } from '../support/app-world.ts';
import { installDir, pack } from '../support/npm.ts';
import { type Installed, install, TYPE_CHECKS, typeErrors } from './install.ts';

const INSTALL_MS = 300_000;
const SCENARIO_MS = 180_000;
/** How long the server is away. */
const DOWN_MS = 30_000;
/** What is asked here is whether anything is lost, not how long a busy machine needs: how soon an app gives up has tests of its own. */
const PATIENT = { shutdownTimeoutMillis: 60_000, exportTimeoutMillis: 60_000 };

const SDKS = ['sdk2', 'sdk3'] as const;
const FORMATS: readonly AppFormat[] = ['esm', 'cjs'];
const MODES = ['batched', 'immediate'] as const;
const COMBINATIONS = SDKS.flatMap((sdk) => FORMATS.flatMap((format) => MODES.map((mode) => ({ sdk, format, mode }))));
type Combination = (typeof COMBINATIONS)[number];

const installed = new Map<string, Installed>();

const dir = installDir();
beforeAll(async () => {
  const tarball = await pack(dir);
  for (const sdk of SDKS) installed.set(sdk, await install(sdk, tarball));
}, INSTALL_MS);

function of(sdk: string): Installed {
  const found = installed.get(sdk);
  if (!found) throw new Error(`${sdk} is not installed`);
  return found;
}

/** Each combination writes to a project of its own. */
const projectOf = ({ sdk, format, mode }: Combination) => `acme/${sdk}-${format}-${mode}`;

function start(combination: Combination, url: string, app: object): RunningApp {
  const { dir, sdk } = of(combination.sdk);
  const named = { url, project: projectOf(combination), exportMode: combination.mode };
  const options = { door: 'processor', ...named, ...PATIENT, ...app };
  return startTracedApp(combination.format, options, { dir, sdk, bridge: 'otel-weave-bridge' });
}

async function namesIn(weave: Weave, project: string): Promise<readonly string[]> {
  const body = JSON.stringify({ project_id: project, limit: 100_000 });
  // A connection of its own: one that was kept may be closed by the server in the moment of its use.
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(`${weave.url}/calls/stream_query`, { method: 'POST', headers, body });
  const lines = (await answer.text()).split('\n').filter(Boolean);
  return lines.map((line) => String((JSON.parse(line) as { op_name: string }).op_name));
}

/**
 * Runs a scenario in every combination, and counts what has arrived. Two at a time for two processors: more would only tell
 * how slow the machine is.
 */
async function everywhere(weave: Weave, run: (combination: Combination) => Promise<Ended>, spans: number, atOnce = 2) {
  const left = [...COMBINATIONS];
  const results = new Map<Combination, object>();
  async function work(): Promise<void> {
    for (let one = left.shift(); one; one = left.shift()) {
      const { code, signal, stderr } = await run(one);
      const names = await namesIn(weave, projectOf(one));
      const arrived = `${names.length} calls, ${new Set(names).size} of ${spans} spans`;
      results.set(one, { ...one, arrived, code, signal, stderr });
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return COMBINATIONS.map((one) => results.get(one));
}

const expected = (spans: number, code: number | null, signal: string | null = null) =>
  COMBINATIONS.map((combination) => ({
    ...combination,
    arrived: `${spans} calls, ${spans} of ${spans} spans`,
    code,
    signal,
  }));

describe('every SDK, format and mode', () => {
  it.each([
    ['a burst of 10,000 spans, and nothing left to do', 'idle', 10_000, 0, 10_000],
    ['a burst of 10,000 spans, and a shutdown', 'shutdown', 10_000, 0, 10_000],
    ['an exit without shutdown', 'exitLater', 500, 3, 1000],
    ['an exception that nobody catches', 'throw', 500, 1, 500],
    ['a rejection that nobody handles', 'reject', 500, 1, 500],
  ])(
    'delivers %s',
    async (_what, way, count, code, spans) => {
      const weave = await startWeave();
      const run = (one: Combination) => start(one, weave.url, { way, count }).ended();
      expect(await everywhere(weave, run, spans)).toMatchObject(expected(spans, code));
    },
    SCENARIO_MS,
  );

  it(
    'delivers what ended while the server was away, when it is there again',
    async () => {
      const file = join(tempDir(), 'weave.db');
      const before = await startWeave({ file });
      const port = Number(new URL(before.url).port);
      await before.close();
      const apps = new Map(COMBINATIONS.map((one) => [one, start(one, before.url, { way: 'persist', count: 2000 })]));
      await pause(DOWN_MS);
      const weave = await startWeave({ file, port });
      const results = await everywhere(weave, (one) => apps.get(one)?.ended() as Promise<Ended>, 2000);
      expect(results).toMatchObject(expected(2000, 0));
    },
    SCENARIO_MS,
  );

  it(
    'delivers in spite of a server that hangs, asks for patience and cuts answers off',
    async () => {
      const weave = await startWeave();
      for (const one of COMBINATIONS) {
        const path = `/v2/${projectOf(one)}`;
        weave.faults.add({ path, times: 1, hang: true });
        weave.faults.add({ path, times: 1, status: 429, retryAfter: 2 });
        weave.faults.add({ path, times: 1, cut: 'after-commit' });
        weave.faults.add({ path, times: 1, status: 503 });
      }
      const app = { way: 'persist', count: 2000, timeoutMillis: 1000 };
      const results = await everywhere(weave, (one) => start(one, weave.url, app).ended(), 2000);
      expect(results).toMatchObject(expected(2000, 0));
      expect(new Set(weave.faults.list().map(({ hits }) => hits))).toEqual(new Set([1]));
    },
    SCENARIO_MS,
  );

  it(
    'is not held up for long at its exit by a server that never answers',
    async () => {
      const weave = await startWeave();
      weave.faults.add({ path: '/v2', hang: true });
      const app = { way: 'exitLater', count: 500, shutdownTimeoutMillis: 200 };
      const results = await everywhere(weave, (one) => start(one, weave.url, app).ended(), 0);
      expect(results).toMatchObject(expected(0, 3));
    },
    SCENARIO_MS,
  );

  it(
    'leaves in its spool, at its exit, what a later process delivers',
    async () => {
      const weave = await startWeave();
      const run = async (one: Combination) => {
        const app = { spoolDir: tempDir(), count: 500 };
        await start(one, 'http://127.0.0.1:9', { ...app, way: 'exitLater', shutdownTimeoutMillis: 200 }).ended();
        return start(one, weave.url, { ...app, way: 'flush', count: 1 }).ended();
      };
      // The last span has the name of the first.
      const results = await everywhere(weave, run, 1000);
      expect(results).toMatchObject(
        COMBINATIONS.map((one) => ({ ...one, arrived: '1001 calls, 1000 of 1000 spans', code: 0 })),
      );
    },
    SCENARIO_MS,
  );

  it(
    'delivers on a SIGTERM that the app handles',
    async () => {
      const weave = await startWeave();
      const run = async (one: Combination) => {
        const app = start(one, weave.url, { way: 'serve', count: 500 });
        await app.printed('serving');
        app.child.kill('SIGTERM');
        return app.ended();
      };
      expect(await everywhere(weave, run, 1000)).toMatchObject(expected(1000, 7));
    },
    SCENARIO_MS,
  );

  it(
    'delivers through the exporter, behind the SDK’s own processor, what that one does not drop',
    async () => {
      const weave = await startWeave();
      const app = { door: 'exporter', way: 'shutdown', count: 500 };
      const results = await everywhere(weave, (one) => start(one, weave.url, app).ended(), 500);
      expect(results).toMatchObject(expected(500, 0));
    },
    SCENARIO_MS,
  );

  it.each(SDKS.flatMap((sdk) => TYPE_CHECKS.map((check) => ({ sdk, ...check }))))(
    'has types that fit ($sdk: $file, $moduleResolution)',
    async ({ sdk, ...check }) => {
      expect(await typeErrors(of(sdk), check)).toBe('');
    },
    SCENARIO_MS,
  );
});

describe('live calls', () => {
  const isRunning = ({ ended_at }: StoredCall) => ended_at === null;
  const LIVE = SDKS.flatMap((sdk) => FORMATS.map((format) => ({ sdk, format, mode: 'batched' as const })));

  /** An app with a call that is shown while it runs, and one that is complete. */
  async function open(combination: Combination) {
    const weave = await startWeave();
    const app = start(combination, weave.url, { way: 'open', live: { after: 50 }, project: PROJECT });
    const [running] = (await weave.until((calls) => calls.length === 2 && calls.some(isRunning))).filter(isRunning);
    return { weave, app, running };
  }

  it.each(LIVE)(
    'go on looking as if they ran after kill -9 ($sdk, $format)',
    async (combination) => {
      const { weave, app, running } = await open(combination);
      app.child.kill('SIGKILL');
      expect(await app.ended()).toMatchObject({ signal: 'SIGKILL' });
      expect((await weave.calls()).filter(isRunning)).toEqual([running]);
    },
    SCENARIO_MS,
  );

  it.each(LIVE)(
    'are closed with an exception by a graceful stop ($sdk, $format)',
    async (combination) => {
      const { weave, app } = await open(combination);
      app.child.kill('SIGTERM');
      expect(await app.ended()).toMatchObject({ code: 0 });
      const calls = await weave.calls();
      expect(calls.filter(isRunning)).toEqual([]);
      expect(calls.map(({ op_name, exception }) => [op_name, exception]).sort()).toEqual([
        ['open', 'The process stopped before this span ended.'],
        ['span 0', null],
      ]);
    },
    SCENARIO_MS,
  );
});

describe('@vercel/otel', () => {
  it.each(['processor', 'exporter'])(
    'delivers through the %s',
    async (door) => {
      const weave = await startWeave();
      const app = { door, url: weave.url, project: 'acme/shop' };
      const ended = await startApp([join(of('sdk2').dir, 'vercel.mjs')], { APP: JSON.stringify(app) }).ended();
      expect(ended).toMatchObject({ code: 0 });
      expect(await weave.calls()).toHaveLength(50);
    },
    SCENARIO_MS,
  );
});

describe('zero code', () => {
  const model = createServer(async (request, response) => {
    const { model: name } = (await json(request)) as { model: string };
    const message = { role: 'assistant', content: 'Hello.' };
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
    const answer = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: name, usage };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...answer, choices: [{ index: 0, message, finish_reason: 'stop' }] }));
  });
  beforeAll(() => new Promise<void>((listening) => model.listen(0, '127.0.0.1', () => listening())));
  afterAll(() => void model.close());

  it.each(SDKS)(
    'delivers on SIGTERM, of which the app ends as it would have (%s)',
    async (sdk) => {
      const weave = await startWeave();
      const { dir } = of(sdk);
      const env = { WF_TRACE_SERVER_URL: weave.url, WEAVE_PROJECT: PROJECT, OTEL_WEAVE_LIVE: 'true' };
      const app = startApp(['--import', 'otel-weave-bridge/register', join(dir, 'waits.mjs')], env, dir);
      await weave.until((calls) => calls.some(({ op_name }) => op_name === 'open'));
      app.child.kill('SIGTERM');
      expect(await app.ended()).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
      const calls = await weave.calls();
      expect(calls.map(({ op_name, exception }) => [op_name, exception]).sort()).toEqual([
        ['done', null],
        ['open', 'The process stopped before this span ended.'],
      ]);
    },
    SCENARIO_MS,
  );

  const LOADS = [
    ['--import', 'esm'],
    ['--import', 'cjs'],
    ['--require', 'cjs'],
  ] as const;
  it.each(SDKS.flatMap((sdk) => LOADS.map(([flag, format]) => ({ sdk, flag, format }))))(
    'traces a model call with what is installed ($sdk, $flag, $format)',
    async ({ sdk, flag, format }) => {
      const weave = await startWeave();
      const { dir } = of(sdk);
      const main = join(dir, format === 'esm' ? 'openai.mjs' : 'openai.cjs');
      const env = {
        WF_TRACE_SERVER_URL: weave.url,
        WEAVE_PROJECT: 'acme/shop',
        MODEL_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
      };
      const ended = await startApp([flag, 'otel-weave-bridge/register', main], env, dir).ended();
      expect(ended).toMatchObject({ code: 0, stdout: 'Hello.\n', stderr: '' });
      const calls = await weave.calls();
      const [llm] = calls.filter(({ attributes }) => attributes.kind === 'llm');
      expect(llm?.['summary'].usage).toEqual({
        'gpt-5-mini': { input_tokens: 7, output_tokens: 3, total_tokens: 10, requests: 1 },
      });
      expect(llm?.['output'].choices[0].message.content).toBe('Hello.');
      // The request to the model is there as well, and none of those to Weave.
      expect(calls.filter(({ op_name }) => op_name === 'POST').length).toBeLessThanOrEqual(1);
    },
    SCENARIO_MS,
  );
});
