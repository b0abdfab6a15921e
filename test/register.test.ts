import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startApp } from './support/app-process.ts';
import { PROJECT, startWeave, tempDir, type Weave } from './support/app-world.ts';
import { zeroCodeApp } from './support/zero-code-app.ts';

const REGISTER = resolve(import.meta.dirname, '../src/register.ts');
const IMPORT = ['--import', pathToFileURL(REGISTER).href];
const REQUIRE = ['--require', REGISTER];

const ASK = `await new Client().ask('why')`;
const ESM = `import { Client } from 'fake-llm';\nconsole.log(${ASK});`;
const CJS = `const { Client } = require('fake-llm');\n(async () => console.log(${ASK}))();`;

/** An app that sets up tracing itself, with a diag logger that shows what the API refuses. */
const OWN_PROVIDER = `
import { Client } from 'fake-llm';
import { context, diag, DiagConsoleLogger, DiagLogLevel, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const early = trace.getTracer('early');
const seen = [];
const nothing = () => Promise.resolve();
new NodeSDK({
  serviceName: 'own',
  spanProcessors: [{ onStart() {}, onEnd: ({ name }) => seen.push(name), forceFlush: nothing, shutdown: nothing }],
  metricReaders: [],
  logRecordProcessors: [],
}).start();
early.startActiveSpan('outer', (outer) => {
  trace.getTracer('late').startSpan('inner').end();
  outer.end();
});
await new Client().ask('why');
console.log(seen.join());
`;

function run(weave: Pick<Weave, 'url'>, preload: readonly string[], file: string, env: Record<string, string> = {}) {
  const settings = { WF_TRACE_SERVER_URL: weave.url, WEAVE_PROJECT: PROJECT, OTEL_SERVICE_NAME: 'zero', ...env };
  return startApp([...preload, file], settings);
}

describe('register', () => {
  it.each([
    ['an ESM app', IMPORT, 'app.mjs', ESM, 'shared'],
    ['an ESM app with an instrumentation that has hooks of its own', IMPORT, 'app.mjs', ESM, 'own'],
    ['a CommonJS app', IMPORT, 'app.cjs', CJS, 'shared'],
    ['a CommonJS app by --require', REQUIRE, 'app.cjs', CJS, 'own'],
    ['an ESM app by --require', REQUIRE, 'app.mjs', ESM, 'shared'],
  ] as const)('traces %s that knows nothing of tracing', async (_what, preload, name, text, copies) => {
    const weave = await startWeave();
    const app = zeroCodeApp(copies);
    const ended = await run(weave, preload, app.write(name, text)).ended();
    expect(ended).toMatchObject({ code: 0, stdout: 'answer to why\n', stderr: '' });
    const calls = await weave.calls();
    expect(calls).toMatchObject([{ op_name: 'ask', attributes: { kind: 'llm', service: { name: 'zero' } } }]);
    expect(JSON.stringify(calls[0]?.['inputs'])).toContain('why');
  });

  it('gives way to a provider of the app, and adds itself to it', async () => {
    const weave = await startWeave();
    const app = zeroCodeApp();
    const ended = await run(weave, IMPORT, app.write('app.mjs', OWN_PROVIDER)).ended();
    expect(ended).toMatchObject({ code: 0, stdout: 'inner,outer\n', stderr: '' });
    const calls = await weave.until((found) => found.length === 2);
    expect(calls.map(({ op_name, attributes }) => `${op_name} of ${attributes.service.name}`).toSorted()).toEqual([
      'inner of own',
      'outer of own',
    ]);
    const [inner, outer] = ['inner', 'outer'].map((name) => calls.find(({ op_name }) => op_name === name));
    expect(inner?.['parent_id']).toBe(outer?.['id']);
  });

  it('adds itself to a provider that was there before it', async () => {
    const weave = await startWeave();
    const app = zeroCodeApp();
    const setup = app.write(
      'tracing.mjs',
      `import { trace } from '@opentelemetry/api';
       import { TracerProvider } from '@opentelemetry/sdk-trace';
       trace.setGlobalTracerProvider(new TracerProvider());`,
    );
    const main = app.write(
      'app.mjs',
      `import { trace } from '@opentelemetry/api';\ntrace.getTracer('app').startSpan('mine').end();`,
    );
    const ended = await run(weave, ['--import', pathToFileURL(setup).href, ...IMPORT], main).ended();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(await weave.calls()).toMatchObject([{ op_name: 'mine' }]);
  });

  const SERVE = `import { trace } from '@opentelemetry/api';
    setInterval(() => undefined, 1000);
    trace.getTracer('app').startSpan('done').end();
    trace.getTracer('app').startSpan('open');`;

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'delivers on %s, of which the process ends as it would have',
    async (signal) => {
      const weave = await startWeave();
      const app = zeroCodeApp();
      const file = app.write('app.mjs', `${SERVE}\nsetTimeout(() => console.log('serving'), 300);`);
      const running = run(weave, IMPORT, file, { OTEL_WEAVE_LIVE: 'true', OTEL_BSP_SCHEDULE_DELAY: '60000' });
      await running.printed('serving');
      await weave.until((calls) => calls.some(({ op_name, ended_at }) => op_name === 'open' && ended_at === null));
      running.child.kill(signal);
      expect(await running.ended()).toMatchObject({ code: null, signal });
      const calls = await weave.calls();
      expect(calls.map(({ op_name, exception }) => [op_name, exception]).toSorted()).toEqual([
        ['done', null],
        ['open', 'The process stopped before this span ended.'],
      ]);
    },
  );

  it('leaves an app that handles SIGTERM to end when it likes', async () => {
    const weave = await startWeave();
    const app = zeroCodeApp();
    const file = app.write(
      'app.mjs',
      `${SERVE}
       process.once('SIGTERM', () => setTimeout(() => {
         trace.getTracer('app').startSpan('last').end();
         process.exit(5);
       }, 100));
       console.log('serving');`,
    );
    const running = run(weave, IMPORT, file);
    await running.printed('serving');
    running.child.kill('SIGTERM');
    expect(await running.ended()).toMatchObject({ code: 5, signal: null });
    expect((await weave.calls()).map(({ op_name }) => op_name).toSorted()).toEqual(['done', 'last']);
  });

  it.each([
    ['without a key, and says so', { WF_TRACE_SERVER_URL: 'https://weave.example' }, /WANDB_API_KEY/],
    ['where OpenTelemetry is switched off', { OTEL_SDK_DISABLED: 'true' }, /^$/],
  ])('does nothing %s', async (_when, env, stderr) => {
    const weave = await startWeave();
    const app = zeroCodeApp();
    const ended = await run(weave, IMPORT, app.write('app.mjs', ESM), env).ended();
    expect(ended).toMatchObject({ code: 0, stdout: 'answer to why\n', stderr: expect.stringMatching(stderr) });
    expect(await weave.calls()).toEqual([]);
  });

  it('says what is lost by process.exit, when Node shows no warnings any more', async () => {
    const app = zeroCodeApp();
    const file = app.write(
      'app.mjs',
      `import { trace } from '@opentelemetry/api';
       trace.getTracer('app').startSpan('lost').end();
       process.exit(5);`,
    );
    const { code, stderr } = await run({ url: 'http://127.0.0.1:9' }, IMPORT, file).ended();
    expect(code).toBe(5);
    expect(stderr).toMatch(/^OtelWeaveBridge: .*they are lost.*spans: 1/);
  });

  it('says what to install where there is no SDK', async () => {
    const weave = await startWeave();
    const dir = tempDir();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${dir}/app.mjs`, 'console.log("fine")');
    const ended = await run(weave, IMPORT, `${dir}/app.mjs`).ended();
    expect(ended).toMatchObject({ code: 0, stdout: 'fine\n' });
    expect(ended.stderr).toContain('npm install @opentelemetry/sdk-node');
  });
});
