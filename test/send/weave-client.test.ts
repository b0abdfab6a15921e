import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { type Counters, createCounters } from '../../src/core/counters.ts';
import { batchBody } from '../../src/send/batch-body.ts';
import { createWeaveClient, type WeaveClient, type WeaveClientSettings } from '../../src/send/weave-client.ts';
import { type Behaviour, type FakeWeave, startFakeWeave } from './fake-weave.ts';
import { project, sampleCalls } from './samples.ts';

const CALLS = sampleCalls(3);
const BODY = batchBody(CALLS);
const LARGE_CALLS = sampleCalls(10, project(), 1024 * 1024);
const RUNNING = new AbortController().signal;

let weave: FakeWeave;
let counters: Counters;
let open: WeaveClient[];

beforeEach(async () => {
  weave = await startFakeWeave();
  counters = createCounters();
  open = [];
});
afterEach(async () => {
  for (const client of open) client.close();
  await weave.close();
});

function client(settings: Partial<WeaveClientSettings> = {}): WeaveClient {
  const defaults = {
    url: weave.url,
    apiKey: () => 'k3y',
    timeoutMs: 10_000,
    userAgent: 'otel-weave-bridge/1',
    maxSockets: 4,
  };
  const created = createWeaveClient({ clock: systemClock, counters }, { ...defaults, ...settings });
  open.push(created);
  return created;
}

describe('the Weave client', () => {
  it('posts the body as it is to the path of the project, with the key', async () => {
    expect(await client().complete(project('team/my app'), CALLS, RUNNING)).toEqual({ status: 'accepted' });
    expect(weave.requests).toHaveLength(1);
    const [request] = weave.requests;
    expect(request?.path).toBe('/v2/team/my%20app/calls/complete');
    expect(request?.body).toBe(BODY.toString());
    expect(request?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('api:k3y').toString('base64')}`,
      'content-type': 'application/json',
      'content-length': String(BODY.length),
      'user-agent': 'otel-weave-bridge/1',
    });
    expect(request?.headers['transfer-encoding']).toBeUndefined();
  });

  it('keeps the path of the base URL', async () => {
    await client({ url: `${weave.url}/traces/` }).complete(project(), CALLS, RUNNING);
    expect(weave.requests[0]?.path).toBe('/traces/v2/team/app/calls/complete');
  });

  it('sends no credentials where there is no key', async () => {
    await client({ apiKey: () => null }).complete(project(), CALLS, RUNNING);
    expect(weave.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('keeps its connection from one request to the next', async () => {
    const { complete } = client();
    for (let i = 0; i < 5; i += 1) await complete(project(), CALLS, RUNNING);
    expect(weave.connections()).toBe(1);
  });

  it('counts what was answered 2xx', async () => {
    const { complete } = client();
    await complete(project(), CALLS, RUNNING);
    await complete(project(), CALLS, RUNNING);
    expect(counters.total('exporter_requests')).toBe(2);
    expect(counters.total('exporter_sent_bytes')).toBe(2 * BODY.length);
    expect(counters.total('exporter_send_failed_requests')).toBe(0);
  });

  const faults: readonly (readonly [string, Behaviour, string, string])[] = [
    ['a refusal', { kind: 'answer', status: 422, body: '{"reason":"no"}' }, 'refused', '422'],
    ['an overload', { kind: 'answer', status: 429, headers: { 'retry-after': '3' } }, 'retry', '429'],
    ['a server error', { kind: 'answer', status: 500 }, 'retry', '500'],
    ['a wrong key', { kind: 'answer', status: 401 }, 'held', '401'],
    [
      'a redirect, which it does not follow',
      { kind: 'answer', status: 307, headers: { location: '/' } },
      'held',
      '307',
    ],
    ['a cut before the body', { kind: 'cut_before' }, 'retry', 'ECONNRESET'],
    ['a cut after the body', { kind: 'cut_after' }, 'retry', 'ECONNRESET'],
    [
      'half a sized answer',
      { kind: 'half_body', framing: 'content-length' },
      'retry',
      'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    ],
    ['half a chunked answer', { kind: 'half_body', framing: 'chunked' }, 'retry', 'ECONNRESET'],
    ['a server that hangs', { kind: 'hang' }, 'retry', 'ETIMEDOUT'],
  ];
  it.each(faults)('says what %s means, after one request', async (_, behaviour, status, label) => {
    let met = 0;
    weave.behave(({ ids }) => {
      if (ids.length === 0) met += 1;
      return behaviour;
    });
    const outcome = await client({ timeoutMs: behaviour.kind === 'hang' ? 200 : 10_000 }).complete(
      project(),
      CALLS,
      RUNNING,
    );
    expect(outcome.status).toBe(status);
    expect(met).toBe(1);
    expect(counters.all()).toEqual([{ name: 'exporter_send_failed_requests', labels: { reason: label }, value: 1 }]);
  });

  it('passes on how long the server asks to wait', async () => {
    weave.behave(() => ({ kind: 'answer', status: 503, headers: { 'retry-after': '3' } }));
    expect(await client().complete(project(), CALLS, RUNNING)).toMatchObject({ status: 'retry', afterMs: 3000 });
  });

  it.each([
    ['small', CALLS],
    ['10 MiB', LARGE_CALLS],
  ])('understands a 413 that comes before a %s body is read', async (_, calls) => {
    weave.behave(() => ({ kind: 'answer_early', status: 413, body: '{"reason":"Request too large"}' }));
    const outcome = await client().complete(project(), calls, RUNNING);
    expect(outcome.status).toBe('too_large');
  });

  it.each(['reset', 'cut_before'] as const)(
    'says that the connection broke where the body was still coming: %s',
    async (kind) => {
      weave.behave(() => ({ kind }));
      const outcome = await client().complete(project(), LARGE_CALLS, RUNNING);
      expect(outcome).toMatchObject({ status: 'retry', broke: true });
      expect(outcome).not.toMatchObject({ reason: expect.stringContaining('UNEXPECTED') });
    },
  );

  it.each([
    ['nobody listens', 'http://127.0.0.1:1', 'ECONNREFUSED'],
    ['nobody has the name', 'http://no-such-host.invalid', 'ENOTFOUND'],
  ])('asks to try again where %s', async (_, url, code) => {
    const outcome = await client({ url }).complete(project(), CALLS, RUNNING);
    expect(outcome).toMatchObject({ status: 'retry', reason: expect.stringContaining(code) });
  });

  it('reads no more than its limit of an answer that never ends', async () => {
    weave.behave(() => ({ kind: 'endless', status: 400 }));
    const outcome = await client().complete(project(), CALLS, RUNNING);
    expect(outcome).toMatchObject({ httpStatus: 400, reason: 'HTTP 400' });
  });

  it('posts starts and ends to the path of older servers, below the path of the base URL', async () => {
    await client({ url: `${weave.url}/traces` }).upsertBatch(project(), CALLS, RUNNING);
    expect(weave.requests[0]?.path).toBe('/traces/call/upsert_batch');
    expect(weave.requests[0]?.ids).toEqual(CALLS.map(({ id }) => id));
  });

  it.each([401, 403])('asks for the key again after a %i, and not before', async (status) => {
    const keys = ['first', 'second', 'third'];
    const { complete } = client({ apiKey: () => keys.shift() ?? null });
    const answers = [200, 500, status, 200];
    weave.behave(({ ids }) => ({ kind: 'answer', status: ids.length > 0 ? (answers.shift() ?? 0) : 200, body: '{}' }));
    for (let i = 0; i < 4; i += 1) await complete(project(), CALLS, RUNNING);
    const sent = weave.requests.map(({ headers }) => Buffer.from(headers.authorization?.slice(6) ?? '', 'base64'));
    expect(sent.map(String)).toEqual(['api:first', 'api:first', 'api:first', 'api:second']);
  });

  it('is cut short by the signal', async () => {
    weave.behave(() => ({ kind: 'hang' }));
    const stopping = new AbortController();
    const outcome = client().complete(project(), CALLS, stopping.signal);
    await weave.received(1);
    stopping.abort();
    expect(await outcome).toEqual({ status: 'aborted' });
  });

  it('sends nothing when the signal has gone before', async () => {
    expect(await client().complete(project(), CALLS, AbortSignal.abort())).toEqual({ status: 'aborted' });
    expect(weave.connections()).toBe(0);
  });

  it('leaves nothing on a signal that outlives its requests', async () => {
    const signal = new AbortController().signal;
    const { complete } = client();
    weave.behave(() => ({ kind: 'answer_early', status: 413 }));
    for (let i = 0; i < 3; i += 1) await complete(project(), LARGE_CALLS, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
