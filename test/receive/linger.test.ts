import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { cutAfterEnd } from '../../src/receive/linger.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { closeAll, closedOf, closeLater } from './receivers.ts';

afterEach(closeAll);

/** Both ends of a connection; the peer's stays open until it is ended. */
async function pair(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const peer = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  peer.on('error', () => undefined).resume();
  const [socket] = await accepted;
  socket.on('error', () => undefined);
  closeLater(() => {
    socket.destroy();
    peer.destroy();
    server.close();
  });
  return [socket, peer];
}

it('cuts a connection off that was ended and that its peer keeps open', async () => {
  const clock = createFakeClock();
  const [socket] = await pair();
  cutAfterEnd(socket, clock);
  socket.end('go away');
  await clock.untilWaiting();
  await clock.advance(4_999);
  expect(socket.destroyed).toBe(false);
  await clock.advance(1);
  await closedOf(socket);
});

it('has nothing to do where the peer ends it, too', async () => {
  const clock = createFakeClock();
  const [socket, peer] = await pair();
  cutAfterEnd(socket, clock);
  socket.resume().end('go away');
  await clock.untilWaiting();
  peer.end();
  await closedOf(socket);
  expect(clock.waiting()).toBe(0);
});
