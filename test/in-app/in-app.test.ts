import { EventEmitter } from 'node:events';
import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { loadConfig } from '../../src/config/load.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { startInApp } from '../../src/in-app/in-app.ts';
import { type WeaveOptions, WeaveSpanExporter, WeaveSpanProcessor } from '../../src/index.ts';
import { startService } from '../../src/service/service.ts';
import { afterwards, PROJECT, pause, startWeave, tempDir, tracerFor, type Weave } from '../support/app-world.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { RESOURCE, readableSpan } from '../support/readable-span.ts';
import { recordDiag } from '../support/recording-diag.ts';
import { recordingLog } from '../support/recording-log.ts';

const COMPLETE = 'POST /v2/:entity/:project/calls/complete';
/** For where nothing can be delivered: not waited for long. */
const IN_VAIN = { exportTimeoutMillis: 200, shutdownTimeoutMillis: 200 };
const NOTHING_ELSE = { waiting: 0, filtered: 0, refused: 0, dropped: 0 };

function start(weave: Pick<Weave, 'url'>, options: WeaveOptions = {}) {
  const processor = new WeaveSpanProcessor({ url: weave.url, project: PROJECT, ...options });
  afterwards(() => processor.shutdown());
  return { processor, ...tracerFor(processor) };
}

/** Everything that is said through `diag`. */
function listen(): () => string {
  const lines = recordDiag();
  afterwards(() => diag.disable());
  return () => lines.join('\n');
}

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

describe('the span processor', () => {
  it.each([
    ['batched', 10_000],
    ['immediate', 1000],
  ] as const)('delivers a burst of spans whole (%s, %d)', async (exportMode, count) => {
    const weave = await startWeave();
    const { processor, provider, tracer } = start(weave, { exportMode });
    for (let n = 0; n < count; n += 1) tracer.startSpan(`span ${n}`).end();
    await provider.forceFlush();
    expect(processor.stats()).toEqual({ ended: count, delivered: count, ...NOTHING_ELSE });
    const names = (await weave.calls()).map(({ op_name }) => op_name);
    expect(names).toHaveLength(count);
    expect(new Set(names).size).toBe(count);
  });

  it('waits in forceFlush for what is in flight already', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', times: 1, delayMs: 400 });
    const { provider, tracer } = start(weave, { exportMode: 'immediate' });
    tracer.startSpan('slow').end();
    while ((await weave.requests(COMPLETE)) === 0) await pause(5);
    expect(await weave.calls()).toHaveLength(0);
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(1);
  });

  it('waits in shutdown for what is in flight already', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', times: 1, delayMs: 400 });
    const { provider, tracer } = start(weave, { exportMode: 'immediate' });
    tracer.startSpan('slow').end();
    while ((await weave.requests(COMPLETE)) === 0) await pause(5);
    await provider.shutdown();
    expect(await weave.calls()).toHaveLength(1);
  });

  it.each(['forceFlush', 'shutdown'] as const)('takes along in %s what ends a moment later', async (way) => {
    const weave = await startWeave();
    const { provider, processor, tracer } = start(weave);
    const span = tracer.startSpan('streamed');
    const done = provider[way]();
    for (let turn = 0; turn < 50; turn += 1) await undefined;
    span.end();
    await done;
    expect(processor.stats()).toEqual({ ended: 1, delivered: 1, ...NOTHING_ELSE });
  });

  it('takes along in shutdown what ends while others are under way', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', times: 1, delayMs: 200 });
    const { provider, processor, tracer } = start(weave);
    const late = tracer.startSpan('late');
    tracer.startSpan('first').end();
    const done = provider.shutdown();
    while ((await weave.requests(COMPLETE)) === 0) await pause(5);
    late.end();
    await done;
    expect(processor.stats()).toEqual({ ended: 2, delivered: 2, ...NOTHING_ELSE });
  });

  it('delivers everything, once, where answers are lost and servers fail', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', times: 1, status: 503 });
    weave.faults.add({ path: '/v2', times: 1, cut: 'after-commit' });
    weave.faults.add({ path: '/v2', times: 1, cut: 'before' });
    const { processor, provider, tracer } = start(weave);
    for (let n = 0; n < 100; n += 1) tracer.startSpan(`span ${n}`).end();
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(100);
    expect(processor.stats()).toMatchObject({ delivered: 100, waiting: 0 });
    expect(await weave.requests(COMPLETE)).toBeGreaterThanOrEqual(4);
  });

  it('comes again when a server that asks for patience says so', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', times: 1, status: 429, retryAfter: 1 });
    const { provider, tracer } = start(weave);
    tracer.startSpan('patient').end();
    const startMs = performance.now();
    await provider.forceFlush();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(990);
    expect(await weave.requests(COMPLETE)).toBe(2);
    expect(await weave.calls()).toHaveLength(1);
  });

  it('gives up nothing and nobody where the server hangs: flush and shutdown end in time', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/v2', hang: true });
    const { processor, provider, tracer } = start(weave, IN_VAIN);
    tracer.startSpan('stuck').end();
    await provider.forceFlush();
    expect(processor.stats()).toMatchObject({ waiting: 1, delivered: 0, dropped: 0 });
    await provider.shutdown();
    expect(processor.stats()).toMatchObject({ waiting: 0, delivered: 0, dropped: 1 });
    tracer.startSpan('late').end();
    expect(processor.stats()).toMatchObject({ ended: 2, dropped: 2 });
    expect(processor.shutdown()).toBe(processor.shutdown());
  });

  it('delivers to an older server, too', async () => {
    const weave = await startWeave();
    weave.faults.play({ v2: 'missing' });
    const { provider, tracer } = start(weave);
    tracer.startSpan('old').end();
    await provider.forceFlush();
    expect(await weave.calls()).toMatchObject([{ op_name: 'old', exception: null }]);
    expect(await weave.requests('POST /call/upsert_batch')).toBe(1);
  });

  it('leaves out what shouldExportSpan does not want, and masks what mask is asked about', async () => {
    const weave = await startWeave();
    const { processor, provider, tracer } = start(weave, {
      shouldExportSpan: ({ name }) => name !== 'noise',
      mask: (value) => (typeof value === 'string' ? value.replaceAll('hush', '***') : value),
    });
    tracer.startSpan('noise').end();
    tracer.startSpan('llm', { attributes: { 'input.value': 'hush money' } }).end();
    await provider.forceFlush();
    const calls = await weave.calls();
    expect(calls.map(({ op_name }) => op_name)).toEqual(['llm']);
    expect(JSON.stringify(calls)).toContain('*** money');
    expect(JSON.stringify(calls)).not.toContain('hush');
    expect(processor.stats()).toMatchObject({ ended: 2, delivered: 1, filtered: 1 });
  });

  it('sends spans where their resource says, and refuses those that have no project', async () => {
    const weave = await startWeave();
    const [entity, project] = PROJECT.split('/') as [string, string];
    const said = listen();
    const processor = new WeaveSpanProcessor({ url: weave.url });
    afterwards(() => processor.shutdown());
    const resource = resourceFromAttributes({ 'wandb.entity': entity, 'wandb.project': project });
    tracerFor(processor, resource).tracer.startSpan('mine').end();
    tracerFor(processor).tracer.startSpan('nobody’s').end();
    await processor.flush();
    expect((await weave.calls()).map(({ op_name }) => op_name)).toEqual(['mine']);
    expect(processor.stats()).toMatchObject({ delivered: 1, refused: 1 });
    expect(said().match(/WEAVE_PROJECT/g)).toHaveLength(1);
  });

  it('turns itself off without a key, says so once, and never the key', async () => {
    const said = listen();
    const off = new WeaveSpanProcessor({ url: 'https://weave.example', project: PROJECT, apiKey: 'bad key' });
    const { provider, tracer } = tracerFor(off);
    tracer.startSpan('nowhere').end();
    await provider.forceFlush();
    await provider.shutdown();
    expect(off.stats().ended).toBe(0);
    expect(said().match(/not sent to Weave/g)).toHaveLength(1);
    expect(said()).not.toContain('bad key');
  });

  it.each([
    ['20.20.2', 'off'],
    ['22.14.0', 'off'],
    ['22.22.0', 'on'],
    ['24.6.0', 'on'],
    ['26.0.0', 'on'],
  ])('turns itself off where Node is too old for it, and says so (%s: %s)', async (nodeVersion, status) => {
    const log = recordingLog();
    const options = { url: 'http://127.0.0.1:9', project: PROJECT };
    const inApp = startInApp(options, { nodeVersion, log });
    afterwards(() => inApp.shutdown());
    await undefined;
    expect(inApp.status).toBe(status);
    const said = log.lines.map(({ message }) => message);
    expect(said).toEqual(
      status === 'on' ? [] : [expect.stringContaining(`this is Node ${nodeVersion}; needed is 22.22`)],
    );
  });

  it.each([
    ['project', 7],
    ['url', 7],
    ['apiKey', {}],
    ['headers', { 'x-a': { toString: 7 } }],
    ['ca', 7],
    ['agent', 7],
    ['live', 'yes'],
    ['scoring', 7],
    ['spoolDir', {}],
  ])('starts whatever JavaScript hands over as an option (%s: %j)', async (name, value) => {
    const log = recordingLog();
    const given = { url: 'http://127.0.0.1:9', project: PROJECT, ...IN_VAIN, [name]: value } as WeaveOptions;
    const inApp = startInApp(given, { log });
    await inApp.shutdown();
    const said = log.lines.map(({ message }) => message);
    if (inApp.status === 'off') expect(said).toEqual([expect.stringContaining('not sent to Weave')]);
  });

  it('says what is wrong with its options once the SDK that it is made for has set up its log', async () => {
    const off = new WeaveSpanProcessor({ url: 'https://weave.example', project: PROJECT, apiKey: 'bad key' });
    const slip = { url: 'http://127.0.0.1:9', project: PROJECT, shouldExportSpans: () => false };
    const on = new WeaveSpanProcessor(slip);
    afterwards(() => Promise.all([off.shutdown(), on.shutdown()]));
    const said = listen();
    await undefined;
    expect(said()).toContain('not sent to Weave');
    expect(said()).toContain(
      'There is no option shouldExportSpans: it is left out (is it shouldExportSpan that is meant?).',
    );
  });

  it('keeps what it has where the key is not accepted, says so once, and never the key', async () => {
    const weave = await startWeave({ apiKey: 'right' });
    const said = listen();
    const { processor, provider, tracer } = start(weave, { apiKey: 'wr0ng-s3cret', ...IN_VAIN });
    for (const name of ['one', 'two']) {
      tracer.startSpan(name).end();
      await provider.forceFlush();
    }
    expect(processor.stats()).toMatchObject({ waiting: 2, refused: 0 });
    expect(said()).toContain('401');
    expect(said()).not.toContain('s3cret');
    expect(said()).not.toContain(Buffer.from('api:wr0ng-s3cret').toString('base64'));
  });

  it('makes its requests where no instrumentation makes spans of them', async () => {
    const weave = await startWeave();
    const seen: boolean[] = [];
    class WatchingAgent extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>) {
        seen.push(isTracingSuppressed(context.active()));
        return super.createConnection(...args);
      }
    }
    const agent = { http: new WatchingAgent() };
    const { provider, tracer } = start(weave, { agent });
    expect(isTracingSuppressed(context.active())).toBe(false);
    tracer.startSpan('quiet').end();
    await provider.forceFlush();
    expect(seen).toEqual([true]);
    agent.http.destroy();
  });

  it('leaves out content where that is asked for', async () => {
    const weave = await startWeave();
    const { provider, tracer } = start(weave, { captureContent: false });
    tracer.startSpan('llm', { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.prompt': 'secret' } }).end();
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(1);
    expect(JSON.stringify(await weave.calls())).not.toContain('secret');
  });
});

it('waits for nothing in a way that keeps the process alive', async () => {
  const clock = createFakeClock();
  const inApp = startInApp({ url: 'http://127.0.0.1:9', project: PROJECT }, { clock, host: new EventEmitter() });
  const pending = {
    ...RESOURCE,
    asyncAttributesPending: true,
    waitForAsyncAttributes: () => new Promise<void>(() => {}),
  };
  inApp.ended(readableSpan(1, {}, { resource: pending }));
  await clock.advance(1000);
  expect(inApp.stats().waiting).toBe(1);
  expect(clock.waiting()).toBe(1);
  expect(clock.sleeps).toEqual([]);
});

describe('a process that gets little of the machine', () => {
  const STALL_MS = 6000;

  /** Whatever bounds a flush or a shutdown, however short its wait, has its turn again only after STALL_MS. */
  function startStalled(weave: Pick<Weave, 'url'>, options: WeaveOptions) {
    const time = createFakeClock();
    const sleep: Clock['sleep'] = (_delayMs, signal) => time.sleep(STALL_MS, signal);
    const clock = { ...systemClock, monotonic: time.monotonic, sleep };
    const inApp = startInApp(
      { url: weave.url, project: PROJECT, shutdownTimeoutMillis: STALL_MS - 1000, ...options },
      { clock, host: new EventEmitter() },
    );
    return { inApp, time };
  }

  it('loses no span in a shutdown that had no time to do anything', async () => {
    const weave = await startWeave();
    const { inApp, time } = startStalled(weave, {});
    inApp.ended(readableSpan(1));
    const stopped = inApp.shutdown();
    await time.advance(STALL_MS);
    await stopped;
    expect(inApp.stats()).toEqual({ ended: 1, delivered: 1, ...NOTHING_ELSE });
  });

  it('leaves no call running in such a shutdown', async () => {
    const weave = await startWeave();
    weave.faults.add({ pattern: 'call/start$', times: 1, delayMs: 300 });
    const { inApp, time } = startStalled(weave, { live: { after: 50 } });
    inApp.started(readableSpan(1, {}, { endTime: [0, 0] }));
    await time.advance(50);
    while ((await weave.requests('POST /v2/:entity/:project/call/start')) === 0) await pause(5);
    const stopped = inApp.shutdown();
    await time.advance(STALL_MS);
    await stopped;
    expect(await weave.calls()).toMatchObject([{ ended_at: expect.any(String) }]);
  });
});

describe('the span exporter', () => {
  it('delivers what the SDK’s batching processor gives it', async () => {
    const weave = await startWeave();
    const exporter = new WeaveSpanExporter({ url: weave.url, project: PROJECT });
    const { provider, tracer } = tracerFor(new BatchSpanProcessor({ exporter }));
    for (let n = 0; n < 1000; n += 1) tracer.startSpan(`span ${n}`).end();
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(1000);
    await provider.shutdown();
    expect(exporter.stats()).toMatchObject({ ended: 1000, delivered: 1000, dropped: 0 });
  });

  it('delivers span by span behind the simple processor', async () => {
    const weave = await startWeave();
    const exporter = new WeaveSpanExporter({ url: weave.url, project: PROJECT });
    const { provider, tracer } = tracerFor(new SimpleSpanProcessor({ exporter }));
    for (let n = 0; n < 20; n += 1) tracer.startSpan(`span ${n}`).end();
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(20);
    await provider.shutdown();
  });

  it('fails what comes after its end, and answers once', async () => {
    const weave = await startWeave();
    const exporter = new WeaveSpanExporter({ url: weave.url, project: PROJECT });
    await exporter.shutdown();
    const results: number[] = [];
    exporter.export([], ({ code }) => results.push(code));
    expect(results).toEqual([1]);
  });
});

describe('live calls', () => {
  const LIVE = { live: { after: 50 } };
  const isRunning = ({ ended_at }: { ended_at?: unknown }) => ended_at === null;

  it.each(['served', 'missing'] as const)(
    'are there while their span runs, then whole and single (v2 %s)',
    async (v2) => {
      const weave = await startWeave();
      weave.faults.play({ v2 });
      const { provider, tracer } = start(weave, LIVE);
      const span = tracer.startSpan('long', { attributes: { 'input.value': 'question' } });
      const [running] = await weave.until((calls) => calls.length === 1);
      expect(running).toMatchObject({ op_name: 'long', ended_at: null, output: null });
      expect(JSON.stringify(running?.['inputs'])).toContain('question');
      span.setAttribute('output.value', 'answer').end();
      await provider.forceFlush();
      const calls = await weave.calls();
      expect(calls).toHaveLength(1);
      expect(calls[0]).toMatchObject({ id: running?.['id'], started_at: running?.['started_at'], exception: null });
      expect(calls[0]?.['ended_at']).not.toBeNull();
      expect(JSON.stringify(calls[0]?.['output'])).toContain('answer');
    },
  );

  it('send nothing of spans that end soon', async () => {
    const weave = await startWeave();
    const { provider, tracer } = start(weave, { live: true });
    tracer.startSpan('short').end();
    await provider.forceFlush();
    expect(await weave.requests('POST /v2/:entity/:project/call/start')).toBe(0);
  });

  it.each(['served', 'missing'] as const)('are closed with an exception when the process stops (v2 %s)', async (v2) => {
    const weave = await startWeave();
    weave.faults.play({ v2 });
    const { provider, tracer } = start(weave, LIVE);
    tracer.startSpan('open');
    await weave.until((calls) => calls.length === 1);
    await provider.shutdown();
    const [call] = await weave.calls();
    expect(call).toMatchObject({ op_name: 'open', exception: 'The process stopped before this span ended.' });
    expect(call && isRunning(call)).toBe(false);
    expect(await weave.requests(v2 === 'served' ? 'POST /v2/:entity/:project/call/end' : 'POST /call/end')).toBe(1);
  });

  it('are not left running by a shutdown that takes its time', async () => {
    const weave = await startWeave();
    weave.faults.add({ pattern: 'calls/complete$', times: 1, delayMs: 500 });
    const { provider, tracer } = start(weave, { live: { after: 100 } });
    tracer.startSpan('open before');
    tracer.startSpan('done').end();
    const stopped = provider.shutdown();
    tracer.startSpan('open since');
    await stopped;
    const calls = await weave.calls();
    expect(calls.filter(isRunning)).toEqual([]);
    expect(calls.map(({ op_name }) => op_name)).not.toContain('open before');
  });

  it('never overtake the complete call', async () => {
    const weave = await startWeave();
    weave.faults.add({ pattern: 'call/start$', times: 1, delayMs: 500 });
    const { provider, tracer } = start(weave, LIVE);
    const span = tracer.startSpan('racing');
    while ((await weave.requests('POST /v2/:entity/:project/call/start')) === 0) await pause(5);
    span.end();
    await provider.forceFlush();
    expect(await weave.calls()).toMatchObject([{ op_name: 'racing', ended_at: expect.any(String) }]);
  });

  it('complete what was shown even where shouldExportSpan has changed its mind', async () => {
    const weave = await startWeave();
    let wanted = true;
    const { provider, tracer } = start(weave, { ...LIVE, shouldExportSpan: () => wanted });
    const span = tracer.startSpan('shown');
    await weave.until((calls) => calls.length === 1);
    wanted = false;
    span.end();
    await provider.forceFlush();
    expect((await weave.calls()).map(isRunning)).toEqual([false]);
  });

  it('are not shown where shouldExportSpan does not want them', async () => {
    const weave = await startWeave();
    const { processor, provider, tracer } = start(weave, { ...LIVE, shouldExportSpan: ({ name }) => name !== 'noise' });
    const noise = tracer.startSpan('noise');
    tracer.startSpan('long');
    await weave.until((calls) => calls.length === 1);
    noise.end();
    await provider.shutdown();
    expect((await weave.calls()).map(({ op_name }) => op_name)).toEqual(['long']);
    expect(processor.stats()).toMatchObject({ ended: 1, filtered: 1 });
  });

  it('keep few spans waiting for their starts where the server hangs', async () => {
    const weave = await startWeave();
    weave.faults.add({ pattern: 'call/start$', hang: true });
    const { processor, tracer } = start(weave, { live: { after: 20 } });
    const spans = Array.from({ length: 50 }, (_, n) => tracer.startSpan(`span ${n}`));
    while ((await weave.requests('POST /v2/:entity/:project/call/start')) === 0) await pause(5);
    for (const span of spans) span.end();
    const calls = await weave.until(({ length }) => length >= 47);
    expect(calls.some(isRunning)).toBe(false);
    // Weave has them before its answers are there.
    while (processor.stats().delivered < 47) await pause(5);
    expect(processor.stats()).toMatchObject({ ended: 50, delivered: 47, waiting: 3 });
  });
});

describe('the spool', () => {
  afterEach(() => diag.disable());
  const AWAY = { url: 'http://127.0.0.1:9' };

  it('keeps what could not be delivered for a later process', async () => {
    const spoolDir = tempDir();
    const gone = start(AWAY, { ...IN_VAIN, spoolDir });
    for (let n = 0; n < 200; n += 1) gone.tracer.startSpan(`span ${n}`).end();
    await gone.provider.shutdown();
    expect(gone.processor.stats()).toMatchObject({ ended: 200, waiting: 200, dropped: 0 });

    const weave = await startWeave();
    const { processor, provider } = start(weave, { spoolDir });
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(200);
    expect(processor.stats()).toEqual({ ended: 200, delivered: 200, ...NOTHING_ELSE });
  });

  it('is delivered by a sidecar, to the project of the app', async () => {
    const spoolDir = tempDir();
    const gone = [1, 2].map(() => start(AWAY, { ...IN_VAIN, spoolDir }));
    for (const { tracer } of gone) for (let n = 0; n < 100; n += 1) tracer.startSpan(`span ${n}`).end();
    for (const { provider } of gone) await provider.shutdown();

    const weave = await startWeave();
    const endpoints = ['receive.http', 'receive.grpc', 'telemetry.health', 'telemetry.metrics'];
    const paths = endpoints.map((path) => (path.startsWith('receive') ? `${path}.endpoint` : path));
    const set = [...paths.map((path) => `${path}=localhost:0`), `queue.dir=${spoolDir}`, `weave.url=${weave.url}`];
    const nothing = { env: {}, netrcFile: '', readText: () => '' };
    const { config } = loadConfig({ set: [...set, 'weave.project=other/one'], keyNeeded: false }, nothing);
    const sidecar = await startService(config);
    await weave.until((calls) => calls.length === 200);
    expect(await sidecar.close()).toMatchObject({ delivered: 200, left: 0 });
  });

  it('is shared by processes, each with a queue of its own', async () => {
    const spoolDir = tempDir();
    const both = [start(AWAY, { ...IN_VAIN, spoolDir }), start(AWAY, { ...IN_VAIN, spoolDir })];
    for (const { tracer } of both) tracer.startSpan('kept').end();
    for (const { provider } of both) await provider.shutdown();
    for (const { processor } of both) expect(processor.stats()).toMatchObject({ waiting: 1, dropped: 0 });
  });

  it('that several have left is delivered by one, and what one still has stays its own', async () => {
    const spoolDir = tempDir();
    const stays = start(AWAY, { ...IN_VAIN, spoolDir });
    const gone = [1, 2].map(() => start(AWAY, { ...IN_VAIN, spoolDir }));
    for (const [at, { tracer }] of [stays, ...gone].entries())
      for (let n = 0; n < 100; n += 1) tracer.startSpan(`span ${at} ${n}`).end();
    await stays.processor.forceFlush();
    for (const { provider } of gone) await provider.shutdown();

    const weave = await startWeave();
    const { processor } = start(weave, { spoolDir });
    const calls = await weave.until((found) => found.length >= 200);
    expect(calls.filter(({ op_name }) => op_name.startsWith('span 0'))).toEqual([]);
    await processor.forceFlush();
    expect(processor.stats()).toEqual({ ended: 200, delivered: 200, ...NOTHING_ELSE });
    expect(stays.processor.stats()).toMatchObject({ waiting: 100 });
  });

  it('holds more than may wait in memory', async () => {
    const bounds = { maxQueueBytes: 1024 * 1024, maxQueueSize: 20 };
    const { processor, tracer } = start(AWAY, { ...IN_VAIN, ...bounds, spoolDir: tempDir() });
    for (let n = 0; n < 10; n += 1) {
      for (let k = 0; k < 10; k += 1) tracer.startSpan('large', { attributes: { text: 'x'.repeat(40_000) } }).end();
      await processor.forceFlush();
    }
    expect(processor.stats()).toMatchObject({ ended: 100, waiting: 100, dropped: 0 });
  });

  it('that cannot be opened is warned of, and memory takes its place', async () => {
    const weave = await startWeave();
    const said = listen();
    const { processor, provider, tracer } = start(weave, { spoolDir: '/dev/null/spool', ...IN_VAIN });
    tracer.startSpan('kept').end();
    await provider.forceFlush();
    expect(await weave.calls()).toHaveLength(1);
    expect(said()).toContain('The spool cannot be used');
    weave.faults.add({ path: '/v2', status: 503 });
    tracer.startSpan('lost').end();
    await provider.shutdown();
    expect(processor.stats()).toMatchObject({ ended: 2, delivered: 1, waiting: 0, dropped: 1 });
  });
});
