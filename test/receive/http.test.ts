import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BridgeError } from '../../src/core/errors.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  closeAll,
  closedOf,
  closeLater,
  createHoldingAccept,
  JSON_TYPE,
  openSocket,
  PROTOBUF,
  post,
  startHttp,
} from './receivers.ts';

afterEach(closeAll);

const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: bridge\r\nContent-Type: application/json\r\n';
const WHOLE = `${HEAD}Content-Length: 2\r\n\r\n{}`;

it('hands on the body, decompressed, with its encoding and project', async () => {
  const { port, accepted } = await startHttp();
  await post(port, { body: gzipSync('spans'), headers: { ...PROTOBUF, 'content-encoding': 'gzip' } });
  await post(port, { body: Buffer.from('{}'), headers: { ...JSON_TYPE, project_id: 'team/app' } });
  expect(accepted).toEqual([
    { signal: 'traces', encoding: 'protobuf', project: null, spans: 1, body: Buffer.from('spans') },
    { signal: 'traces', encoding: 'json', project: 'team/app', spans: 1, body: Buffer.from('{}') },
  ]);
});

it('answers a HEAD request without a body', async () => {
  const { port } = await startHttp();
  expect(await post(port, { method: 'HEAD', body: Buffer.alloc(0) })).toMatchObject({
    status: 405,
    body: Buffer.alloc(0),
  });
});

it('counts each request by what it came to', async () => {
  const { port, counted } = await startHttp();
  await post(port);
  await post(port, { path: '/elsewhere' });
  await post(port, { headers: {} });
  expect(counted('receiver_requests')).toEqual({
    'http success': 1,
    'http not_found': 1,
    'http unsupported_media_type': 1,
  });
});

describe('on the line', () => {
  it('takes a body in chunks of one byte', async () => {
    const { port, accepted } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    for (const character of '{"resourceSpans":[]}') socket.write(`1\r\n${character}\r\n`);
    socket.write('0\r\n\r\n');
    expect(await until(/\{\}$/)).toMatch(/^HTTP\/1.1 200 OK/);
    expect(accepted.map((raw) => raw.body.toString())).toEqual(['{"resourceSpans":[]}']);
  });

  it('asks for the body of a sender that waits to be told', async () => {
    const { port, accepted } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    await until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    socket.write('{}');
    await until(/HTTP\/1.1 200 OK/);
    expect(accepted).toHaveLength(1);
  });

  it.each([
    ['too large', `${HEAD}Content-Length: 68719476736\r\n`, 413],
    [
      'of the wrong type',
      'POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n',
      415,
    ],
  ])('does not ask for a body that is %s', async (_name, head, status) => {
    const { port } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.write(`${head}Expect: 100-continue\r\n\r\n`);
    expect(await until(/\r\n\r\n/)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await closedOf(socket);
  });

  it('answers pipelined requests in their order', async () => {
    const { port, accepted } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.write(WHOLE + WHOLE.replace('/v1/traces', '/v1/nothing') + WHOLE);
    const said = await until(/(HTTP[\s\S]*){3}\{\}$/);
    expect(said.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    expect(accepted).toHaveLength(2);
  });

  it('takes many requests on one connection, refused ones between them', async () => {
    const { port, accepted } = await startHttp({}, { maxBodyBytes: 100 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closeLater(() => agent.destroy());
    const statuses: number[] = [];
    const ports = new Set<number | undefined>();
    for (const length of [1, 101, 2, 100_000, 3]) {
      const outgoing = request({
        host: '127.0.0.1',
        port,
        path: '/v1/traces',
        method: 'POST',
        headers: PROTOBUF,
        agent,
      });
      outgoing.end(Buffer.alloc(length));
      const [response] = await once(outgoing, 'response');
      ports.add(outgoing.socket?.localPort);
      await once(response.resume(), 'close');
      statuses.push(response.statusCode);
    }
    expect(statuses).toEqual([200, 413, 200, 413, 200]);
    expect(accepted.map((raw) => raw.body.length)).toEqual([1, 2, 3]);
    expect(ports.size).toBe(1);
  });

  it('ignores an offer to go on in HTTP/2', async () => {
    const { port } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.write(
      WHOLE.replace(
        '\r\n\r\n',
        '\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
      ),
    );
    expect(await until(/\{\}$/)).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n\r\n', 400],
    ['a head without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 431],
    ['two lengths', `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['a negative length', `${HEAD}Content-Length: -1\r\n\r\n`, 400],
  ])('refuses %s', async (_name, text, status) => {
    const { port } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.write(text);
    expect(await until(/\r\n\r\n/)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await closedOf(socket);
  });
});

describe('a sender that goes away', () => {
  it('in the middle of its body leaves nothing behind', async () => {
    const clock = createFakeClock();
    const { port, accepted, counted } = await startHttp({ clock });
    const { socket } = openSocket(port);
    socket.write(`${HEAD}Content-Length: 20\r\n\r\n{"resource`);
    await clock.untilWaiting();
    socket.destroy();
    await closedOf(socket);
    while (clock.waiting() > 0) await clock.yield();
    expect((await post(port)).status).toBe(200);
    expect(accepted).toHaveLength(1);
    expect(counted('receiver_requests')).toEqual({ 'http aborted': 1, 'http success': 1 });
  });

  it('after its body has come is served all the same', async () => {
    const { accept, accepted, untilHolding, release } = createHoldingAccept();
    const { port, counted } = await startHttp({ accept });
    const { socket } = openSocket(port);
    // Two requests: the second has no connection of its own to answer on.
    socket.write(WHOLE + WHOLE);
    await untilHolding();
    socket.destroy();
    await closedOf(socket);
    release();
    expect((await post(port)).status).toBe(200);
    expect(accepted).toHaveLength(3);
    expect(counted('receiver_requests')).toEqual({ 'http success': 3 });
  });

  it('once it was refused, in the middle of its body, harms nobody', async () => {
    const { port } = await startHttp({}, { maxBodyBytes: 10 });
    const { socket, until } = openSocket(port);
    socket.write(`${HEAD}Content-Length: 20\r\n\r\n{`);
    await until(/^HTTP\/1.1 413 /);
    socket.destroy();
    await closedOf(socket);
    expect((await post(port)).status).toBe(200);
  });

  it('by half, after its body, is served', async () => {
    const { port, accepted } = await startHttp();
    const { socket } = openSocket(port);
    socket.end(WHOLE);
    await closedOf(socket);
    expect(accepted).toHaveLength(1);
  });

  it('by half, within its body, is refused', async () => {
    const { port, accepted } = await startHttp();
    const { socket, until } = openSocket(port);
    socket.end(`${HEAD}Content-Length: 20\r\n\r\n{}`);
    expect(await until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 400 /);
    await closedOf(socket);
    expect(accepted).toHaveLength(0);
  });
});

describe('closing', () => {
  it('answers what is in work, then takes nothing more', async () => {
    const { accept, untilHolding, release } = createHoldingAccept();
    const { port, receiver, counted } = await startHttp({ accept });
    const { socket, until } = openSocket(port);
    socket.write(WHOLE);
    await untilHolding();
    const closing = receiver.close();
    expect(receiver.close()).toBe(closing);
    await expect(post(port)).rejects.toThrow(/ECONNREFUSED/);
    release();
    expect(await until(/\{\}$/)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*Connection: close/i);
    await closing;
    expect(counted('receiver_accepted_spans')).toEqual({ http: 1 });
  });

  it('does not wait for connections on which nothing was asked, or everything answered', async () => {
    const clock = createFakeClock();
    const { port, receiver } = await startHttp({ clock });
    const [silent, idle] = [openSocket(port), openSocket(port)];
    await once(silent.socket, 'connect');
    idle.socket.write(WHOLE);
    await idle.until(/\{\}$/);
    await receiver.close();
    await Promise.all([closedOf(silent.socket), closedOf(idle.socket)]);
    expect(clock.waiting()).toBe(0);
  });

  it('cuts off at its deadline what is still arriving, and accepts nothing afterwards', async () => {
    const clock = createFakeClock();
    const { port, receiver, accepted } = await startHttp({ clock });
    const { socket } = openSocket(port);
    socket.write(`${HEAD}Content-Length: 20\r\n\r\n{`);
    await clock.untilWaiting();
    const closing = receiver.close();
    await clock.advance(5_000);
    await closing;
    await closedOf(socket);
    expect(accepted).toHaveLength(0);
  });
});

it('accepts nothing after it has closed, not even what it was just decompressing', async () => {
  const clock = createFakeClock();
  const { port, receiver, accepted, counted } = await startHttp({ clock });
  const body = gzipSync(Buffer.alloc(32 * 1024 * 1024));
  const answer = post(port, { body, headers: { ...PROTOBUF, 'content-encoding': 'gzip' } }).catch(() => 'cut off');
  await clock.untilWaiting();
  // The body has come once its timer is gone. Decompressing it takes hundreds of turns of the event loop, closing a few.
  while (clock.waiting() > 0) await clock.yield();
  const closing = receiver.close();
  await clock.advance(5_000);
  await closing;
  expect(await answer).toBe('cut off');
  while (Object.keys(counted('receiver_requests')).length === 0) await clock.yield();
  expect(counted('receiver_requests')).toEqual({ 'http aborted': 1 });
  expect(accepted).toHaveLength(0);
});

describe('the address', () => {
  it.each([
    ['localhost', /^127\.0\.0\.1:\d+$/],
    ['127.0.0.1', /^127\.0\.0\.1:\d+$/],
    ['0.0.0.0', /^0\.0\.0\.0:\d+$/],
  ])('of %s is told as bound', async (host, address) => {
    expect((await startHttp({}, { host })).receiver.address).toMatch(address);
  });

  it('in use by another is named', async () => {
    const { port } = await startHttp();
    const second = startHttp({}, { port });
    await expect(second).rejects.toThrow(new RegExp(`^OTLP/HTTP cannot listen on localhost:${port}: `));
    await expect(second).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await expect(second).rejects.toBeInstanceOf(BridgeError);
  });

  it('of another machine is named', async () => {
    const started = startHttp({}, { host: '192.0.2.1' });
    await expect(started).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
      message: expect.stringContaining('192.0.2.1:0'),
    });
  });
});
