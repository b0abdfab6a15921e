/** Binds a server to an address, and says plainly why it could not. */
import { once } from 'node:events';
import type { Server } from 'node:net';
import { BridgeError, messageOf } from './errors.ts';

/**
 * Resolves to the address as bound. Throws ADDRESS_IN_USE or ADDRESS_UNAVAILABLE, naming `what` and the address.
 * `localhost` is 127.0.0.1, as in the Collector: a name that resolves to ::1 first
 * would leave out every client that was told 127.0.0.1.
 */
export async function listen(server: Server, what: string, host: string, port: number): Promise<string> {
  try {
    await bound(server, host === 'localhost' ? '127.0.0.1' : host, port);
  } catch (thrown) {
    const taken = codeOf(thrown) === 'EADDRINUSE';
    throw taken
      ? new BridgeError('ADDRESS_IN_USE', `${what} cannot listen on ${host}:${port}: another process does.`)
      : new BridgeError('ADDRESS_UNAVAILABLE', `${what} cannot listen on ${host}:${port}: ${messageOf(thrown)}`);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${what} is not bound to a TCP address`);
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}

async function bound(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (thrown) {
    // "Everywhere", on a machine without IPv6.
    if (host !== '::' || codeOf(thrown) !== 'EAFNOSUPPORT') throw thrown;
    return bound(server, '0.0.0.0', port);
  }
}

const codeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
