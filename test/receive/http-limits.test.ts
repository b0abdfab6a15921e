import { once } from 'node:events';
import { request } from 'node:http';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RECEIVER_LIMITS } from '../../src/receive/receiver.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { closeAll, closedOf, createHoldingAccept, openSocket, PROTOBUF, post, startHttp } from './receivers.ts';

afterEach(closeAll);

const MIB = 1024 * 1024;
const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: bridge\r\nContent-Type: application/x-protobuf\r\n';

/** A body of chunks, its length not announced. */
async function postChunks(port: number, chunks: readonly Uint8Array[]) {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path: '/v1/traces',
    method: 'POST',
    headers: PROTOBUF,
    agent: false,
  });
  for (const chunk of chunks) outgoing.write(chunk);
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  await once(response.resume(), 'end');
  return response.statusCode;
}

describe('the size of a body', () => {
  it('may be 64 MiB, as OTLP recommends, and not one byte more', async () => {
    expect(RECEIVER_LIMITS.maxBodyBytes).toBe(64 * MIB);
    const { port, accepted } = await startHttp();
    expect((await post(port, { body: Buffer.alloc(64 * MIB) })).status).toBe(200);
    expect((await post(port, { body: Buffer.alloc(64 * MIB + 1) })).status).toBe(413);
    expect(accepted.map((raw) => raw.body.length)).toEqual([64 * MIB]);
  });

  it('is bounded where it was not announced', async () => {
    const { port, accepted } = await startHttp({}, { maxBodyBytes: MIB });
    const half = Buffer.alloc(MIB / 2);
    expect(await postChunks(port, [half, half])).toBe(200);
    expect(await postChunks(port, [half, half, Buffer.alloc(1)])).toBe(413);
    expect(await postChunks(port, Array<Buffer>(20).fill(half))).toBe(413);
    expect(accepted.map((raw) => raw.body.length)).toEqual([MIB]);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ])('is bounded before and after decompression (%s)', async (encoding, compress) => {
    const { port, accepted } = await startHttp({}, { maxBodyBytes: MIB });
    const send = (body: Buffer) => post(port, { body, headers: { ...PROTOBUF, 'content-encoding': encoding } });
    expect((await send(compress(Buffer.alloc(MIB)))).status).toBe(200);
    expect((await send(compress(Buffer.alloc(MIB + 1)))).status).toBe(413);
    expect((await send(compress(Buffer.alloc(100 * MIB)))).status).toBe(413);
    expect((await send(Buffer.alloc(MIB + 1))).status).toBe(413);
    expect((await send(Buffer.from('broken'))).status).toBe(400);
    expect(accepted.map((raw) => raw.body.length)).toEqual([MIB]);
  });
});

describe('the memory of all requests', () => {
  it('is not held by bodies that were announced and never sent', async () => {
    const clock = createFakeClock();
    const { port } = await startHttp({ clock });
    for (let index = 0; index < 20; index += 1) {
      openSocket(port).socket.write(`${HEAD}Content-Length: ${64 * MIB}\r\n\r\nx`);
    }
    await clock.untilWaiting(20);
    expect((await post(port, { body: Buffer.alloc(MIB) })).status).toBe(200);
  });

  it('is looked at before a body is asked for', async () => {
    const { accept, untilHolding } = createHoldingAccept();
    const { port } = await startHttp({ accept }, { maxBodyBytes: MIB, maxInFlightBytes: 0 });
    void post(port, { body: Buffer.alloc(MIB) });
    await untilHolding();
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Expect: 100-continue\r\nContent-Length: ${MIB}\r\n\r\n`);
    expect(await until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 503 /);
  });

  it('runs out in the middle of a body that was not announced', async () => {
    const { accept, untilHolding } = createHoldingAccept();
    const { port } = await startHttp({ accept }, { maxBodyBytes: MIB, maxInFlightBytes: 0 });
    void post(port, { body: Buffer.alloc(MIB) });
    await untilHolding();
    expect(await postChunks(port, [Buffer.alloc(MIB / 2), Buffer.alloc(MIB / 2)])).toBe(503);
  });

  it('is given back after every way out', async () => {
    const { port } = await startHttp({}, { maxBodyBytes: MIB, maxInFlightBytes: 0 });
    const bomb = gzipSync(Buffer.alloc(2 * MIB));
    const aborted = () => {
      const { socket } = openSocket(port);
      socket.write(`${HEAD}Content-Length: ${MIB}\r\n\r\n${'x'.repeat(1000)}`, () => socket.destroy());
      return closedOf(socket);
    };
    for (let index = 0; index < 5; index += 1) {
      expect((await post(port, { body: Buffer.alloc(MIB) })).status).toBe(200);
      expect((await post(port, { body: bomb, headers: { ...PROTOBUF, 'content-encoding': 'gzip' } })).status).toBe(413);
      expect(await postChunks(port, [Buffer.alloc(MIB), Buffer.alloc(1)])).toBe(413);
      await aborted();
    }
  });
});

describe('the time', () => {
  it('a head may take is bounded', async () => {
    const { port } = await startHttp({}, { headersTimeoutMs: 100 });
    const { socket, until } = openSocket(port);
    socket.write('POST /v1/traces HTTP/1.1\r\nHost:');
    expect(await until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 408 /);
    await closedOf(socket);
  });

  it('a body may take is bounded, even if a little of it keeps coming', async () => {
    const clock = createFakeClock();
    const { port, accepted, counted } = await startHttp({ clock });
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Content-Length: 100\r\n\r\n`);
    await clock.untilWaiting();
    for (let index = 0; index < 6; index += 1) {
      socket.write('x');
      await clock.advance(10_000);
    }
    expect(await until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 503 [\s\S]*Connection: close/i);
    await closedOf(socket);
    expect(accepted).toHaveLength(0);
    expect(counted('receiver_requests')).toEqual({ 'http too_slow': 1 });
  });

  it('a refused body may go on is bounded', async () => {
    const { port } = await startHttp({}, { headersTimeoutMs: 50, bodyTimeoutMs: 50, maxBodyBytes: 10 });
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n`);
    await until(/^HTTP\/1.1 413 /);
    await closedOf(socket);
  });

  it('a connection may lie idle is bounded', async () => {
    const { port } = await startHttp({}, { keepAliveTimeoutMs: 50 });
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Content-Length: 1\r\n\r\nx`);
    await until(/^HTTP\/1.1 200 /);
    await closedOf(socket);
  });
});

describe('the number of connections', () => {
  it('may be a thousand', async () => {
    const { port, accepted } = await startHttp();
    const sockets = Array.from({ length: 1000 }, () => openSocket(port));
    await Promise.all(sockets.map(({ socket }) => once(socket, 'connect')));
    for (const { socket } of sockets) socket.write(`${HEAD}Content-Length: 1\r\n\r\nx`);
    await Promise.all(sockets.map(({ until }) => until(/^HTTP\/1.1 200 /)));
    expect(accepted).toHaveLength(1000);
  });

  it('is bounded', async () => {
    const { port } = await startHttp({}, { maxConnections: 2 });
    const first = [openSocket(port), openSocket(port)];
    await Promise.all(first.map(({ socket }) => once(socket, 'connect')));
    await closedOf(openSocket(port).socket);
    await Promise.all(
      first.map(({ socket, until }) => {
        socket.write(`${HEAD}Content-Length: 1\r\n\r\nx`);
        return until(/^HTTP\/1.1 200 /);
      }),
    );
  });
});

it('good requests get in while bad ones go on', async () => {
  const { port, accepted } = await startHttp({}, { maxBodyBytes: MIB });
  const bomb = gzipSync(Buffer.alloc(20 * MIB));
  const zip = { ...PROTOBUF, 'content-encoding': 'gzip' };
  const bad = async (index: number) => {
    const { socket } = openSocket(port);
    socket.write(`${HEAD}Content-Length: ${MIB}\r\n\r\n`);
    if (index % 2 === 0) socket.destroy();
    await Promise.all([
      post(port, { body: bomb, headers: zip }),
      post(port, { body: Buffer.from('junk'), headers: zip }),
      post(port, { body: Buffer.alloc(MIB + 1) }),
    ]);
  };
  const good = Array.from({ length: 20 }, (_, index) => post(port, { body: Buffer.from(`good ${index}`) }));
  const attack = Array.from({ length: 20 }, (_, index) => bad(index));
  expect((await Promise.all(good)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  await Promise.all(attack);
  expect(accepted).toHaveLength(20);
});
