import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { GRPC_LIMITS } from '../../src/receive/grpc.ts';
import { HTTP_LIMITS } from '../../src/receive/http.ts';
import { RECEIVER_LIMITS } from '../../src/receive/receiver.ts';
import {
  closeAll,
  closedOf,
  closeLater,
  EXPORT_TRACES,
  openSocket,
  startGrpc,
  startHttp,
} from '../receive/receivers.ts';
import { authority, open, TRANSPORTS, tlsFiles } from './transports.ts';

afterEach(closeAll);

const CALL = { ':method': 'POST', ':path': EXPORT_TRACES, 'content-type': 'application/grpc', te: 'trailers' };
const EMPTY_MESSAGE = Buffer.alloc(5);

function http2Session(port: number, scheme: 'http' | 'https' = 'http') {
  const session = connectHttp2(`${scheme}://localhost:${port}`, { ca: authority.cert });
  session.on('error', () => undefined);
  closeLater(() => session.destroy());
  return session;
}

async function grpcStatus(session: ReturnType<typeof http2Session>, headers: Readonly<Record<string, string>> = {}) {
  const stream = session.request({ ...CALL, ...headers });
  stream.end(EMPTY_MESSAGE);
  const [answer] = await once(stream, 'response');
  stream.resume();
  return Number(answer['grpc-status'] ?? 0);
}

it('every bound has a default', () => {
  expect({ ...RECEIVER_LIMITS, ...HTTP_LIMITS, ...GRPC_LIMITS }).toMatchObject({
    maxConnections: 4096,
    handshakeTimeoutMs: 10_000,
    headersTimeoutMs: 10_000,
    bodyTimeoutMs: 60_000,
    keepAliveTimeoutMs: 120_000,
    maxHeaderBytes: 16_384,
    maxConcurrentStreams: 100,
    keepaliveTimeMs: 60_000,
    keepaliveTimeoutMs: 20_000,
    maxIdleMs: 300_000,
    maxSessionMb: 16,
  });
});

describe.each(TRANSPORTS)('over %s', (transport) => {
  it('connections beyond the bound are dropped, and those before it are served', async () => {
    const { port, send } = await open(transport, {}, { maxConnections: 2 });
    const first = [openSocket(port), openSocket(port)];
    await Promise.all(first.map(({ socket }) => once(socket, 'connect')));
    await closedOf(openSocket(port).socket);
    first[0]?.socket.destroy();
    let heard: unknown;
    while (heard === undefined) heard = await send().catch(() => undefined);
    expect(heard).toMatchObject({ status: 200 });
    expect(first[1]?.socket.closed).toBe(false);
  });

  it('headers beyond the bound are refused, and the next sender is served', async () => {
    const { send, accepted } = await open(transport);
    const headers = { project_id: 'x'.repeat(100_000) };
    const heard = await send({ headers }).catch(() => 'cut off');
    expect(heard).not.toMatchObject({ status: 200 });
    expect(await send()).toMatchObject({ status: 200 });
    expect(accepted).toHaveLength(1);
  });

  it('a sender that says nothing is cut off', async () => {
    const short = { headersTimeoutMs: 40, handshakeTimeoutMs: 40, keepaliveTimeMs: 30, keepaliveTimeoutMs: 30 };
    const { port } = await open(transport, {}, short);
    await closedOf(openSocket(port).socket);
  });
});

describe('over TLS', () => {
  it('a head that comes one byte at a time is cut off', async () => {
    const { port } = await startHttp({}, { tls: tlsFiles(), headersTimeoutMs: 100 });
    const socket = connectTls({ port, host: 'localhost', ca: authority.cert });
    socket.on('error', () => undefined).resume();
    closeLater(() => socket.destroy());
    await once(socket, 'secureConnect');
    socket.write('POST /v1/traces HTTP/1.1\r\nX: ');
    while (!socket.closed) {
      if (socket.writable) socket.write('x');
      await systemClock.sleep(5);
    }
  });

  it('a connection that lies idle is closed', async () => {
    const { port } = await startHttp({}, { tls: tlsFiles(), keepAliveTimeoutMs: 50 });
    const socket = connectTls({ port, host: 'localhost', ca: authority.cert });
    closeLater(() => socket.destroy());
    socket.resume();
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    );
    await closedOf(socket);
  });
});

describe.each(['http', 'https'] as const)('a gRPC connection (%s)', (scheme) => {
  const tls = () => (scheme === 'https' ? { tls: tlsFiles() } : {});

  it('that has no call on it is told to go, and its peer may come again', async () => {
    const { port } = await startGrpc({}, { ...tls(), maxIdleMs: 50 });
    const session = http2Session(port, scheme);
    expect(await grpcStatus(session)).toBe(0);
    const [code] = await once(session, 'goaway');
    expect(code).toBe(constants.NGHTTP2_NO_ERROR);
    expect(await grpcStatus(http2Session(port, scheme))).toBe(0);
  });

  it('has no more streams than the bound, and says so when it begins', async () => {
    const { port } = await startGrpc({}, { ...tls(), maxConcurrentStreams: 3 });
    const session = http2Session(port, scheme);
    const [settings] = await once(session, 'remoteSettings');
    expect(settings.maxConcurrentStreams).toBe(3);
  });
});

it('a gRPC connection on which calls are begun and cancelled without end is closed, and others are served', async () => {
  const { port } = await startGrpc();
  const session = http2Session(port);
  await once(session, 'connect');
  const closed = new Promise((resolve) => session.once('close', resolve));
  // Node allows 1000 at once, and 33 a second after that.
  for (let streams = 0; streams < 3000 && !session.closed; streams += 1) {
    session
      .request(CALL)
      .on('error', () => undefined)
      .close(constants.NGHTTP2_CANCEL);
    if (streams % 100 === 0) await systemClock.yield();
  }
  await closed;
  expect(await grpcStatus(http2Session(port))).toBe(0);
});
