import { afterEach, describe, expect, it } from '@jest/globals';
import { createAccounts } from '../../src/core/accounts.ts';
import { createAdmit } from '../../src/receive/admit.ts';
import type { CorsSettings } from '../../src/receive/cors.ts';
import { closeAll, JSON_TYPE, post, startHttp } from '../receive/receivers.ts';

afterEach(closeAll);

const PAGE = 'https://app.example.com';

async function open(cors?: Partial<CorsSettings>, withKeys = false) {
  const keys = withKeys ? [{ name: 'a', credential: { scheme: 'bearer', token: 'k' } as const, project: null }] : [];
  const admit = createAdmit(createAccounts({ maxKeys: 1 }), { keys, wandbKey: 'ignore' });
  const settings = cors && { cors: { allowedOrigins: [PAGE], allowedHeaders: [], maxAgeMs: 0, ...cors } };
  const { port, accepted } = await startHttp({ admit }, settings);
  /** What a browser asks before it sends. */
  const ask = (origin: string, headers = 'content-type') =>
    post(port, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
      body: Buffer.alloc(0),
    });
  const send = (origin: string, more = {}) =>
    post(port, { headers: { ...JSON_TYPE, origin, ...more }, body: Buffer.from('{}') });
  return { ask, send, accepted };
}

describe('without receive.http.cors', () => {
  it('no page is told that it may send', async () => {
    const { ask, send } = await open();
    for (const answer of [await ask(PAGE), await send(PAGE)]) {
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect(await ask(PAGE)).toMatchObject({ status: 405 });
  });
});

describe('with receive.http.cors', () => {
  it('a page of an allowed origin is told so, and may send and read the answer', async () => {
    const { ask, send, accepted } = await open({ allowedHeaders: ['authorization'], maxAgeMs: 7_200_500 });
    const { status, headers, body } = await ask(PAGE);
    expect({ status, body: body.length }).toEqual({ status: 204, body: 0 });
    expect(headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, authorization',
      'access-control-max-age': '7200',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const sent = await send(PAGE);
    expect(sent).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': PAGE, vary: 'Origin' } });
    expect(accepted).toHaveLength(1);
  });

  it.each([
    [PAGE, PAGE, true],
    [PAGE, 'https://APP.example.com', true],
    [PAGE, 'http://app.example.com', false],
    [PAGE, 'https://app.example.com:8443', false],
    [PAGE, 'https://app.example.com.evil.example', false],
    [PAGE, 'https://appXexample.com', false],
    ['https://*.example.com', 'https://a.b.example.com', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://evil.example/.example.com', false],
    ['http://localhost:*', 'http://localhost:3000', true],
    ['*', 'null', true],
  ])('%s and a page of %s: %s', async (allowed, origin, isAllowed) => {
    const { ask } = await open({ allowedOrigins: [allowed] });
    const { status, headers } = await ask(origin);
    expect(status).toBe(isAllowed ? 204 : 405);
    expect(headers['access-control-allow-origin']).toBe(isAllowed ? origin : undefined);
    expect(headers.vary).toBe('Origin');
  });

  it('the star among the headers allows what the browser asks for', async () => {
    const { ask } = await open({ allowedHeaders: ['*'] });
    const { headers } = await ask(PAGE, 'content-type,x-one');
    expect(headers['access-control-allow-headers']).toBe('content-type,x-one');
    expect(headers).not.toHaveProperty('access-control-max-age');
  });

  it('a question needs no key, and what is sent does', async () => {
    const { ask, send } = await open({}, true);
    expect(await ask(PAGE)).toMatchObject({ status: 204 });
    expect(await send(PAGE)).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': PAGE } });
    expect(await send(PAGE, { authorization: 'Bearer k' })).toMatchObject({ status: 200 });
  });

  it('a page of an allowed origin may use any name of the bridge, and others still may not', async () => {
    const { send } = await open({});
    expect(await send(PAGE, { host: 'bridge.example.com' })).toMatchObject({ status: 200 });
    expect(await send('https://evil.example', { host: 'bridge.example.com' })).toMatchObject({ status: 403 });
  });
});
