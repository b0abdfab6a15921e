import { describe, expect, it } from '@jest/globals';
import { COMPLETE, call, end, ID, idOf, PROJECT, start, startWorld, TRACE } from '../world.ts';

const START = `/v2/${PROJECT}/call/start`;
const END = `/v2/${PROJECT}/call/end`;
const UUID = '0197b4f0-8a3e-7c11-9c55-0a1b2c3d4e5f';
const OP_REF = `weave:///${PROJECT}/op/chat:abc123`;

describe('calls/complete', () => {
  it('answers {} and shows every field again', async () => {
    const { post, read } = await startWorld();
    const sent = call({
      parent_id: idOf(1),
      thread_id: 'thread',
      turn_id: idOf(2),
      display_name: 'chat gpt-5',
      attributes: { kind: 'llm', nested: { a: [1, null, 'ä'] } },
      inputs: { messages: [] },
      output: [1, { two: 2 }],
      exception: 'ValueError: no',
      wb_run_id: 'run',
      wb_run_step: 3,
      wb_run_step_end: 4,
    });
    expect(await post(COMPLETE, { batch: [sent] })).toMatchObject({ status: 200, body: {} });
    const { summary, ...fields } = sent;
    expect(await read(ID)).toMatchObject({ ...fields, summary: { weave: { status: 'error' } }, wb_user_id: null });
  });

  it.each([
    ['an OpenTelemetry id', { id: idOf(7), trace_id: TRACE }],
    ['UUIDs', { id: UUID, trace_id: UUID, parent_id: UUID }],
    ['an op ref', { op_name: OP_REF }],
    ['an op name of 128 characters beyond the basic plane', { op_name: '😀'.repeat(128) }],
    ['a display name of 1024 characters', { display_name: 'x'.repeat(1024) }],
    [
      'nulls where they may be',
      { parent_id: null, display_name: null, output: null, otel_dump: null, wb_user_id: null },
    ],
    ['fields that Weave does not know', { extra: 1 }],
    ['counts that are null', { summary: { usage: { m: { input_tokens: null, own: 'x' } } } }],
  ])('accepts %s', async (_, changes) => {
    const { post } = await startWorld();
    expect(await post(COMPLETE, { batch: [call(changes)] })).toMatchObject({ status: 200 });
  });

  it.each([
    ['an id that is too short', { id: 'abc' }, 'Invalid id'],
    ['an upper-case id', { id: 'ABCDEF0123456789' }, 'Invalid id'],
    ['an upper-case UUID', { id: UUID.toUpperCase() }, 'Invalid id'],
    ['a parent id of 32 characters', { parent_id: TRACE }, 'Invalid parent_id'],
    ['a trace id of 16 characters', { trace_id: ID }, 'Invalid trace_id'],
    ['a long op name', { op_name: 'x'.repeat(129) }, 'op_name'],
    ['a ref to an object as op name', { op_name: `weave:///${PROJECT}/object/chat:abc` }, 'op ref'],
    ['a long display name', { display_name: 'x'.repeat(1025) }, 'display_name'],
    ['a user', { wb_user_id: 'me' }, 'wb_user_id'],
    ['another project than the path', { project_id: 'acme/other' }, 'project of the path'],
  ])('refuses %s with 400, and the whole batch with it', async (_, changes, reason) => {
    const { post, query } = await startWorld();
    const answer = await post(COMPLETE, { batch: [call({ id: idOf(1) }), call(changes)] });
    expect(answer).toMatchObject({ status: 400, body: { reason: expect.stringContaining(reason) } });
    expect(await query()).toEqual([]);
  });

  it('refuses a project name that is none', async () => {
    const { post } = await startWorld();
    const answer = await post('/v2/a%3Cb/c/calls/complete', { batch: [call({ project_id: 'a<b/c' })] });
    expect(answer).toMatchObject({ status: 400, body: { reason: expect.stringContaining('entity/project') } });
  });

  it('takes a project name with a space', async () => {
    const { post } = await startWorld();
    const answer = await post('/v2/acme/my%20shop/calls/complete', { batch: [call({ project_id: 'acme/my shop' })] });
    expect(answer.status).toBe(200);
  });

  it('replaces every column of a call that comes again with the same start', async () => {
    const { write, query } = await startWorld();
    await write(call({ exception: 'first', thread_id: 't', inputs: { a: 1 } }));
    await write(call({ output: 'second' }));
    const [only, ...others] = await query();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ output: 'second', exception: null, thread_id: null, inputs: {} });
  });

  it('lets the last one win where one batch holds a call twice', async () => {
    const { write, query } = await startWorld();
    await write(call({ output: 1 }), call({ output: 2 }));
    expect(await query()).toMatchObject([{ output: 2 }]);
  });

  it('keeps two rows for two starts of one id, and reads the one written last', async () => {
    const { write, read, query } = await startWorld();
    await write(call({ started_at: '2026-11-20T09:00:00Z', output: 'late start' }));
    await write(call({ started_at: '2026-11-20T08:00:00Z', output: 'early start' }));
    expect(await query()).toMatchObject([{ output: 'early start' }, { output: 'late start' }]);
    expect(await read(ID)).toMatchObject({ output: 'early start' });
  });

  it('takes the same moment in another zone for the same start', async () => {
    const { write, query } = await startWorld();
    await write(
      call({ started_at: '2026-11-20T08:00:00Z' }),
      call({ started_at: '2026-11-20T10:00:00.0000009+02:00' }),
    );
    expect(await query()).toHaveLength(1);
  });

  it('keeps keys that are special to JavaScript, and text that is special to SQL', async () => {
    const { post, read } = await startWorld();
    const odd = JSON.stringify(call({ op_name: "a\0b'; --", exception: '\ud800 half' })).replace(
      '"inputs":{}',
      '"inputs":{"__proto__":{"x":1},"constructor":2}',
    );
    expect((await post(COMPLETE, `{"batch":[${odd}]}`)).status).toBe(200);
    const found = await read(ID);
    expect(found).toMatchObject({ op_name: "a\0b'; --" });
    expect(JSON.stringify(found?.['inputs'])).toBe('{"__proto__":{"x":1},"constructor":2}');
  });

  it('refuses JSON that is nested too deeply to be stored', async () => {
    const { post } = await startWorld();
    const deep = JSON.stringify(call()).replace('"fine"', '['.repeat(100_000) + ']'.repeat(100_000));
    expect(await post(COMPLETE, `{"batch":[${deep}]}`)).toMatchObject({
      status: 400,
      body: { reason: expect.stringContaining('nested') },
    });
  });
});

describe('what Weave derives on every read', () => {
  it.each([
    ['a call that went well', {}, { status: 'success', trace_name: 'chat', latency_ms: 1500 }],
    ['a failed call', { exception: 'no' }, { status: 'error' }],
    ['an exception without a word, which is none', { exception: '' }, { status: 'success' }],
    ['a failure below', { summary: { status_counts: { error: 2 } } }, { status: 'descendant_error' }],
    ['an op ref', { op_name: OP_REF }, { trace_name: 'chat' }],
    ['a status that was sent', { summary: { weave: { status: 'sent', costs: 1 } } }, { status: 'success', costs: 1 }],
  ])('of %s', async (_, changes, weave) => {
    const { write, read } = await startWorld();
    await write(call(changes));
    expect(await read(ID)).toMatchObject({ summary: { weave } });
  });

  it('gives the display name in the place of the trace name', async () => {
    const { write, read } = await startWorld();
    await write(call({ display_name: 'Chat' }));
    expect(await read(ID)).toMatchObject({
      summary: { weave: { status: 'success', display_name: 'Chat', latency_ms: 1500 } },
    });
    expect(JSON.stringify(await read(ID))).not.toContain('trace_name');
  });

  it('shows the dump of the span among the attributes', async () => {
    const { write, read } = await startWorld();
    await write(call({ attributes: { a: 1 }, otel_dump: { name: 'span' } }));
    const found = await read(ID);
    expect(found).toMatchObject({ attributes: { a: 1, otel_span: { name: 'span' } } });
    expect(found).not.toHaveProperty('otel_dump');
  });
});

describe('calls that are shown while they run', () => {
  it('a started call is running; its end completes it', async () => {
    const { post, read } = await startWorld();
    expect(await post(START, { start: start() })).toMatchObject({ status: 200, body: { id: ID, trace_id: TRACE } });
    expect(await read(ID)).toMatchObject({ ended_at: null, output: null, summary: { weave: { status: 'running' } } });
    const ended = await post(END, { end: end({ started_at: call()['started_at'], output: 'done' }) });
    expect(ended).toMatchObject({ status: 200, body: {} });
    expect(await read(ID)).toMatchObject({ output: 'done', summary: { weave: { status: 'success' } } });
  });

  it('the complete record of the same id and start replaces it', async () => {
    const { post, write, query } = await startWorld();
    await post(START, { start: start({ inputs: { early: true } }) });
    await write(call({ inputs: { whole: true } }));
    expect(await query()).toMatchObject([{ inputs: { whole: true }, summary: { weave: { status: 'success' } } }]);
  });

  it.each([
    ['without a start', {}],
    ['with another start', { started_at: '2020-01-01T00:00:00Z' }],
  ])('an end %s finds the call by its id', async (_, changes) => {
    const { post, read } = await startWorld();
    await post(START, { start: start() });
    expect((await post(END, { end: end(changes) })).status).toBe(200);
    expect(await read(ID)).toMatchObject({ output: 'fine' });
  });

  it('of two starts of one id, an end finds its own', async () => {
    const { post, query } = await startWorld();
    await post(START, { start: start({ started_at: '2026-01-01T00:00:00Z' }) });
    await post(START, { start: start({ started_at: '2026-01-02T00:00:00Z' }) });
    await post(END, { end: end({ started_at: '2026-01-01T00:00:00Z' }) });
    expect(await query()).toMatchObject([{ output: 'fine' }, { output: null }]);
  });

  it.each(['in an unknown project', 'in a known project'])('an end without a start is 404 %s', async (where) => {
    const { post, write, query } = await startWorld();
    if (where === 'in a known project') await write(call({ id: idOf(1) }));
    const before = await query();
    expect(await post(END, { end: end() })).toMatchObject({ status: 404, body: { reason: expect.any(String) } });
    expect(await query()).toEqual(before);
  });

  it('gives ids to a start that has none', async () => {
    const { post, read } = await startWorld();
    const { body } = await post(START, { start: start({ id: null, trace_id: undefined }) });
    const ids = body as { id: string; trace_id: string };
    expect(ids.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await read(ids.id)).toMatchObject(ids);
  });

  it.each([
    [START, { start: start({ id: 'x' }) }],
    [START, { start: start({ project_id: 'acme/other' }) }],
    [END, { end: end({ id: 'x' }) }],
    [END, { end: end({ project_id: 'acme/other' }) }],
  ])('%s refuses what breaks a rule', async (path, body) => {
    const { post } = await startWorld();
    expect(await post(path, body)).toMatchObject({ status: 400, body: { reason: expect.any(String) } });
  });
});
