import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Log, silentLog } from '../../src/core/log.ts';
import { startInApp } from '../../src/in-app/in-app.ts';
import type { WeaveOptions } from '../../src/index.ts';
import { startTracedApp } from '../support/app-process.ts';
import { afterwards, PROJECT } from '../support/app-world.ts';
import { readableSpan } from '../support/readable-span.ts';
import { recordingLog } from '../support/recording-log.ts';

const TLS = resolve(import.meta.dirname, '../fixtures/tls');
const read = (name: string) => readFileSync(resolve(TLS, name), 'utf8');
const [cert, key] = [read('localhost.crt'), read('localhost.key')];
const BASIC = `Basic ${Buffer.from('api:k3y').toString('base64')}`;

async function listen(server: Server & { closeAllConnections(): void }): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A Weave with TLS or without, that takes everything, and a proxy on the way to it. */
async function world(protocol: 'http' | 'https') {
  const got: IncomingHttpHeaders[] = [];
  const asked: string[] = [];
  const take = (request: IncomingMessage, response: ServerResponse) => {
    got.push(request.headers);
    request.resume().on('end', () => response.end('{}'));
  };
  const port = await listen(protocol === 'http' ? createServer(take) : createTlsServer({ cert, key }, take));
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    take(request, response);
  });
  proxy.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    afterwards(() => socket.destroy());
  });
  const url = `${protocol}://localhost:${port}`;
  return { url, host: `localhost:${port}`, proxy: `http://127.0.0.1:${await listen(proxy)}`, got, asked };
}

/** Sends one span; answers how many Weave has taken. */
async function send(
  options: WeaveOptions,
  env: Readonly<Record<string, string>> = {},
  log: Log = silentLog,
): Promise<number> {
  const sources = { env, netrcFile: '', readText: () => '' };
  const given = { project: PROJECT, apiKey: 'k3y', exportTimeoutMillis: 5000, shutdownTimeoutMillis: 100, ...options };
  const inApp = startInApp(given, { sources, log });
  afterwards(() => inApp.shutdown());
  inApp.ended(readableSpan(1));
  await inApp.flush();
  return inApp.stats().delivered;
}

describe('the way out of an app', () => {
  it('has the key, and the headers that are given', async () => {
    const { url, got } = await world('http');
    expect(await send({ url, headers: { 'x-team': 'blue' } })).toBe(1);
    expect(got).toMatchObject([{ authorization: BASIC, 'x-team': 'blue' }]);
    expect(got[0]?.['user-agent']).toMatch(/^otel-weave-bridge\//);
  });

  it('trusts a certificate that it is given, and no unknown one', async () => {
    const { url } = await world('https');
    expect(await send({ url, ca: cert })).toBe(1);
    expect(await send({ url, exportTimeoutMillis: 500 })).toBe(0);
  });

  const PATH = `/v2/${PROJECT}/calls/complete`;
  it.each([
    ['the option', { proxy: 'PROXY' }, {}, 1],
    ['HTTP_PROXY', {}, { HTTP_PROXY: 'PROXY' }, 1],
    ['the option before the environment', { proxy: 'PROXY' }, { HTTP_PROXY: 'http://127.0.0.1:9' }, 1],
    ['none that NO_PROXY excepts', {}, { HTTP_PROXY: 'PROXY', NO_PROXY: 'localhost' }, 0],
    ['none of another protocol', {}, { HTTPS_PROXY: 'PROXY' }, 0],
  ])('goes through a proxy by %s', async (_what, options, env, times) => {
    const { url, proxy, asked } = await world('http');
    const filled = (given: object): Record<string, string> =>
      Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === 'PROXY' ? proxy : value]));
    expect(await send({ url, ...filled(options) }, filled(env))).toBe(1);
    expect(asked).toEqual(Array.from({ length: times }, () => `POST ${url}${PATH}`));
  });

  it('goes through HTTPS_PROXY to a Weave with TLS', async () => {
    const { url, host, proxy, asked } = await world('https');
    expect(await send({ url, ca: [cert] }, { HTTPS_PROXY: proxy })).toBe(1);
    expect(asked).toEqual([`CONNECT ${host}`]);
  });

  it.each(['http', 'https'] as const)('never shows what a proxy to %s repeats of it', async (protocol) => {
    const log = recordingLog();
    const said = ({ headers }: IncomingMessage) =>
      `${headers['proxy-authorization']} ${headers['x-key']} ${headers.authorization}`;
    const proxy = createServer((request, response) => {
      response.statusCode = 429;
      response.end(JSON.stringify({ detail: said(request) }));
    });
    proxy.on('connect', (request, socket) => socket.end(`HTTP/1.1 407 ${said(request)}\r\n\r\n`));
    const by = `http://me:pa%2555word@127.0.0.1:${await listen(proxy)}`;
    const options = {
      url: `${protocol}://weave.example`,
      headers: { 'x-key': 'gateway-key' },
      exportTimeoutMillis: 300,
    };
    expect(await send(options, { HTTP_PROXY: by, HTTPS_PROXY: by }, log)).toBe(0);
    const lines = JSON.stringify(log.lines);
    expect(lines).toMatch(/407|429/);
    expect(lines).toContain('[redacted]');
    for (const secret of ['pa%', Buffer.from('me:pa%55word').toString('base64'), 'gateway-key', BASIC.slice(6)])
      expect(lines).not.toContain(secret);
  });

  it('takes agents of the app in place of its own', async () => {
    const { url } = await world('http');
    let connections = 0;
    class CountingAgent extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>) {
        connections += 1;
        return super.createConnection(...args);
      }
    }
    const agent = { http: new CountingAgent() };
    expect(await send({ url, agent })).toBe(1);
    expect(connections).toBe(1);
    agent.http.destroy();
  });

  it('gives up a request that takes longer than it may, and tries again', async () => {
    const { url, got } = await world('http');
    const slow = createServer((request) => void request.resume());
    const port = await listen(slow);
    let requests = 0;
    slow.on('request', () => {
      requests += 1;
    });
    expect(await send({ url: `http://localhost:${port}`, timeoutMillis: 100, exportTimeoutMillis: 3000 })).toBe(0);
    expect(requests).toBeGreaterThan(1);
    expect(got).toEqual([]);
    expect(await send({ url, timeoutMillis: 5000 })).toBe(1);
  });

  it('is the same in the last moment of a process', async () => {
    const { url, host, proxy, asked, got } = await world('https');
    const options = { url, project: PROJECT, apiKey: 'k3y', ca: cert, proxy, headers: { 'x-team': 'blue' } };
    const app = { door: 'processor', way: 'exit', count: 3, ...options };
    expect(await startTracedApp('cjs', app).ended()).toMatchObject({ code: 3, stderr: '' });
    expect(asked).toEqual([`CONNECT ${host}`]);
    expect(got).toMatchObject([{ authorization: BASIC, 'x-team': 'blue' }]);
  });
});
