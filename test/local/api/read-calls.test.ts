import { describe, expect, it } from '@jest/globals';
import { call, ID, idOf, PROJECT, startWorld, TRACE } from '../world.ts';

const OTHER_TRACE = 'b'.repeat(32);
const OP_REF = `weave:///${PROJECT}/op/search:v1`;

/** Four calls a second apart: a root with two children, one of them an op ref in a thread, and a root of another trace. */
async function startFamily() {
  const world = await startWorld();
  const at = (second: number) => ({ started_at: `2026-11-20T08:00:0${second}Z` });
  await world.write(
    call({ id: idOf(3), parent_id: idOf(1), op_name: OP_REF, thread_id: 'talk', turn_id: idOf(3), ...at(3) }),
    call({ id: idOf(2), parent_id: idOf(1), op_name: 'tool', ...at(2) }),
    call({ id: idOf(1), ...at(1) }),
    call({ id: idOf(4), trace_id: OTHER_TRACE, ...at(4) }),
  );
  return world;
}

describe('calls/stream_query', () => {
  it.each([
    ['nothing', {}, [1, 2, 3, 4]],
    ['an empty filter', { filter: {} }, [1, 2, 3, 4]],
    ['empty lists', { filter: { call_ids: [], op_names: [] } }, [1, 2, 3, 4]],
    ['call_ids', { filter: { call_ids: [idOf(2), idOf(4), idOf(9)] } }, [2, 4]],
    ['trace_ids', { filter: { trace_ids: [TRACE] } }, [1, 2, 3]],
    ['parent_ids', { filter: { parent_ids: [idOf(1)] } }, [2, 3]],
    ['thread_ids', { filter: { thread_ids: ['talk'] } }, [3]],
    ['turn_ids', { filter: { turn_ids: [idOf(3)] } }, [3]],
    ['op_names', { filter: { op_names: ['tool', 'chat'] } }, [1, 2, 4]],
    ['an op ref', { filter: { op_names: [OP_REF] } }, [3]],
    ['an op ref of any version', { filter: { op_names: [`weave:///${PROJECT}/op/search:*`] } }, [3]],
    ['an op ref of any version of another op', { filter: { op_names: [`weave:///${PROJECT}/op/sea:*`] } }, []],
    ['roots', { filter: { trace_roots_only: true } }, [1, 4]],
    ['two conditions', { filter: { trace_ids: [TRACE], trace_roots_only: true } }, [1]],
    ['a limit', { limit: 2 }, [1, 2]],
    ['a limit of 0', { limit: 0 }, []],
    ['an offset', { offset: 3 }, [4]],
    ['an offset and a limit', { offset: 1, limit: 2 }, [2, 3]],
    ['newest first', { sort_by: [{ field: 'started_at', direction: 'desc' }] }, [4, 3, 2, 1]],
    ['newest first, some', { sort_by: [{ field: 'started_at', direction: 'desc' }], offset: 1, limit: 2 }, [3, 2]],
  ])('asked for %s, finds its calls in the order of their start', async (_, body, ids) => {
    const { query } = await startFamily();
    expect((await query(body)).map(({ id }) => id)).toEqual(ids.map(idOf));
  });

  it.each([
    [
      'a sort by something else',
      { sort_by: [{ field: 'op_name', direction: 'asc' }] },
      { reason: expect.stringContaining('op_name') },
    ],
    [
      'a filter that it does not know',
      { filter: { output_refs: ['x'] } },
      { detail: [{ loc: ['body', 'filter', 'output_refs'], type: 'extra_forbidden' }] },
    ],
    ['a key that it does not know', { query: {} }, { detail: [{ loc: ['body', 'query'] }] }],
    [
      'more than 1000 values',
      { filter: { call_ids: Array.from({ length: 1001 }, () => ID) } },
      { detail: [{ loc: ['body', 'filter', 'call_ids'] }] },
    ],
    ['a negative limit', { limit: -1 }, { detail: [{ loc: ['body', 'limit'] }] }],
  ])('refuses %s with 422', async (_, body, answer) => {
    const { post } = await startWorld();
    expect(await post('/calls/stream_query', { project_id: PROJECT, ...body })).toMatchObject({
      status: 422,
      body: answer,
    });
  });

  it('shows the columns that were asked for, and those that are always there', async () => {
    const { query } = await startFamily();
    const [first] = await query({ columns: ['summary.weave.status', 'inputs'], limit: 1 });
    expect(Object.keys(first ?? {}).sort()).toEqual([
      'id',
      'inputs',
      'op_name',
      'project_id',
      'started_at',
      'summary',
      'trace_id',
    ]);
  });

  it('adds feedback where it is asked for', async () => {
    const { post, query } = await startFamily();
    const weave_ref = `weave:///${PROJECT}/call/${idOf(2)}`;
    await post('/feedback/create', { project_id: PROJECT, weave_ref, feedback_type: 'mine', payload: { good: true } });
    const calls = await query({ include_feedback: true, columns: ['id'], filter: { trace_ids: [TRACE] } });
    expect(calls.map(({ summary }) => (summary as { weave: { feedback: unknown } }).weave.feedback)).toEqual([
      [],
      [expect.objectContaining({ feedback_type: 'mine', payload: { good: true } })],
      [],
    ]);
  });

  it('finds every call once across the pages that it reads in, also of calls that started at once', async () => {
    const { write, query } = await startWorld();
    await write(...Array.from({ length: 1201 }, (_, index) => call({ id: idOf(index) })));
    for (const direction of ['asc', 'desc']) {
      const calls = await query({ columns: ['id'], sort_by: [{ field: 'started_at', direction }] });
      expect(new Set(calls.map(({ id }) => id)).size).toBe(1201);
      expect(calls).toHaveLength(1201);
    }
  });

  it('is JSON Lines', async () => {
    const { post } = await startFamily();
    const answer = await post('/calls/stream_query', { project_id: PROJECT });
    expect(answer.headers.get('content-type')).toBe('application/jsonl');
    expect(answer.text.endsWith('\n')).toBe(true);
  });

  it('is empty for a project that nobody has written to', async () => {
    const { query, post } = await startWorld();
    expect(await query()).toEqual([]);
    expect(await post('/call/read', { project_id: PROJECT, id: ID })).toMatchObject({
      status: 200,
      body: { call: null },
    });
  });

  it('reads no further than its client does', async () => {
    const world = await startWorld();
    const large = 'x'.repeat(500_000);
    for (let index = 0; index < 100; index++) await world.write(call({ id: idOf(index), output: large }));
    let read = 0;
    const { calls } = world.store;
    const stream = calls.stream;
    Object.assign(calls, {
      *stream(...given: Parameters<typeof stream>) {
        for (const row of stream(...given)) {
          read += 1;
          yield row;
        }
      },
    });
    const leave = new AbortController();
    const response = await fetch(`${world.url}/calls/stream_query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ project_id: PROJECT }),
      signal: leave.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    // Round trips on another connection: time enough for a server that does not wait to read everything.
    for (let turn = 0; turn < 20; turn++) await world.get('/health');
    const readWhileWaiting = read;
    leave.abort();
    expect(readWhileWaiting).toBeGreaterThan(0);
    expect(readWhileWaiting).toBeLessThan(100);
  });
});

describe('calls/query_stats', () => {
  it.each([
    [{}, 4],
    [{ filter: { trace_ids: [TRACE] } }, 3],
    [{ limit: 2 }, 2],
  ])('%j counts %i', async (body, count) => {
    const { post } = await startFamily();
    expect((await post('/calls/query_stats', { project_id: PROJECT, ...body })).body).toEqual({ count });
  });

  it('counts 0 in a project that nobody has written to', async () => {
    const { post } = await startWorld();
    expect((await post('/calls/query_stats', { project_id: 'acme/none' })).body).toEqual({ count: 0 });
  });
});

describe('every read', () => {
  it.each([
    ['/call/read', { id: ID }],
    ['/calls/stream_query', {}],
    ['/calls/query_stats', {}],
    ['/feedback/query', {}],
  ])('%s refuses a project that is no entity/project', async (path, body) => {
    const { post } = await startWorld();
    expect(await post(path, { project_id: 'alone', ...body })).toMatchObject({
      status: 400,
      body: { reason: expect.stringContaining('entity/project') },
    });
  });
});
