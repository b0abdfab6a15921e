import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { listen } from '../../src/core/listen.ts';

let server: Server;
afterEach(() => void server.close());

/** A server on a machine that has no IPv6. */
function withoutIpv6(): Server {
  server = createServer();
  const listenAnyway = server.listen.bind(server);
  server.listen = ((where: { readonly host: string; readonly port: number }) => {
    if (!where.host.includes(':')) return listenAnyway(where);
    const error = Object.assign(new Error('address family not supported'), { code: 'EAFNOSUPPORT' });
    setImmediate(() => server.emit('error', error));
    return server;
  }) as Server['listen'];
  return server;
}

it('listens on every address also where there is no IPv6', async () => {
  expect(await listen(withoutIpv6(), 'It', '::', 0)).toMatch(/^0\.0\.0\.0:\d+$/);
});

it('does not listen on more than it was asked to', async () => {
  await expect(listen(withoutIpv6(), 'It', '::1', 0)).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
});
