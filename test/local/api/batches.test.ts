import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import type { BatchBehaviour } from '../../../src/local/batch/behaviour.ts';
import { call, ID, startWorld, tempFile, type World } from '../world.ts';

const ENDPOINT = '/v1/chat/completions';

interface Batch {
  readonly id: string;
  readonly status: string;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
  readonly [field: string]: unknown;
}

const lineOf = (id: string, changes: object = {}) => ({
  custom_id: id,
  method: 'POST',
  url: ENDPOINT,
  body: { model: 'm', messages: [{ role: 'user', content: id }] },
  ...changes,
});

async function upload(world: World, lines: readonly unknown[], purpose = 'batch') {
  const form = new FormData();
  form.set('purpose', purpose);
  form.set(
    'file',
    new Blob(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)),
    'in.jsonl',
  );
  const response = await fetch(`${world.url}/v1/files`, { method: 'POST', body: form });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function create(world: World, lines: readonly unknown[], changes: object = {}) {
  const { body } = await upload(world, lines);
  const request = { input_file_id: body['id'], endpoint: ENDPOINT, completion_window: 'unlimited', job_id: 'job-1' };
  return world.post('/v1/batches', { ...request, ...changes });
}

/** A batch that takes no time, as it is in the end. */
async function ended(
  behaviour: Partial<BatchBehaviour>,
  lines: readonly unknown[] = ['a', 'b', 'c'].map((id) => lineOf(id)),
) {
  const world = await startWorld();
  world.faults.play({ batchStepMs: 0, ...behaviour });
  const batch = (await create(world, lines)).body as Batch;
  const linesIn = async (id: string | null) =>
    id === null || id === ''
      ? []
      : (await world.get(`/v1/files/${id}/content`)).text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const idsOf = (texts: readonly string[]) =>
    texts.map((text) => JSON.parse(text.replace('\ufeff', '')).custom_id as string);
  const output = await linesIn(batch.output_file_id);
  const errors = await linesIn(batch.error_file_id);
  return { world, batch, output: idsOf(output), errors: idsOf(errors), texts: output };
}

describe('/v1/batches', () => {
  it('goes through its statuses with time, and counts what is done', async () => {
    const world = await startWorld();
    world.faults.play({ batchStepMs: 60_000 });
    const { status, body } = await create(world, [lineOf('a')], { metadata: { submission: 's' } });
    expect(status).toBe(200);
    const batch = body as Batch;
    expect(batch).toMatchObject({
      object: 'batch',
      status: 'validating',
      job_id: 'job-1',
      model: '',
      metadata: { submission: 's' },
      request_counts: { total: 0, completed: 0, failed: 0 },
      output_file_id: null,
      processing_cost: 0,
    });
    expect((await world.get(`/v1/batches/${batch.id}`)).body).toEqual(batch);
  });

  it.each<[string, Partial<BatchBehaviour>, string, readonly string[], readonly string[]]>([
    ['completes', {}, 'completed', ['a', 'b', 'c'], []],
    ['completes with failures', { batchFailEvery: 2 }, 'completed', ['a', 'c'], ['b']],
    ['completes with nothing but failures', { batches: 'all_fail' }, 'completed', [], ['a', 'b', 'c']],
    ['expires', { batches: 'expire' }, 'expired', ['a', 'b'], ['c']],
    ['fails', { batches: 'fail' }, 'failed', [], []],
    ['goes on for ever', { batches: 'never_end' }, 'in_progress', [], []],
    ['leaves one out', { batchAnswers: 'missing' }, 'completed', ['a', 'b'], []],
    ['answers in disorder', { batchAnswers: 'messy' }, 'completed', ['c', 'b', 'a', 'a'], []],
  ])('%s', async (_, behaviour, status, output, errors) => {
    const found = await ended(behaviour);
    expect([found.batch.status, found.output, found.errors]).toEqual([status, output, errors]);
  });

  it('answers as a model that echoes: the same to the same, in the form of the endpoint', async () => {
    const { texts, batch } = await ended({}, [lineOf('a'), lineOf('b', { body: lineOf('a').body })]);
    const bodies = texts.map((text) => JSON.parse(text).response.body);
    expect(bodies[0]).toEqual(bodies[1]);
    expect(JSON.parse(bodies[0].choices[0].message.content)).toEqual({
      score: expect.any(Number),
      label: expect.stringMatching(/good|poor/),
      reason: expect.stringMatching(/^echo: \w/),
    });
    expect(batch).toMatchObject({
      model: 'm',
      usage: { total_tokens: 2 * bodies[0].usage.total_tokens },
      price_1m_tokens: 0.4,
      processing_cost: expect.any(Number),
    });
  });

  it.each(['/v1/completions', '/v1/responses', '/v1/embeddings'])('serves %s, too', async (endpoint) => {
    const world = await startWorld();
    world.faults.play({ batchStepMs: 0 });
    const body = { model: 'm', prompt: 'p', input: 'p' };
    const batch = (await create(world, [lineOf('a', { url: endpoint, body })], { endpoint })).body as Batch;
    const { text } = await world.get(`/v1/files/${batch.output_file_id}/content`);
    const answer = JSON.parse(text).response.body;
    expect(answer.choices?.[0].text ?? answer.output?.[0].content[0].text ?? answer.data?.[0].embedding).toBeDefined();
  });

  it.each<[string, unknown, string, number | null]>([
    ['no JSON', '{', 'invalid_json_line', 2],
    ['a custom_id that was there before', lineOf('a'), 'duplicate_custom_id', 2],
    ['no custom_id', lineOf('b', { custom_id: undefined }), 'missing_required_parameter', 2],
    ['another endpoint', lineOf('b', { url: '/v1/embeddings' }), 'url_mismatch', 2],
    ['another model', lineOf('b', { body: { model: 'n' } }), 'model_mismatch', 2],
    ['another method', lineOf('b', { method: 'GET' }), 'invalid_method', 2],
    ['no body', lineOf('b', { body: null }), 'invalid_request', 2],
  ])('fails for a line with %s, and says which', async (_, bad, code, line) => {
    const { batch } = await ended({}, [lineOf('a'), bad]);
    expect(batch).toMatchObject({ status: 'failed', errors: { object: 'list', data: [{ code, line }] } });
  });

  it('fails for an empty file', async () => {
    const { batch } = await ended({}, []);
    expect(batch).toMatchObject({ errors: { data: [{ code: 'empty_file', line: null }] } });
  });

  it('says "no error file" in one of two ways', async () => {
    expect((await ended({})).batch.error_file_id).toBeNull();
    expect((await ended({ batchNoFile: 'empty' })).batch.error_file_id).toBe('');
  });

  it('is cancelled with what it has, or not at all', async () => {
    const { world, batch } = await ended({ batches: 'never_end' });
    const cancelled = (await world.post(`/v1/batches/${batch.id}/cancel`, '')).body;
    expect(cancelled).toMatchObject({ status: 'cancelled', request_counts: { total: 3, completed: 2, failed: 1 } });
    expect((await world.post(`/v1/batches/${batch.id}/cancel`, '')).body).toEqual(cancelled);
    world.faults.play({ batchCancel: 'unsupported' });
    expect(await world.post(`/v1/batches/${batch.id}/cancel`, '')).toMatchObject({ status: 501, body: { error: {} } });
  });

  it('lists the newest first, in pages', async () => {
    const world = await startWorld();
    const ids: string[] = [];
    for (let at = 0; at < 3; at += 1) ids.unshift(((await create(world, [lineOf('a')])).body as Batch).id);
    const page = await world.get('/v1/batches?limit=2');
    expect(page.body).toMatchObject({ object: 'list', first_id: ids[0], last_id: ids[1], has_more: true });
    const rest = await world.get(`/v1/batches?after=${ids[1]}`);
    expect(rest.body).toMatchObject({ first_id: ids[2], last_id: ids[2], has_more: false });
    expect((await world.get(`/v1/batches?after=${ids[2]}`)).body).toMatchObject({
      data: [],
      first_id: null,
      last_id: null,
    });
    expect(await world.get('/v1/batches?limit=101')).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['query', 'limit'] }] },
    });
  });

  it.each<[string, object, number, string | null, Partial<BatchBehaviour>]>([
    ['an unknown file', { input_file_id: 'file-x' }, 404, 'input_file_id', {}],
    ['no job', { job_id: undefined }, 422, 'job_id', {}],
    ['another window', { completion_window: '24h' }, 422, 'completion_window', {}],
    ['another endpoint', { endpoint: '/v1/images' }, 422, 'endpoint', {}],
    ['a slash where there must be none', {}, 422, 'endpoint', { batchEndpoint: 'no_slash' }],
    ['no slash where there must be one', { endpoint: 'v1/completions' }, 422, 'endpoint', { batchEndpoint: 'slash' }],
    ['long metadata', { metadata: { a: 'x'.repeat(513) } }, 422, 'metadata', {}],
    [
      'too much metadata',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, ''])) },
      422,
      'metadata',
      {},
    ],
  ])('is refused for %s', async (_, changes, status, param, behaviour) => {
    const world = await startWorld();
    world.faults.play(behaviour);
    expect(await create(world, [lineOf('a')], changes)).toMatchObject({ status, body: { error: { param } } });
  });

  it('can be created without a job where the provider allows it', async () => {
    const world = await startWorld();
    world.faults.play({ batchJobId: 'optional' });
    expect((await create(world, [lineOf('a')], { job_id: undefined })).status).toBe(200);
  });

  it('asks for the key as bearer token', async () => {
    const world = await startWorld({ apiKey: 'secret' });
    expect(await world.get('/v1/batches')).toMatchObject({
      status: 401,
      body: { error: { type: 'authentication_error' } },
    });
    expect((await world.get('/v1/batches', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await world.get('/v1/batches', { authorization: 'Bearer secret' })).status).toBe(200);
  });

  it('is on the page, with its files', async () => {
    const { world, batch } = await ended({});
    const page = await world.get('/work');
    expect(page.text).toContain(batch.id);
    expect(page.text).toContain(`/v1/files/${batch.output_file_id}/content`);
    expect(page.text).toContain('3 of 3');
  });
});

describe('a store of the version before there were batches', () => {
  it('gets its tables, and keeps what it holds', async () => {
    const file = await tempFile('weave.db');
    const before = await startWorld({ file });
    await before.write(call());
    await before.close();
    const db = new DatabaseSync(file);
    db.exec('DROP TABLE files; DROP TABLE batches; PRAGMA user_version = 1');
    db.close();
    const after = await startWorld({ file });
    expect(await after.read(ID)).toMatchObject({ op_name: 'chat' });
    expect((await create(after, [lineOf('a')])).status).toBe(200);
  });
});

describe('/v1/files', () => {
  it('takes a file, lists it, gives it back, and deletes it', async () => {
    const world = await startWorld();
    const { status, body } = await upload(world, ['{"a":"é"}']);
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^file-[a-z\d]{12}$/),
        object: 'file',
        bytes: 11,
        created_at: expect.any(Number),
        expires_at: Number(body['created_at']) + 30 * 24 * 3600,
        filename: 'in.jsonl',
        purpose: 'batch',
      },
    ]);
    await upload(world, ['x'], 'user_data');
    expect((await world.get('/v1/files?purpose=batch')).body).toMatchObject({ data: [body], has_more: false });
    expect((await world.get('/v1/files?order=asc&limit=1')).body).toMatchObject({ data: [body], has_more: true });
    expect((await world.get(`/v1/files/${body['id']}`)).body).toEqual(body);
    expect((await world.get(`/v1/files/${body['id']}/content`)).text).toBe('{"a":"é"}\n');
    const deleted = await fetch(`${world.url}/v1/files/${body['id']}`, { method: 'DELETE' });
    expect(await deleted.json()).toEqual({ id: body['id'], object: 'file', deleted: true });
    expect(await world.get(`/v1/files/${body['id']}`)).toMatchObject({ status: 404, body: { error: {} } });
  });

  it.each([
    ['another purpose', 'fun', 'purpose'],
    ['no purpose', '', 'purpose'],
  ])('refuses %s', async (_, purpose, param) => {
    const world = await startWorld();
    expect(await upload(world, ['x'], purpose)).toMatchObject({ status: 422, body: { error: { param } } });
  });

  it('refuses what is no form, or has no file', async () => {
    const world = await startWorld();
    expect(await world.post('/v1/files', { file: 'x' })).toMatchObject({
      status: 422,
      body: { error: { param: 'file' } },
    });
    const form = new FormData();
    form.set('purpose', 'batch');
    const response = await fetch(`${world.url}/v1/files`, { method: 'POST', body: form });
    expect(response.status).toBe(422);
  });
});
