import { describe, expect, it } from '@jest/globals';
import { COMPLETE, call, idOf, PROJECT, startWorld } from '../world.ts';

const TODAY = expect.objectContaining({ v2: 'served', v1: 'by-project', scoring: 'once', batches: 'complete' });

describe('/local/faults', () => {
  it('adds rules, shows how often each was met, and takes all away', async () => {
    const { post, get, url } = await startWorld();
    const rule = { path: '/v2/', status: 503, times: 1 };
    expect(await post('/local/faults', { rules: [rule] })).toMatchObject({
      status: 200,
      body: { rules: [{ rule, hits: 0 }], behaviour: TODAY },
    });
    expect((await post(COMPLETE, { batch: [call()] })).status).toBe(503);
    expect((await post(COMPLETE, { batch: [call()] })).status).toBe(200);
    expect((await get('/local/faults')).body).toEqual({ rules: [{ rule, hits: 1 }], behaviour: TODAY });
    const cleared = await fetch(`${url}/local/faults`, { method: 'DELETE' });
    expect(await cleared.json()).toEqual({ rules: [], behaviour: TODAY });
  });

  it('plays another server; what is left out stays as it is', async () => {
    const { post } = await startWorld();
    await post('/local/faults', { behaviour: { v2: 'missing' } });
    const answer = await post('/local/faults', { behaviour: { v1: 'always' } });
    expect(answer.body).toMatchObject({ behaviour: { v2: 'missing', v1: 'always' } });
  });

  it.each([
    ['a rule without an effect', { path: '/' }],
    ['a rule with two', { status: 500, hang: true }],
    ['a status that is none', { status: 99 }],
    ['a key that is none', { status: 500, always: true }],
    ['a delay of a day', { delayMs: 86_400_000 }],
  ])('refuses %s with 422', async (_, rule) => {
    const { post, faults } = await startWorld();
    expect((await post('/local/faults', { rules: [rule] })).status).toBe(422);
    expect(faults.list()).toEqual([]);
  });

  it('refuses more rules than it keeps', async () => {
    const { post, faults } = await startWorld();
    const rules = Array.from({ length: 600 }, () => ({ status: 500, path: '/x' }));
    expect((await post('/local/faults', { rules })).status).toBe(200);
    expect((await post('/local/faults', { rules })).status).toBe(400);
    expect(faults.list()).toHaveLength(600);
    for (let index = 600; index < 1000; index++) faults.add({ status: 500, path: '/x' });
    expect(() => faults.add({ status: 500 })).toThrow('1000');
  });
});

describe('/local/stats', () => {
  it('counts requests by route and answer, and calls by project', async () => {
    const { post, get, write, faults } = await startWorld();
    await write(call(), call({ id: idOf(1) }));
    await post(COMPLETE, '{');
    await get('/nothing?x=1');
    faults.add({ cut: 'after-commit', times: 1 });
    await post('/v2/acme/cut/calls/complete', { batch: [call({ project_id: 'acme/cut' })] }).catch(() => undefined);
    const { body } = await get('/local/stats');
    expect(body).toMatchObject({
      requests: {
        'POST /v2/:entity/:project/calls/complete': {
          requests: 3,
          answers: { 200: 1, 422: 1 },
          bytes: expect.any(Number),
        },
        '*': { requests: 1, answers: { 404: 1 } },
      },
      calls: { [PROJECT]: 2, 'acme/cut': 1 },
    });
  });
});

describe('server_info', () => {
  it('names the oldest client that is served', async () => {
    const { get } = await startWorld();
    expect(await get('/server_info')).toMatchObject({
      status: 200,
      body: { min_required_weave_python_version: '0.0.1' },
    });
  });
});
