import { once } from 'node:events';
import { type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { compressionAlgorithms, Metadata, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  closeAll,
  closedOf,
  closeLater,
  createGrpcClient,
  createHoldingAccept,
  EXPORT_TRACES,
  openSocket,
  startGrpc,
} from './receivers.ts';

afterEach(closeAll);

const MIB = 1024 * 1024;
const BODY = Buffer.from('spans');
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const METRICS = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

function projectId(...values: string[]): Metadata {
  const metadata = new Metadata();
  for (const value of values) metadata.add('project_id', value);
  return metadata;
}

it('hands on the body and the project', async () => {
  const { port, accepted, counted } = await startGrpc();
  const { call } = createGrpcClient(port);
  expect(await call(BODY)).toMatchObject({ code: status.OK, body: Buffer.alloc(0) });
  expect(await call(BODY, projectId('team/app'))).toMatchObject({ code: status.OK });
  expect(accepted).toEqual([
    { signal: 'traces', encoding: 'protobuf', project: null, spans: 1, body: BODY },
    { signal: 'traces', encoding: 'protobuf', project: 'team/app', spans: 1, body: BODY },
  ]);
  expect(counted('receiver_accepted_spans')).toEqual({ grpc: 2 });
  expect(counted('receiver_requests')).toEqual({ 'grpc success': 2 });
});

it.each([[['app']], [['team/app', 'team/other']], [['']]])('refuses the project %j', async (values) => {
  const { call } = createGrpcClient((await startGrpc()).port);
  expect(await call(BODY, projectId(...values))).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining('entity/project'),
  });
});

it.each([LOGS, METRICS])('answers %s with success and drops what it brings', async (path) => {
  const { port, accepted } = await startGrpc();
  expect(await createGrpcClient(port).call(Buffer.alloc(0), undefined, path)).toMatchObject({ code: status.OK });
  expect(accepted).toHaveLength(0);
});

it.each(['gzip', 'deflate'] as const)('takes messages compressed with %s', async (name) => {
  const { port, accepted } = await startGrpc();
  const { call } = createGrpcClient(port, { 'grpc.default_compression_algorithm': compressionAlgorithms[name] });
  expect(await call(Buffer.alloc(100_000))).toMatchObject({ code: status.OK });
  expect(accepted.map((raw) => raw.body.length)).toEqual([100_000]);
});

it('answers many calls at once on one connection', async () => {
  const { port, accepted } = await startGrpc({}, { maxConcurrentStreams: 10 });
  const { call } = createGrpcClient(port);
  const answers = await Promise.all(Array.from({ length: 300 }, () => call(BODY)));
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([status.OK]));
  expect(accepted).toHaveLength(300);
});

describe('the size of a message', () => {
  it('may be 64 MiB, as OTLP recommends, and not one byte more', async () => {
    const { port, accepted, counted } = await startGrpc();
    const { call } = createGrpcClient(port, { 'grpc.max_send_message_length': -1 });
    expect(await call(Buffer.alloc(64 * MIB))).toMatchObject({ code: status.OK });
    const refused = await call(Buffer.alloc(64 * MIB + 1));
    expect(refused.code).toBe(status.RESOURCE_EXHAUSTED);
    // RetryInfo would make the sender come again with the same.
    expect(refused.metadata?.get('grpc-status-details-bin')).toEqual([]);
    expect(accepted).toHaveLength(1);
    expect(counted('receiver_requests')).toEqual({ 'grpc success': 1, 'grpc aborted': 1 });
  });

  it('is bounded after decompression', async () => {
    const { port, accepted } = await startGrpc({}, { maxBodyBytes: MIB });
    const { call } = createGrpcClient(port, { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip });
    expect(await call(Buffer.alloc(50 * MIB))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(accepted).toHaveLength(0);
  });
});

it('keeps a message small enough for the headers of an answer, and fit to be sent there', async () => {
  const check = () => ({ status: 'invalid', message: `\ud83d ${'é'.repeat(100_000)}` }) as const;
  const { port } = await startGrpc({ check });
  const answer = await createGrpcClient(port).call(BODY);
  expect(answer.code).toBe(status.INVALID_ARGUMENT);
  expect(answer.details).toMatch(/^\ufffd é{100,1024}/);
});

it('gives the memory of a message back', async () => {
  const { port, accepted } = await startGrpc({}, { maxBodyBytes: MIB, maxInFlightBytes: 0 });
  const { call } = createGrpcClient(port);
  for (let index = 0; index < 5; index += 1) expect((await call(Buffer.alloc(MIB))).code).toBe(status.OK);
  expect(accepted).toHaveLength(5);
});

/** A call as bytes, for what no gRPC client would send. */
function openStream(port: number, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  closeLater(() => session.destroy());
  return session.request({
    ':method': 'POST',
    ':path': EXPORT_TRACES,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
}

/** Resolves to the status of the answer. */
async function callRaw(port: number, bytes: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const stream = openStream(port, headers);
  stream.end(bytes);
  const [answer] = await once(stream, 'response');
  await once(stream.resume(), 'end');
  return Number(answer['grpc-status'] ?? answer[':status']);
}

/** gRPC's framing: a flag for compressed, a length of four bytes, the message. */
function frame(message: Buffer, flag = 0, length = message.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

it.each([
  ['a broken gzip stream', frame(Buffer.from('junk'), 1), { 'grpc-encoding': 'gzip' }, status.INTERNAL],
  ['a gzip stream cut off', frame(gzipSync(BODY).subarray(0, 15), 1), { 'grpc-encoding': 'gzip' }, status.INTERNAL],
  ['an unknown compression', frame(BODY, 1), { 'grpc-encoding': 'snappy' }, status.UNIMPLEMENTED],
  ['a message cut off', frame(BODY, 0, 100), {}, status.UNIMPLEMENTED],
  ['no message', Buffer.alloc(0), {}, status.UNIMPLEMENTED],
  ['two messages', Buffer.concat([frame(BODY), frame(BODY)]), {}, status.UNIMPLEMENTED],
  ['a length beyond the bound', frame(BODY, 0, 2 ** 32 - 1), {}, status.RESOURCE_EXHAUSTED],
  ['another media type', frame(BODY), { 'content-type': 'application/json' }, 415],
])('a call with %s is refused for good', async (_name, bytes, headers, expected) => {
  const { port, accepted } = await startGrpc();
  expect(await callRaw(port, bytes, headers)).toBe(expected);
  expect(accepted).toHaveLength(0);
  expect((await createGrpcClient(port).call(BODY)).code).toBe(status.OK);
});

it('what is no HTTP/2 is cut off, and others are served', async () => {
  const { port } = await startGrpc();
  const { socket } = openSocket(port);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await closedOf(socket);
  expect((await createGrpcClient(port).call(BODY)).code).toBe(status.OK);
});

describe('a call', () => {
  it.each([
    ['is cancelled', (stream: ClientHttp2Stream) => stream.close(constants.NGHTTP2_CANCEL)],
    ['loses its connection', (stream: ClientHttp2Stream) => stream.session?.destroy()],
  ])('that %s before its message is there leaves nothing behind', async (_name, end) => {
    const clock = createFakeClock();
    const { port, accepted, counted } = await startGrpc({ clock });
    const stream = openStream(port);
    stream.on('error', () => undefined);
    stream.write(frame(BODY, 0, 100));
    await clock.untilWaiting();
    end(stream);
    while (clock.waiting() > 0) await clock.yield();
    expect((await createGrpcClient(port).call(BODY)).code).toBe(status.OK);
    expect(accepted).toHaveLength(1);
    expect(counted('receiver_requests')).toEqual({ 'grpc aborted': 1, 'grpc success': 1 });
  });

  it('whose deadline passes while the queue is at work is not lost', async () => {
    const { accept, accepted, untilHolding, release } = createHoldingAccept();
    const { port, counted } = await startGrpc({ accept });
    const { client } = createGrpcClient(port);
    const asIs = (bytes: Buffer) => bytes;
    const answer = new Promise<number>((resolve) => {
      const deadline = Date.now() + 200;
      client.makeUnaryRequest(EXPORT_TRACES, asIs, asIs, BODY, new Metadata(), { deadline }, (error) =>
        resolve(error?.code ?? 0),
      );
    });
    await untilHolding();
    expect(await answer).toBe(status.DEADLINE_EXCEEDED);
    release();
    expect((await createGrpcClient(port).call(BODY)).code).toBe(status.OK);
    expect(accepted).toHaveLength(2);
    expect(counted('receiver_accepted_spans')).toEqual({ grpc: 2 });
  });

  it('is timed until it is there, not while the queue is at work', async () => {
    const clock = createFakeClock();
    const { accept, untilHolding, release } = createHoldingAccept();
    const { port } = await startGrpc({ accept, clock });
    const answer = createGrpcClient(port).call(BODY);
    await untilHolding();
    expect(clock.waiting()).toBe(0);
    release();
    expect((await answer).code).toBe(status.OK);
  });

  it('that is too large is not timed any longer', async () => {
    const clock = createFakeClock();
    const { port } = await startGrpc({ clock }, { maxBodyBytes: 1 });
    expect((await createGrpcClient(port).call(BODY)).code).toBe(status.RESOURCE_EXHAUSTED);
    expect(clock.waiting()).toBe(0);
  });

  it('that never ends does not keep others out', async () => {
    const clock = createFakeClock();
    const { port, accepted, counted } = await startGrpc({ clock });
    const slow = createGrpcClient(port).callWithoutEnd(BODY);
    await clock.untilWaiting();
    expect((await createGrpcClient(port).call(BODY)).code).toBe(status.OK);
    await clock.advance(60_000);
    expect((await slow).code).toBe(status.DEADLINE_EXCEEDED);
    expect(accepted).toHaveLength(1);
    expect(counted('receiver_requests')).toEqual({ 'grpc success': 1, 'grpc too_slow': 1 });
    expect(clock.waiting()).toBe(0);
  });
});

describe('connections', () => {
  it('have no more calls in work than they may', async () => {
    const { accept, accepted, untilHolding, release } = createHoldingAccept();
    const { port } = await startGrpc({ accept }, { maxConcurrentStreams: 2 });
    const { call } = createGrpcClient(port);
    // The first call brings the limit to the client.
    const first = call(BODY);
    await untilHolding();
    const others = Array.from({ length: 10 }, () => call(BODY));
    while (accepted.length < 2) await systemClock.yield();
    // One more connection has had its turn after all of them.
    void createGrpcClient(port).call(BODY);
    while (accepted.length < 3) await systemClock.yield();
    expect(accepted).toHaveLength(3);
    release();
    expect(await Promise.all([first, ...others])).toHaveLength(11);
  });

  it('are bounded in number', async () => {
    const { port } = await startGrpc({}, { maxConnections: 1 });
    const { call } = createGrpcClient(port);
    expect((await call(BODY)).code).toBe(status.OK);
    await closedOf(openSocket(port).socket);
    expect((await call(BODY)).code).toBe(status.OK);
  });

  it('on which nobody answers are closed', async () => {
    const { port } = await startGrpc({}, { keepaliveTimeMs: 30, keepaliveTimeoutMs: 30 });
    await closedOf(openSocket(port).socket);
  });
});

describe('closing', () => {
  it('answers what is in work, then takes nothing more', async () => {
    const { accept, untilHolding, release } = createHoldingAccept();
    const { port, receiver, counted } = await startGrpc({ accept });
    const { call } = createGrpcClient(port);
    const answer = call(BODY);
    await untilHolding();
    const closing = receiver.close();
    expect(receiver.close()).toBe(closing);
    release();
    expect((await answer).code).toBe(status.OK);
    await closing;
    expect((await createGrpcClient(port).call(BODY)).code).toBe(status.UNAVAILABLE);
    expect(counted('receiver_accepted_spans')).toEqual({ grpc: 1 });
  });

  it('takes a call that was begun before', async () => {
    const clock = createFakeClock();
    const { port, receiver, accepted } = await startGrpc({ clock });
    const { client } = createGrpcClient(port);
    const asIs = (bytes: Buffer) => bytes;
    const code = new Promise<number>((resolve) => {
      const stream = client.makeClientStreamRequest(EXPORT_TRACES, asIs, asIs, (error) => resolve(error?.code ?? 0));
      void clock.untilWaiting().then(() => {
        void receiver.close();
        stream.end(BODY);
      });
    });
    expect(await code).toBe(status.OK);
    await receiver.close();
    expect(accepted).toHaveLength(1);
    while (clock.waiting() > 0) await clock.yield();
  });

  it('does not wait for connections that lie idle', async () => {
    const clock = createFakeClock();
    const { port, receiver } = await startGrpc({ clock });
    const { socket } = openSocket(port);
    await once(socket, 'connect');
    expect((await createGrpcClient(port).call(BODY)).code).toBe(status.OK);
    await receiver.close();
    await closedOf(socket);
  });

  it('cuts off at its deadline what is still arriving, and peers that do not listen', async () => {
    const clock = createFakeClock();
    const { port, receiver, accepted } = await startGrpc({ clock });
    const { socket } = openSocket(port);
    socket.pause();
    const slow = createGrpcClient(port).callWithoutEnd(BODY);
    await clock.untilWaiting();
    const closing = receiver.close();
    await clock.untilWaiting(2);
    await clock.advance(5_000);
    await closing;
    expect((await slow).code).not.toBe(status.OK);
    expect(accepted).toHaveLength(0);
    socket.resume();
    await closedOf(socket);
  });
});

it('names an address in use', async () => {
  const { port } = await startGrpc();
  await expect(startGrpc({}, { port })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringMatching(new RegExp(`^OTLP/gRPC cannot listen on localhost:${port}: `)),
  });
});
