import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../../src/core/log.ts';
import type { JobRule } from '../../../src/core/rule.ts';
import type { BatchBehaviour } from '../../../src/local/batch/behaviour.ts';
import type { FaultRule } from '../../../src/local/faults.ts';
import { MAX_MISSING_FILE } from '../../../src/trigger/jobs/ingest.ts';
import { createJobDesk } from '../../../src/trigger/jobs/manage.ts';
import { MAX_MISSING } from '../../../src/trigger/jobs/poll.ts';
import { ruleSet } from '../../../src/trigger/rule-set.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { callIdOf, jobRule, PROJECT, range, startWorld, triggerOf, type World, writeCalls } from '../world.ts';

let world: World;
afterEach(() => world.close());

async function start(rule: JobRule, behaviour: Partial<BatchBehaviour> = {}): Promise<JobRule> {
  world = await startWorld({ rules: [rule] });
  world.weave.faults.play(behaviour);
  return rule;
}

const states = () => world.store.jobs.list(100).map(({ state }) => state);
const isDone = (jobs: number) => () => states().length === jobs && states().every((state) => state === 'done');
const desk = () => createJobDesk({ store: world.store, clock: { ...clock } });
const clock = { now: () => Date.now() } as never as Parameters<typeof createJobDesk>[0]['clock'];

/** Ids of the calls that have feedback, each as often as it has. */
const judged = () => world.feedback().map(({ weave_ref }) => weave_ref.split('/').at(-1));
const J = JSON.stringify;
const ids = (numbers: readonly number[]) => numbers.map(callIdOf);

describe('a job', () => {
  it('asks about each call once, and writes the answers on the calls', async () => {
    const rule = await start(jobRule());
    world.trigger(rule, ...range(5));
    await world.until(isDone(world.store.jobs.list(9).length || 1));
    expect(judged().toSorted()).toEqual(ids(range(5)));
    const [first] = world.feedback();
    expect(first).toMatchObject({ feedback_type: 'otel-weave.job.judge', creator: 'otel-weave-bridge' });
    expect(JSON.parse(first?.payload ?? '')).toEqual({
      output: { score: expect.any(Number), label: expect.any(String), reason: expect.stringContaining('echo') },
      score: expect.any(Number),
      label: expect.any(String),
      reason: expect.stringContaining('question'),
      rule: 'judge',
      rule_version: triggerOf(rule, 1).version,
      sample_rate: 1,
      model: 'demo',
      job: world.store.jobs.list(1)[0]?.submission,
      batch_id: world.batches()[0]?.id,
      custom_id: expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      usage: expect.objectContaining({ total_tokens: expect.any(Number) }),
      cost_usd: expect.any(Number),
      price_1m_tokens: 0.4,
    });
    expect(world.line.outcome('judge', 'scored')).toBe(5);
    expect(world.line.outcome('judge', 'sent')).toBe(5);
  });

  it.each<[string, object, unknown]>([
    ['/v1/responses', { input: 'good?' }, { score: expect.any(Number), label: expect.any(String) }],
    ['/v1/completions', { prompt: 'good?' }, { score: expect.any(Number), label: expect.any(String) }],
    ['v1/completions', { prompt: 'good?' }, { score: expect.any(Number), label: expect.any(String) }],
    ['/v1/embeddings', { input: 'good?' }, { output: expect.arrayContaining([expect.any(Number)]) }],
  ])('asks at %s and reads what is answered there', async (endpoint, body, judgement) => {
    const rule = await start(jobRule({ endpoint }));
    writeCalls(world.weave, [1]);
    world.outbox.add(triggerOf(rule, 1, { request: J({ model: 'demo', ...body }) }));
    await world.until(isDone(1));
    expect(world.batches().map((batch) => batch.endpoint)).toEqual([endpoint]);
    expect(JSON.parse(world.feedback()[0]?.payload ?? '')).toMatchObject(judgement as object);
  });

  it('costs what the provider says, divided by tokens', async () => {
    const rule = await start(jobRule({ flush: { maxRequests: 3, maxBytes: 1e6, maxWaitMs: 60_000 } }));
    world.trigger(rule, ...range(3));
    await world.until(isDone(1));
    const [batch] = world.batches();
    const usd = (Number(batch?.result?.usage['total_tokens']) * 0.4) / 1_000_000;
    const costs = world.feedback().map(({ payload }) => Number(JSON.parse(payload).cost_usd));
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(usd, 10);
    expect(desk().show(1).costUsd).toBeCloseTo(usd, 10);
  });

  it.each([
    ['requests', { maxRequests: 4, maxBytes: 1e6, maxWaitMs: 60_000 }, [4, 4]],
    ['bytes', { maxRequests: 100, maxBytes: 700, maxWaitMs: 60_000 }, [3, 3]],
  ])('is sealed when it has its %s', async (_, flush, sizes) => {
    const rule = await start(jobRule({ flush }));
    world.trigger(rule, ...range(8));
    await world.until(() => states().filter((state) => state === 'done').length === 2);
    expect(world.batches().map(({ requests }) => requests)).toEqual(sizes);
    expect(world.store.jobs.list(9).filter(({ state }) => state === 'collecting').length).toBe(sizes[0] === 4 ? 0 : 1);
  });

  it.each<[string, Partial<BatchBehaviour>]>([
    ['out of order, twice, with empty lines, CRLF and a byte order mark', { batchAnswers: 'messy' }],
    ['beside an error file id of no characters', { batchNoFile: 'empty' }],
    ['while its counts shrink', { batches: 'shrink', batchStepMs: 5 }],
    ['where the endpoint has to have a slash', { batchEndpoint: 'slash' }],
  ])('takes answers %s', async (_, behaviour) => {
    const rule = await start(jobRule({ flush: { maxRequests: 5, maxBytes: 1e6, maxWaitMs: 60_000 } }), behaviour);
    world.trigger(rule, ...range(5));
    await world.until(isDone(1));
    expect(judged().toSorted()).toEqual(ids(range(5)));
    expect(world.batches()).toHaveLength(1);
  });

  const twoAtOnce = { maxRequests: 2, maxBytes: 1e6, maxWaitMs: 0 };

  it.each<[string, Partial<BatchBehaviour>]>([
    ['has no line for', { batchAnswers: 'missing' }],
    ['expired before', { batches: 'expire' }],
    ['had a failure of the server for', { batchFailEvery: 2, batchFailStatus: 503 }],
  ])('sends once more what the batch %s', async (_, behaviour) => {
    const rule = await start(jobRule({ flush: twoAtOnce }), behaviour);
    world.trigger(rule, 1, 2);
    await world.until(() => world.batches().some(({ result }) => result !== null) && judged().length === 1);
    world.weave.faults.play({ batchAnswers: 'tidy', batches: 'complete', batchFailEvery: 0 });
    await world.until(() => judged().length === 2);
    expect(judged().toSorted()).toEqual(ids([1, 2]));
  });

  it('gives up what got no answer in so many batches', async () => {
    const rule = await start(jobRule({ attempts: 2, flush: { ...twoAtOnce, maxRequests: 1 } }), {
      batchAnswers: 'missing',
    });
    world.trigger(rule, 1);
    await world.until(() => world.line.outcome('judge', 'failed') === 1);
    expect(world.batches()).toHaveLength(2);
    await world.until(isDone(2));
    expect(desk().show(2).failures).toEqual([{ reason: 'the batch had no answer for it', requests: 1 }]);
  });

  it('does not send again what the model refused', async () => {
    const rule = await start(jobRule({ flush: twoAtOnce }), { batchFailEvery: 2, batchFailStatus: 400 });
    world.trigger(rule, 1, 2);
    await world.until(isDone(1));
    expect(judged()).toEqual(ids([1]));
    expect(desk().show(1)).toMatchObject({
      items: { written: 1, failed: 1 },
      failures: [{ reason: 'HTTP 400: the model could not do this (invalid_request_error)', requests: 1 }],
    });
  });

  it('says why the whole batch failed', async () => {
    const rule = await start(jobRule(), { batches: 'fail' });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(desk().show(1).failures).toEqual([{ reason: expect.stringContaining('model_not_found: '), requests: 1 }]);
  });

  it('sends again the lines that a failed validation says nothing about', async () => {
    const rule = await start(jobRule({ flush: twoAtOnce }));
    const bad = { ...triggerOf(rule, 1), request: '"no object"' };
    writeCalls(world.weave, [1, 2]);
    world.outbox.add(bad, triggerOf(rule, 2));
    await world.until(() => judged().length === 1);
    expect(judged()).toEqual(ids([2]));
    expect(desk().show(1).failures).toEqual([{ reason: 'invalid_request: body is not a JSON object', requests: 1 }]);
  });

  it('goes into another batch where its batch is gone', async () => {
    const rule = await start(jobRule());
    const met = world.fault({ method: 'GET', pattern: '^/v1/batches/batch-', status: 404, times: MAX_MISSING });
    world.trigger(rule, 1);
    await world.until(() => judged().length === 1);
    expect(met.hits()).toBe(MAX_MISSING);
    expect(world.batches()).toHaveLength(2);
  });

  it('believes no single "not found"', async () => {
    const rule = await start(jobRule(), { batchStepMs: 3 });
    world.fault({ method: 'GET', pattern: '^/v1/batches/batch-', status: 404, times: MAX_MISSING - 1 });
    world.trigger(rule, 1);
    await world.until(() => judged().length === 1);
    expect(world.batches()).toHaveLength(1);
  });

  it.each([
    ['the upload', { method: 'POST', path: '/v1/files' }],
    ['a look at the batch', { method: 'GET', pattern: '^/v1/batches/batch-' }],
    ['the download of the answers', { method: 'GET', pattern: '/content$' }],
    ['feedback', { method: 'POST', path: '/feedback/create' }],
  ])('does %s again after each kind of failure, and everything is there once', async (_, where) => {
    const rule = await start(jobRule({ flush: twoAtOnce }));
    for (const how of [
      { status: 429, retryAfter: 0 },
      { status: 503 },
      { status: 401 },
      { status: 302 },
      { status: 200, body: '<html>\n<h1>Please sign in</h1>' },
      { cut: 'before' as const },
      { cut: 'after-commit' as const },
      { cut: 'half-body' as const },
    ]) {
      world.fault({ ...where, times: 1, ...how });
    }
    world.trigger(rule, 1, 2);
    await world.until(isDone(1));
    expect(judged().toSorted()).toEqual(ids([1, 2]));
    expect(world.batches()).toHaveLength(1);
  });

  it.each([
    ['was created', 'after-commit'],
    ['was not created', 'before'],
  ] as const)('is created once where the answer was lost and the batch %s', async (_, cut) => {
    const rule = await start(jobRule());
    world.fault({ method: 'POST', path: '/v1/batches', times: 1, cut });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(world.batches()).toHaveLength(1);
    expect(judged()).toEqual(ids([1]));
  });

  it('is created once whatever its creation is answered first', async () => {
    const rule = await start(jobRule());
    const answers = [
      { status: 429, retryAfter: 0 },
      { status: 503 },
      { status: 401 },
      { status: 302 },
      { status: 200, body: '<html>Please sign in</html>' },
      { cut: 'half-body' as const },
    ];
    for (const answer of answers) world.fault({ method: 'POST', path: '/v1/batches', times: 1, ...answer });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(world.batches()).toHaveLength(1);
    expect(judged()).toEqual(ids([1]));
  });

  it('finds its batch behind many others', async () => {
    const rule = await start(jobRule(), { batches: 'never_end' });
    const [input_file_id] = ['file-other'];
    world.weave.store.files.add(
      { id: input_file_id, filename: 'x', purpose: 'batch', created_at: 0, expires_at: null, bytes: 0 },
      '',
    );
    const met = world.fault({ method: 'POST', path: '/v1/batches', times: 1, cut: 'after-commit' });
    world.trigger(rule, 1);
    await world.until(() => met.hits() === 1);
    const body = { input_file_id, endpoint: '/v1/completions', completion_window: 'unlimited', job_id: 'x' };
    for (const _other of range(250)) {
      await fetch(`${world.weave.url}/v1/batches`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    }
    await world.until(() => states()[0] === 'submitted');
    expect(world.batches().filter(({ job_id }) => job_id === 'job-1')).toHaveLength(1);
  });

  it.each([
    ['has no end', { data: [{ id: 'batch-other', status: 'completed' }], has_more: true }],
    ['is no list of batches', { data: [{ some: 'thing' }], has_more: true }],
  ])('is not created again where the list %s: a person has to look', async (_, body) => {
    const rule = await start(jobRule());
    world.fault({ method: 'POST', path: '/v1/batches', times: 1, cut: 'before' });
    world.fault({ method: 'GET', pattern: '^/v1/batches', status: 200, body });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'held');
    expect(desk().show(1).reason).toContain('whether the batch was created is not known');
    expect(world.batches()).toEqual([]);
  });

  it('is searched for once more when told to go on, where the list tells again', async () => {
    const rule = await start(jobRule());
    world.fault({ method: 'POST', path: '/v1/batches', times: 1, cut: 'after-commit' });
    const list = world.fault({ method: 'GET', pattern: '^/v1/batches', status: 404, body: { detail: 'no' } });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'held');
    list.remove();
    expect(desk().resume(1)).toContain('is looked for');
    await world.until(isDone(1));
    expect(world.batches()).toHaveLength(1);
    expect(judged()).toEqual(ids([1]));
  });

  it('is made anew only when a person says that there is none', async () => {
    const rule = await start(jobRule());
    world.fault({ method: 'POST', path: '/v1/batches', times: 1, cut: 'before' });
    const list = world.fault({
      method: 'GET',
      pattern: '^/v1/batches',
      status: 200,
      body: { data: [], has_more: true },
    });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'held');
    desk().resume(1);
    await world.until(() => states()[0] === 'held');
    expect(world.batches()).toEqual([]);
    list.remove();
    desk().resume(1, 'anew');
    await world.until(isDone(1));
    expect(world.batches()).toHaveLength(1);
  });

  it('goes on with a corrected job id where it was held for a wrong one', async () => {
    const rule = await start(jobRule({ jobId: 'wrong' }));
    const refusal = world.fault({
      method: 'POST',
      path: '/v1/batches',
      status: 404,
      body: { error: { message: 'no' } },
    });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'held');
    refusal.remove();
    for (const one of ruleSet([], [{ ...rule, jobId: 'right' }])) world.store.rules.register(one);
    desk().resume(1);
    await world.until(isDone(1));
    expect(world.batches().map(({ job_id }) => job_id)).toEqual(['right']);
  });

  it('reads a batch whose status is in capitals', async () => {
    const rule = await start(jobRule());
    const errors = { data: [{ code: 'model_mismatch', message: 'another model', line: null }] };
    const body = { id: 'batch-1', status: 'FAILED', errors };
    world.fault({ method: 'GET', pattern: '^/v1/batches/batch-', status: 200, body });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(desk().show(1).failures).toEqual([{ reason: 'model_mismatch: another model', requests: 1 }]);
    expect(world.batches()).toHaveLength(1);
  });

  it('waits for a file of answers that comes late', async () => {
    const rule = await start(jobRule());
    const met = world.fault({ method: 'GET', pattern: '/content$', status: 404, times: MAX_MISSING_FILE - 1 });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(met.hits()).toBe(MAX_MISSING_FILE - 1);
    expect(judged()).toEqual(ids([1]));
    expect(world.batches()).toHaveLength(1);
  });

  it('asks once more where the file of answers is gone', async () => {
    const rule = await start(jobRule());
    world.fault({ method: 'GET', pattern: '/content$', status: 404, times: MAX_MISSING_FILE + 1 });
    world.trigger(rule, 1);
    await world.until(isDone(2));
    expect(judged()).toEqual(ids([1]));
    expect(world.batches()).toHaveLength(2);
  });

  it('takes what is good of a file that is hostile', async () => {
    const rule = await start(jobRule({ attempts: 1, flush: twoAtOnce }), { batchStepMs: 30 });
    world.trigger(rule, 1, 2);
    await world.until(() => states()[0] === 'submitted');
    const [one, two] = world.store.items.ofJob(1, ['collected'], 0, 9).map(({ customId }) => customId);
    const line = (custom_id: unknown, body: unknown) => `${J({ custom_id, response: { status_code: 200, body } })}\n`;
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const file = [
      line('nobody', { choices: [] }),
      line(undefined, {}),
      line(5, {}),
      '{"custom_id":\n',
      `{"custom_id":"${two}","response":{"status_code":200,"body":{"x":${deep}}}}\n`,
      line(one, { choices: [{ message: { content: '{"score":1}' } }] }),
      line(one, { choices: [{ message: { content: '{"score":0}' } }] }),
      ...range(5000).map((number) => line(`nobody-${number}`, {})),
      line(two, { choices: [{ message: { content: 'too late' } }] }),
    ];
    world.fault({ method: 'GET', pattern: '/content$', status: 200, body: file.join('') });
    await world.until(isDone(1));
    expect(judged()).toEqual(ids([1]));
    expect(JSON.parse(world.feedback()[0]?.payload ?? '')).toMatchObject({ score: 1 });
    expect(desk().show(1).failures).toEqual([{ reason: 'the answer is nested too deep', requests: 1 }]);
  });

  it('writes what Weave takes of calls of its own where it refuses one', async () => {
    const rule = await start(jobRule({ writeBack: { as: 'rerun' }, flush: twoAtOnce }));
    world.fault({ path: '/v2/', times: 2, status: 413, body: { reason: 'too large' } });
    world.trigger(rule, 1, 2);
    await world.until(isDone(1));
    expect(desk().show(1)).toMatchObject({ items: { written: 1, failed: 1 } });
  });

  it('waits for a person where the provider refuses it, and goes on when told', async () => {
    const rule = await start(jobRule());
    const refusal = world.fault({
      method: 'POST',
      path: '/v1/batches',
      status: 422,
      body: {
        error: { message: 'job_id is missing', type: 'invalid_request_error', param: 'job_id', code: 'missing_field' },
      },
    });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'held');
    expect(desk().show(1).reason).toBe('HTTP 422: job_id is missing (invalid_request_error, missing_field, job_id)');
    refusal.remove();
    expect(desk().resume(1)).toContain('goes on');
    await world.until(isDone(1));
    expect(judged()).toEqual(ids([1]));
  });

  it('sends what failed once more when told', async () => {
    const rule = await start(jobRule({ flush: twoAtOnce }), { batches: 'all_fail' });
    world.trigger(rule, 1, 2);
    await world.until(isDone(1));
    world.weave.faults.play({ batches: 'complete' });
    expect(desk().resume(1)).toBe('2 failed requests of job 1 go into the next job of rule judge.');
    await world.until(() => judged().length === 2);
    expect(() => desk().resume(1)).toThrow(expect.objectContaining({ code: 'JOB_STATE' }));
  });

  it('is called off before it is sent', async () => {
    const rule = await start(jobRule({ flush: { ...twoAtOnce, maxRequests: 9, maxWaitMs: 3_600_000 } }));
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'collecting');
    expect(desk().cancel(1)).toBe('Job 1 is called off.');
    await world.until(() => states()[0] === 'cancelled');
    expect(world.batches()).toEqual([]);
    expect(desk().show(1).failures).toEqual([{ reason: 'cancelled', requests: 1 }]);
    expect(() => desk().cancel(1)).toThrow(expect.objectContaining({ code: 'JOB_STATE' }));
  });

  it('keeps what was answered before it was cancelled', async () => {
    const rule = await start(jobRule({ flush: twoAtOnce }), { batches: 'never_end' });
    world.trigger(rule, 1, 2);
    await world.until(() => states()[0] === 'submitted');
    desk().cancel(1);
    await world.until(isDone(1));
    expect(judged()).toEqual(ids([1]));
    expect(desk().show(1)).toMatchObject({ cancel: 'sent', items: { written: 1, failed: 1 } });
    expect(world.batches()).toHaveLength(1);
  });

  it.each<[string, Partial<BatchBehaviour>, FaultRule]>([
    ['whose answer was lost', { batches: 'never_end' }, { pattern: '/cancel$', cut: 'after-commit' }],
    [
      'that failed until the batch had ended',
      { batches: 'expire', batchStepMs: 100 },
      { pattern: '/cancel$', status: 503 },
    ],
    ['that the provider cannot do', { batches: 'expire', batchStepMs: 100 }, { pattern: '/cancel$', status: 501 }],
  ])('asks about nothing once more after a cancel %s', async (_, behaviour, fault) => {
    const rule = await start(jobRule({ flush: twoAtOnce }), behaviour);
    world.fault(fault);
    world.trigger(rule, 1, 2);
    await world.until(() => states()[0] === 'submitted');
    desk().cancel(1);
    await world.until(isDone(1));
    expect(desk().show(1)).toMatchObject({ items: { written: 1, failed: 1 } });
    expect(desk().show(1).failures).toEqual([{ reason: 'cancelled', requests: 1 }]);
    expect(world.batches()).toHaveLength(1);
  });

  it('asks about nothing once more where somebody cancelled the batch at the provider, until told', async () => {
    const rule = await start(jobRule({ flush: twoAtOnce }), { batches: 'never_end' });
    world.trigger(rule, 1, 2);
    await world.until(() => states()[0] === 'submitted');
    await fetch(`${world.weave.url}/v1/batches/${world.batches()[0]?.id}/cancel`, { method: 'POST' });
    await world.until(isDone(1));
    expect(desk().show(1)).toMatchObject({ cancel: null, items: { written: 1, failed: 1 } });
    world.weave.faults.play({ batches: 'complete' });
    desk().resume(1);
    await world.until(() => judged().length === 2);
    expect(world.batches()).toHaveLength(2);
  });

  it('goes on where the provider cannot cancel', async () => {
    const rule = await start(jobRule(), { batches: 'never_end', batchCancel: 'unsupported' });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'submitted');
    desk().cancel(1);
    await world.until(() => desk().show(1).cancel === 'unsupported');
    expect(states()).toEqual(['submitted']);
  });

  it('leaves no file behind, and forgets texts that were written back', async () => {
    const rule = await start(jobRule());
    world.trigger(rule, 1);
    await world.until(isDone(1));
    const folder = join(world.dir, 'jobs');
    await world.until(() => !existsSync(folder) || readdirSync(folder).length === 0);
    expect(world.store.items.ofJob(1, ['written'], 0, 9)).toEqual([
      expect.objectContaining({ request: null, answer: null }),
    ]);
  });

  it('stops at its limit of USD a day', async () => {
    const rule = jobRule({ limit: { usdPerDay: 0.00001 } });
    world = await startWorld({ rules: [rule], limits: new Map([['judge', rule.limit]]) });
    world.weave.faults.play({ batchStepMs: 0 });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    world.trigger(rule, 2);
    await world.until(() => world.line.outcome('judge', 'over_budget') === 1);
    expect(judged()).toEqual(ids([1]));
  });

  it.each([
    ['a limit of USD, where the batch does not say what it has cost', { usdPerDay: 5 }, 1],
    ['no limit of USD', { callsPerDay: 5 }, 0],
  ])('warns of %s', async (_, limit, times) => {
    const rule = jobRule({ limit });
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
    world = await startWorld({ rules: [rule], limits: new Map([['judge', limit]]), log });
    world.weave.faults.play({ batches: 'never_end' });
    world.trigger(rule, 1);
    await world.until(() => states()[0] === 'submitted');
    const [item] = world.store.items.ofJob(1, ['collected'], 0, 1);
    const answer = { custom_id: item?.customId, response: { status_code: 200, body: { choices: [{ text: '1' }] } } };
    world.fault({ pattern: '/content$', status: 200, body: J(answer) });
    const batch = { id: 'batch-1', status: 'completed', output_file_id: 'file-1', processing_cost: 0 };
    world.fault({ method: 'GET', pattern: '^/v1/batches/', status: 200, body: batch });
    await world.until(isDone(1));
    expect(judged()).toEqual(ids([1]));
    expect(warnings.filter((message) => message.includes('usd_per_day'))).toHaveLength(times);
  });

  it('writes as a scorer where it names one', async () => {
    const scorer = 'weave:///acme/shop/object/helpful:v3';
    const rule = await start(jobRule({ writeBack: { as: 'feedback', scorer } }));
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(world.feedback()[0]).toMatchObject({ feedback_type: 'wandb.runnable.helpful', runnable_ref: scorer });
  });

  it('writes to a Weave that takes no ids, once, also after a lost answer', async () => {
    const rule = await start(jobRule());
    world.weave.faults.play({ feedbackIds: 'refused' });
    // The first request is refused for its id; the answer to the second is lost.
    world.fault({
      path: '/feedback/create',
      times: 1,
      status: 422,
      body: { detail: [{ loc: ['body', 'id'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }] },
    });
    world.fault({ path: '/feedback/create', times: 1, cut: 'after-commit' });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    expect(judged()).toEqual(ids([1]));
  });

  it('writes many answers at a time to a Weave that takes no ids', async () => {
    const rule = await start(jobRule({ flush: { maxRequests: 9, maxBytes: 1e6, maxWaitMs: 60_000 } }));
    world.weave.faults.play({ feedbackIds: 'refused' });
    world.trigger(rule, ...range(9));
    await world.until(isDone(1));
    expect(judged().toSorted()).toEqual(ids(range(9)));
  });

  it('goes on with the others where Weave refuses one answer', async () => {
    const rule = await start(jobRule({ flush: twoAtOnce }));
    world.fault({ path: '/feedback/create', times: 1, status: 400, body: { reason: 'no such call' } });
    world.trigger(rule, 1, 2);
    await world.until(isDone(1));
    expect(judged()).toHaveLength(1);
    expect(desk().show(1).failures).toEqual([{ reason: 'HTTP 400: no such call', requests: 1 }]);
  });

  it('says once of a job that Weave refuses its answers, and shows how many', async () => {
    const rule = jobRule({ flush: { maxRequests: 9, maxBytes: 1e6, maxWaitMs: 60_000 } });
    const log = recordingLog();
    world = await startWorld({ rules: [rule], log });
    world.fault({ path: '/feedback/create', status: 400, body: { reason: 'no such scorer' } });
    world.trigger(rule, ...range(9));
    await world.until(isDone(1));
    expect(log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
      { job: 1, rule: 'judge', reason: 'HTTP 400: no such scorer' },
    ]);
    expect(desk().show(1).failures).toEqual([{ reason: 'HTTP 400: no such scorer', requests: 9 }]);
    expect(world.line.outcome('judge', 'failed')).toBe(9);
  });

  it('writes calls of their own, linked to their source, once', async () => {
    const rule = await start(jobRule({ writeBack: { as: 'rerun' } }));
    world.fault({ path: '/v2/', times: 1, cut: 'after-commit' });
    world.trigger(rule, 1);
    await world.until(isDone(1));
    const project = world.weave.store.projects.find(PROJECT);
    const calls = [
      ...world.weave.store.calls.stream(project?.key ?? 0, { filter: null, direction: 'asc', offset: 0, limit: 99 }),
    ];
    const reruns = calls.filter(({ op_name }) => op_name === 'rerun');
    expect(reruns).toHaveLength(1);
    expect(JSON.parse(reruns[0]?.attributes ?? '')).toMatchObject({
      kind: 'llm',
      model: 'demo',
      otel_weave_bridge: {
        rule: { name: 'judge' },
        source_call: `weave:///${PROJECT}/call/${callIdOf(1)}`,
        batch_id: world.batches()[0]?.id,
      },
    });
    expect(JSON.parse(reruns[0]?.inputs ?? '')).toEqual(JSON.parse(triggerOf(rule, 1).request ?? ''));
    expect(reruns[0]?.tokens).toBeGreaterThan(0);
    expect(world.feedback()).toEqual([]);
  });
});
