import { once } from 'node:events';
import type { Server } from 'node:http';
import { BridgeError, messageOf } from '../../core/errors.ts';
import { isJsonObject } from '../bodies/json-object.ts';

/** Binds the server; resolves with its URL. Port 0 picks a free one. Throws a BridgeError where it cannot be bound. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  try {
    // A name that resolves to ::1 first would leave out every client that was told 127.0.0.1.
    server.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
    await once(server, 'listening');
  } catch (error) {
    const code = isJsonObject(error) && error['code'] === 'EADDRINUSE' ? 'ADDRESS_IN_USE' : 'ADDRESS_UNAVAILABLE';
    throw new BridgeError(code, `The local Weave cannot listen on ${host}:${port}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The local Weave is not bound to a TCP address.');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${name}:${address.port}`;
}
