import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { type AgentSettings, createAgents } from '../../src/send/agents.ts';
import { createWeaveClient } from '../../src/send/weave-client.ts';
import { project, sampleCalls } from './samples.ts';

const TLS = resolve(import.meta.dirname, '../fixtures/tls');
const [cert, key] = ['localhost.crt', 'localhost.key'].map((name) => readFileSync(resolve(TLS, name)));
const RUNNING = new AbortController().signal;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A Weave that takes everything, and a proxy that notes what it is asked for. */
async function world(protocol: 'http' | 'https') {
  const take = (request: IncomingMessage, response: { end(body: string): void }) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  };
  const weave = protocol === 'http' ? createServer(take) : createTlsServer({ cert, key }, take);
  const weavePort = await listen(weave as Server);
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    take(request, response);
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const upstream = connect(weavePort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    cleanups.push(() => socket.destroy());
  });
  const proxyPort = await listen(proxy);
  return {
    url: `${protocol}://localhost:${weavePort}`,
    host: `localhost:${weavePort}`,
    proxy: `http://127.0.0.1:${proxyPort}`,
    asked,
  };
}

async function send(url: string, settings: Omit<AgentSettings, 'maxSockets'>) {
  const client = createWeaveClient(
    { clock: systemClock, counters: createCounters() },
    {
      url,
      apiKey: () => 'k3y',
      timeoutMs: 5000,
      userAgent: 'test',
      maxSockets: 2,
      agents: createAgents({ maxSockets: 2, ...settings }),
    },
  );
  cleanups.push(client.close);
  return client.complete(project(), sampleCalls(2), RUNNING);
}

const PATH = '/v2/team/app/calls/complete';

describe('the agents of the Weave client', () => {
  it('ask the proxy of the environment', async () => {
    const { url, proxy, asked } = await world('http');
    expect(await send(url, { proxyEnv: { HTTP_PROXY: proxy } })).toEqual({ status: 'accepted' });
    expect(asked).toEqual([`POST ${url}${PATH}`]);
  });

  it('go through the proxy to a server with TLS', async () => {
    const { url, host, proxy, asked } = await world('https');
    expect(await send(url, { proxyEnv: { HTTPS_PROXY: proxy }, ca: [cert ?? ''] })).toEqual({ status: 'accepted' });
    expect(asked).toEqual([`CONNECT ${host}`]);
  });

  it.each([
    ['without one', {}],
    ['for another protocol', { HTTPS_PROXY: 'PROXY' }],
    ['with an exception for this host', { HTTP_PROXY: 'PROXY', NO_PROXY: 'localhost' }],
  ])('ask no proxy %s', async (_case, env) => {
    const { url, proxy, asked } = await world('http');
    const proxyEnv = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace('PROXY', proxy)]),
    );
    expect(await send(url, { proxyEnv: { ...proxyEnv, ...('NO_PROXY' in env && { NO_PROXY: 'localhost' }) } })).toEqual(
      {
        status: 'accepted',
      },
    );
    expect(asked).toEqual([]);
  });

  it('trust the certificates that they are given, and no unknown ones', async () => {
    const { url } = await world('https');
    expect(await send(url, { ca: [cert ?? ''] })).toEqual({ status: 'accepted' });
    expect(await send(url, {})).toMatchObject({ status: 'held', reason: expect.stringContaining('self-signed') });
  });
});
