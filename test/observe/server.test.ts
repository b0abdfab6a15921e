import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MAX_OBSERVE_CONNECTIONS, type ObserveServer, startObserveServer } from '../../src/observe/server.ts';
import { ask } from './ask.ts';

const open: ObserveServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

async function start(host = 'localhost', port = 0): Promise<ObserveServer> {
  const answer = () => ({ status: 200, contentType: 'text/plain', body: 'here' });
  const server = await startObserveServer('It', [{ path: '/here', answer }], { host, port });
  open.push(server);
  return server;
}

/** The server may need a moment to see that a connection has gone. */
async function untilAnswered(address: string): Promise<void> {
  const answered = await ask(address, '/here').catch(() => undefined);
  if (answered === undefined) return untilAnswered(address);
  expect(answered.status).toBe(200);
}

describe('the server of one question', () => {
  it.each([
    ['GET', '/here', 200, 'here'],
    ['GET', '/here?a=b', 200, 'here'],
    ['HEAD', '/here', 200, ''],
    ['POST', '/here', 405, 'Ask with GET.\n'],
    ['GET', '/there', 404, 'Ask for /here.\n'],
  ])('%s %s is %d', async (method, path, status, body) => {
    const { address } = await start();
    expect(await ask(address, path, { method })).toMatchObject({ status, body });
  });

  it.each([
    ['localhost', 'localhost:1', 200],
    ['localhost', '127.0.0.1', 200],
    ['127.0.0.1', '[::1]:8888', 200],
    ['localhost', 'evil.example', 403],
    ['localhost', 'localhost.evil.example', 403],
    ['127.0.0.1', '10.0.0.1:8888', 403],
    ['0.0.0.0', 'otel-weave.monitoring.svc:8888', 200],
  ])('bound to %s and asked as %s, it answers %d', async (bound, host, status) => {
    const { address } = await start(bound);
    expect((await ask(address.replace('0.0.0.0', '127.0.0.1'), '/here', { host })).status).toBe(status);
  });

  it('tells the address that it was bound to', async () => {
    expect((await start('localhost')).address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('rejects when the port is taken', async () => {
    const { address } = await start();
    const port = Number(address.split(':')[1]);
    await expect(start('localhost', port)).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: `It cannot listen on localhost:${port}: another process does.`,
    });
  });

  it('takes 100 connections and no more', async () => {
    const { address } = await start();
    const port = Number(address.split(':')[1]);
    const sockets = Array.from({ length: MAX_OBSERVE_CONNECTIONS }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await expect(ask(address, '/here')).rejects.toMatchObject({ code: 'ECONNRESET' });
    sockets[0]?.destroy();
    await untilAnswered(address);
    for (const socket of sockets) socket.destroy();
  });

  it('closes at once, with a connection that says nothing still open, and twice', async () => {
    const server = await start();
    const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    expect(server.close()).toBe(server.close());
    await server.close();
    await ended;
    await expect(ask(server.address, '/here')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
