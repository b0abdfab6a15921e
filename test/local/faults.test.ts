import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import type { FaultRule } from '../../src/local/faults.ts';
import { startLocalWeave } from '../../src/local/local-weave.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { COMPLETE, call, client, ID, startWorld } from './world.ts';

describe('a fault', () => {
  it.each<[FaultRule, { status: number; text: string; type: string }]>([
    [{ status: 503 }, { status: 503, text: '{"reason":"Fault: 503"}', type: 'application/json' }],
    [
      { status: 502, body: '<html>' },
      { status: 502, text: '<html>', type: 'text/plain' },
    ],
    [
      { status: 429, body: { reason: 'slow' } },
      { status: 429, text: '{"reason":"slow"}', type: 'application/json' },
    ],
    [
      { status: 200, body: 'no JSON' },
      { status: 200, text: 'no JSON', type: 'text/plain' },
    ],
  ])('%j answers instead of the server, which does nothing', async (rule, { status, text, type }) => {
    const { post, faults, read } = await startWorld();
    faults.add({ ...rule, path: '/v2/' });
    const answer = await post(COMPLETE, { batch: [call()] });
    expect(answer).toMatchObject({ status, text });
    expect(answer.headers.get('content-type')).toBe(type);
    expect(await read(ID)).toBeNull();
  });

  it.each([
    [7, '7'],
    [0.5, '0.5'],
    ['Fri, 20 Nov 2026 08:00:00 GMT', 'Fri, 20 Nov 2026 08:00:00 GMT'],
  ])('asks to come back after %s', async (retryAfter, header) => {
    const { get, faults } = await startWorld();
    faults.add({ status: 429, retryAfter });
    expect((await get('/health')).headers.get('retry-after')).toBe(header);
  });

  it.each<['before' | 'after-commit' | 'half-body', boolean]>([
    ['before', false],
    ['after-commit', true],
    ['half-body', true],
  ])('cut %s drops the connection; the calls are stored: %s', async (cut, stored) => {
    const { post, faults, read } = await startWorld();
    faults.add({ cut, times: 1 });
    await expect(post(COMPLETE, { batch: [call()] })).rejects.toThrow();
    expect((await read(ID)) !== null).toBe(stored);
  });

  it('cut half-body sends the head and half of the body', async () => {
    const { url, faults, write } = await startWorld();
    await write(call({ output: 'x'.repeat(10_000) }));
    faults.add({ cut: 'half-body', path: '/calls/stream_query' });
    const response = await fetch(`${url}/calls/stream_query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"project_id":"acme/shop"}',
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('hangs until the client gives up', async () => {
    const { url, faults, get } = await startWorld();
    faults.add({ hang: true, times: 1 });
    const leave = new AbortController();
    const hanging = fetch(`${url}/health`, { signal: leave.signal });
    hanging.catch(() => undefined);
    // A second request is answered while the first one hangs.
    while (faults.list()[0]?.hits !== 1) await get('/local/faults');
    expect((await get('/health')).status).toBe(200);
    leave.abort();
    await expect(hanging).rejects.toThrow();
  });

  it('delays an answer, alone or before something else', async () => {
    const clock = createFakeClock();
    const weave = await startLocalWeave({ clock, log: silentLog }, { host: '127.0.0.1', port: 0, file: ':memory:' });
    try {
      weave.faults.add({ delayMs: 5000, path: '/health' });
      weave.faults.add({ delayMs: 1000, path: '/server_info', status: 500 });
      const { get } = client(weave.url);
      const slow = get('/health');
      const slower = get('/server_info');
      await clock.untilWaiting(2);
      expect([...clock.sleeps].sort()).toEqual([1000, 5000]);
      await clock.advance(5000);
      expect((await slow).status).toBe(200);
      expect((await slower).status).toBe(500);
    } finally {
      await weave.close();
    }
  });
});

describe('which requests a rule meets', () => {
  it.each<[FaultRule, string, number]>([
    [{ status: 500 }, 'GET /health', 500],
    [{ status: 500, method: 'get' }, 'GET /health', 500],
    [{ status: 500, method: 'POST' }, 'GET /health', 200],
    [{ status: 500, path: '/hea' }, 'GET /health', 500],
    [{ status: 500, path: '/server' }, 'GET /health', 200],
    [{ status: 500, pattern: 'lth$' }, 'GET /health?x=1', 500],
    [{ status: 500, pattern: '^health' }, 'GET /health', 200],
    [{ status: 500, path: '/not-there' }, 'GET /not-there', 500],
    [{ status: 500 }, 'GET /local/faults', 200],
  ])('%j makes %s answer %i', async (rule, request, status) => {
    const { get, faults } = await startWorld();
    faults.add(rule);
    expect((await get(request.split(' ')[1] ?? '')).status).toBe(status);
  });

  it('meets a request as many times as it was told, then the next rule does', async () => {
    const { get, faults } = await startWorld();
    const first = faults.add({ status: 500, times: 2 });
    const second = faults.add({ status: 503 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn++) statuses.push((await get('/health')).status);
    expect(statuses).toEqual([500, 500, 503, 503]);
    expect([first.hits(), second.hits()]).toEqual([2, 2]);
    second.remove();
    expect((await get('/health')).status).toBe(200);
  });

  it('meets a share of the requests', async () => {
    const dice = [0.1, 0.9, 0.29, 0.3];
    const clock = { ...systemClock, random: () => dice.shift() ?? 1 };
    const weave = await startLocalWeave({ clock, log: silentLog }, { host: '127.0.0.1', port: 0, file: ':memory:' });
    try {
      weave.faults.add({ status: 500, probability: 0.3 });
      const { get } = client(weave.url);
      const statuses: number[] = [];
      for (let turn = 0; turn < 4; turn++) statuses.push((await get('/health')).status);
      expect(statuses).toEqual([500, 200, 500, 200]);
    } finally {
      await weave.close();
    }
  });

  it('throws for a rule that is not one', async () => {
    const { faults } = await startWorld();
    expect(() => faults.add({})).toThrow();
    expect(() => faults.add({ status: 500, pattern: '(' })).toThrow();
  });
});
