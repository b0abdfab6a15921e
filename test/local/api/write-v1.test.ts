import { describe, expect, it } from '@jest/globals';
import { call, end, ID, idOf, PROJECT, start, startWorld, TRACE } from '../world.ts';

const BATCH = '/call/upsert_batch';
const startItem = (changes: object = {}) => ({ mode: 'start', req: { start: start(changes) } });
const endItem = (changes: object = {}) => ({ mode: 'end', req: { end: end(changes) } });
const MODE_REQUIRED = { status: 400, body: { reason: expect.any(String), error_code: 'CALLS_COMPLETE_MODE_REQUIRED' } };

describe('the legacy paths', () => {
  it.each([
    ['start first', [startItem(), endItem()], [{ id: ID, trace_id: TRACE }, {}]],
    ['end first', [endItem(), startItem()], [{}, { id: ID, trace_id: TRACE }]],
    ['without a mode', [{ req: { start: start() } }, { req: { end: end() } }], [{ id: ID, trace_id: TRACE }, {}]],
  ])('upsert_batch merges a start and an end, %s, and answers in order', async (_, batch, res) => {
    const { post, query } = await startWorld();
    expect(await post(BATCH, { batch })).toMatchObject({ status: 200, body: { res } });
    expect(await query()).toMatchObject([
      { op_name: 'chat', output: 'fine', summary: { weave: { status: 'success' } } },
    ]);
  });

  it.each(['start', 'end'])('merges parts that come apart, the %s first', async (first) => {
    const { post, query } = await startWorld();
    const paths = [() => post('/call/start', { start: start() }), () => post('/call/end', { end: end() })];
    if (first === 'end') paths.reverse();
    for (const send of paths) expect((await send()).status).toBe(200);
    expect(await query()).toMatchObject([{ op_name: 'chat', output: 'fine' }]);
  });

  it('shows no end before its start has come', async () => {
    const { post, read, query } = await startWorld();
    await post('/call/end', { end: end() });
    expect(await read(ID)).toBeNull();
    expect(await query()).toEqual([]);
    expect(await query({ filter: { call_ids: [ID] } })).toEqual([]);
    const counted = await post('/calls/query_stats', { project_id: PROJECT });
    expect(counted.body).toEqual({ count: 0 });
  });

  it('merges by id alone, whatever start is told', async () => {
    const { post, write, query } = await startWorld();
    await post('/call/start', { start: start() });
    await post('/call/start', { start: start({ started_at: '2026-12-01T00:00:00Z' }) });
    expect(await query()).toMatchObject([{ started_at: '2026-12-01T00:00:00.000000Z' }]);
    // calls/complete goes to the legacy table too, once a project has one.
    await write(call({ started_at: '2026-12-02T00:00:00Z' }));
    expect(await query()).toMatchObject([{ started_at: '2026-12-02T00:00:00.000000Z', output: 'fine' }]);
  });

  it('takes a batch for several projects', async () => {
    const { post } = await startWorld();
    const batch = [startItem(), startItem({ project_id: 'acme/two' })];
    expect((await post(BATCH, { batch })).status).toBe(200);
    expect((await post('/calls/query_stats', { project_id: 'acme/two' })).body).toEqual({ count: 1 });
  });

  it.each([
    [BATCH, { batch: [startItem(), startItem({ id: 'bad' })] }],
    [BATCH, { batch: [startItem(), endItem({ id: 'bad' })] }],
    ['/call/start', { start: start({ op_name: 'x'.repeat(129) }) }],
    ['/call/start', { start: start({ project_id: 'none' }) }],
    ['/call/start', { start: start({ wb_user_id: 'me' }) }],
    ['/call/end', { end: end({ id: 'bad' }) }],
  ])('%s refuses what breaks a rule, and writes nothing', async (path, body) => {
    const { post, query } = await startWorld();
    expect(await post(path, body)).toMatchObject({ status: 400, body: { reason: expect.any(String) } });
    expect(await query()).toEqual([]);
  });
});

describe('the mode of a project', () => {
  const writes = [
    ['upsert_batch', BATCH, { batch: [startItem({ id: idOf(1) })] }],
    ['call/start', '/call/start', { start: start({ id: idOf(1) }) }],
    ['call/end', '/call/end', { end: end({ id: idOf(1) }) }],
  ] as const;

  it.each(writes)('%s is refused once complete calls are there', async (_, path, body) => {
    const { post, write, query } = await startWorld();
    await write(call());
    expect(await post(path, body)).toMatchObject(MODE_REQUIRED);
    expect(await query()).toHaveLength(1);
  });

  it.each(writes)('%s is refused everywhere where the server is told so', async (_, path, body) => {
    const { post, faults } = await startWorld();
    faults.play({ v1: 'never' });
    expect(await post(path, body)).toMatchObject(MODE_REQUIRED);
  });

  it('a server that is told so takes legacy writes always', async () => {
    const { post, write, faults, query } = await startWorld();
    faults.play({ v1: 'always' });
    await write(call());
    expect((await post(BATCH, { batch: [startItem({ id: idOf(1) })] })).status).toBe(200);
    expect(await query()).toHaveLength(2);
  });

  it('a started v2 call counts as complete; score requests and feedback decide nothing', async () => {
    const { post } = await startWorld();
    await post('/calls/score', { project_id: PROJECT, call_ids: [], scorer_refs: [] });
    expect((await post('/call/start', { start: start() })).status).toBe(200);
    await post('/v2/acme/new/call/start', { start: start({ project_id: 'acme/new' }) });
    expect(await post('/call/start', { start: start({ project_id: 'acme/new' }) })).toMatchObject(MODE_REQUIRED);
  });

  it('an older server knows no path under /v2/', async () => {
    const { post, faults, write } = await startWorld();
    faults.play({ v2: 'missing' });
    for (const path of ['calls/complete', 'call/start', 'call/end'])
      expect(await post(`/v2/${PROJECT}/${path}`, 'not even JSON')).toMatchObject({
        status: 404,
        body: { detail: 'Not Found' },
      });
    expect((await post(BATCH, { batch: [startItem()] })).status).toBe(200);
    faults.clear();
    await write(call());
  });
});
