import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { startInApp } from '../../src/in-app/in-app.ts';
import { type WeaveOptions, WeaveSpanExporter, WeaveSpanProcessor } from '../../src/index.ts';
import { afterwards, PROJECT, pause, startWeave, tempDir, tracerFor, type Weave } from '../support/app-world.ts';
import { readableSpan } from '../support/readable-span.ts';
import { recordDiag } from '../support/recording-diag.ts';
import { recordingLog } from '../support/recording-log.ts';

const SCORE = 'POST /calls/score';
const ANSWERED = 'weave:///acme/shop/object/answered:v1';
const IS_LLM = { field: 'attributes.kind', eq: 'llm' };
const LATER = { name: 'later', scorers: [ANSWERED], delay: '1h' };
const LLM = { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt' } };

function start(weave: Weave, options: WeaveOptions) {
  const processor = new WeaveSpanProcessor({ url: weave.url, project: PROJECT, ...options });
  afterwards(() => processor.shutdown());
  return { processor, ...tracerFor(processor) };
}

/** Ids of calls with feedback, each as often as it has. */
function scored(weave: Weave): readonly string[] {
  const project = weave.store.projects.find(PROJECT);
  const rows = project ? weave.store.feedback.find(project.key, { sql: '1', values: [] }, 0, -1) : [];
  return rows.map(({ weave_ref }) => weave_ref.split('/').at(-1) ?? '');
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(5);
}

describe('scoring rules of an app', () => {
  it('are followed: each call that meets one is scored once, after its delay', async () => {
    const weave = await startWeave();
    const scoring = [{ name: 'llm', when: IS_LLM, scorers: [ANSWERED], delay: '50ms' }];
    const { tracer } = start(weave, { scoring, exportMode: 'immediate' });
    const asked = tracer.startSpan('chat', LLM);
    asked.end();
    tracer.startSpan('no model call').end();
    await until(() => scored(weave).length > 0);
    await weave.until((calls) => calls.length === 2);
    expect(scored(weave)).toEqual([asked.spanContext().spanId]);
    expect(await weave.requests(SCORE)).toBe(1);
  });

  it.each(['forceFlush', 'shutdown'] as const)('do not wait for their delay in %s', async (way) => {
    const weave = await startWeave();
    const { provider, tracer } = start(weave, { scoring: [LATER] });
    for (let n = 0; n < 150; n += 1) tracer.startSpan(`span ${n}`).end();
    await provider[way]();
    expect(new Set(scored(weave)).size).toBe(150);
    expect(scored(weave)).toHaveLength(150);
  });

  it('do not wait where the process has nothing left to do', async () => {
    const weave = await startWeave();
    const host = new EventEmitter();
    const inApp = startInApp({ url: weave.url, project: PROJECT, scoring: [LATER] }, { host });
    afterwards(() => inApp.shutdown());
    inApp.ended(readableSpan(1));
    await inApp.flush();
    expect(await weave.requests(SCORE)).toBe(0);
    host.emit('beforeExit');
    await until(() => scored(weave).length === 1);
  });

  it('wait for it where a processor in front of the exporter hands on batches', async () => {
    const weave = await startWeave();
    const exporter = new WeaveSpanExporter({ url: weave.url, project: PROJECT, scoring: [LATER] });
    afterwards(() => exporter.shutdown());
    await new Promise((resolve) => exporter.export([readableSpan(1)], resolve));
    expect(await weave.requests(SCORE)).toBe(0);
    await exporter.forceFlush();
    expect(await weave.requests(SCORE)).toBe(1);
  });

  it('keep nobody waiting where Weave takes no scoring, and tell what is lost', async () => {
    const weave = await startWeave();
    weave.faults.add({ path: '/calls/score', status: 429, retryAfter: 60 });
    const lines = recordDiag();
    afterwards(() => diag.disable());
    const { processor, provider, tracer } = start(weave, { scoring: [LATER] });
    tracer.startSpan('one').end();
    const startMs = performance.now();
    await provider.shutdown();
    expect(performance.now() - startMs).toBeLessThan(20_000);
    expect(processor.stats()).toMatchObject({ delivered: 1, waiting: 0 });
    expect(lines.join('\n')).toContain('Calls will not be scored');
  });

  it('are told of as lost where the process exits before they are due', async () => {
    const weave = await startWeave();
    const host = new EventEmitter();
    const log = recordingLog();
    const inApp = startInApp({ url: weave.url, project: PROJECT, scoring: [LATER] }, { host, log });
    afterwards(() => inApp.shutdown());
    inApp.ended(readableSpan(1));
    await inApp.flush();
    host.emit('exit');
    const lost = { level: 'warn', message: expect.stringContaining('will not be scored'), fields: { calls: 1 } };
    expect(log.lines).toMatchObject([lost]);
  });

  it('are asked for by the next process where there is a spool', async () => {
    const weave = await startWeave();
    const refusal = weave.faults.add({ path: '/calls/score', status: 429, retryAfter: 0 });
    const options = { scoring: [LATER], spoolDir: tempDir() };
    const first = start(weave, options);
    const span = first.tracer.startSpan('one');
    span.end();
    await first.provider.shutdown();
    expect(scored(weave)).toEqual([]);
    refusal.remove();
    const second = start(weave, options);
    const other = second.tracer.startSpan('two');
    other.end();
    await second.provider.shutdown();
    expect(scored(weave).toSorted()).toEqual([span.spanContext().spanId, other.spanContext().spanId].toSorted());
  });

  it('say what is wrong with one, and the others are followed', async () => {
    const weave = await startWeave();
    const lines = recordDiag();
    afterwards(() => diag.disable());
    const wrong = { name: 'wrong', when: { field: 'op_nam', eq: 'x' }, scorers: [ANSWERED] };
    const { provider, tracer } = start(weave, { scoring: [wrong, LATER, { ...LATER, sample: 0 }] });
    tracer.startSpan('one').end();
    await provider.shutdown();
    expect(scored(weave)).toHaveLength(1);
    const said = lines.join('\n');
    expect(said).toContain('scoring.0.when.field: calls have no op_nam; did you mean op_name?');
    expect(said).toContain('scoring.2.name: later is used twice');
  });

  it('are no reason for the app to fail, whatever they are', async () => {
    const weave = await startWeave();
    recordDiag();
    afterwards(() => diag.disable());
    for (const scoring of [[null], 'text', [{ name: 5, scorers: 'x' }], {}, [undefined, LATER]]) {
      const { processor, provider, tracer } = start(weave, { scoring: scoring as never });
      tracer.startSpan('one').end();
      await provider.shutdown();
      expect(processor.stats()).toMatchObject({ delivered: 1 });
    }
  });
});
