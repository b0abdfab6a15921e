import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkRequest as check } from '../../src/decode/check.ts';
import { createDice } from '../chaos/dice.ts';
import { asJson, asProtobuf, type Json, traceRequest } from '../receive/otlp.ts';
import { closeAll, closedOf, closeLater } from '../receive/receivers.ts';
import { authority, isGrpc, isTls, type Message, open, TRANSPORTS, type Transport } from './transports.ts';

afterEach(closeAll);

const MIB = 2 ** 20;
const span = (more: Json) => traceRequest({ span: more });
const GOOD = asProtobuf(traceRequest());
const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
/** A field of protobuf that holds bytes. */
const field = (number: number, body: Buffer) =>
  Buffer.concat([Buffer.from([number * 8 + 2, ...varint(body.length)]), body]);

function nested(depth: number): Buffer {
  let value = Buffer.from([0x18, 0x01]); // intValue: 1
  for (let level = 0; level < depth; level += 1)
    value = field(6, field(1, Buffer.concat([field(1, Buffer.from('k')), field(2, value)])));
  const attribute = Buffer.concat([field(1, Buffer.from('k')), field(2, value)]);
  const ids = Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 1))]);
  return field(1, field(2, field(2, Buffer.concat([ids, field(9, attribute)]))));
}

interface Case {
  readonly message: Message;
  /** As HTTP says it: 200, or a refusal that is not to be sent again. */
  readonly status: number;
  /** Over gRPC where that has another answer, or cannot be said: null. */
  readonly grpc?: number | null;
}

const json = (text: string, status = 400): Case => ({
  message: { body: Buffer.from(text), headers: { 'content-type': 'application/json' } },
  status,
  grpc: null,
});
const protobuf = (body: Buffer, status = 400): Case => ({ message: { body }, status });
const compressed = (encoding: string, body: Buffer, status: number): Case => ({
  message: { body, headers: { 'content-encoding': encoding } },
  status,
  grpc: null,
});

/** What somebody sends who means no good, or whose memory is broken. */
const CASES: Readonly<Record<string, Case>> = {
  'a body cut off': protobuf(GOOD.subarray(0, -5)),
  'a body with one byte too many': protobuf(Buffer.concat([GOOD, Buffer.from([0xff])])),
  'nothing but ones': protobuf(Buffer.alloc(1000, 0xff)),
  'a length beyond the body': protobuf(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1])),
  'a length of 2^63': protobuf(Buffer.from([0x0a, ...Array<number>(9).fill(0x80), 0x01])),
  'a varint without end': protobuf(Buffer.alloc(100, 0x80)),
  'groups in groups': protobuf(Buffer.alloc(100_000, 0x0b)),
  'values 2000 deep': protobuf(nested(2000), 200),
  'values 10,000 deep': protobuf(nested(10_000), 200),
  '100,000 attributes': protobuf(asProtobuf(span({ attributes: manyAttributes(100_000) })), 413),
  '30,000 attributes': protobuf(asProtobuf(span({ attributes: manyAttributes(30_000) })), 200),
  'a million empty resources': protobuf(Buffer.from('0a00'.repeat(500_000), 'hex'), 200),
  'spans with ids of nothing but zeros': protobuf(
    asProtobuf(traceRequest({ spans: 100, span: { traceId: '0'.repeat(32), spanId: '0'.repeat(16) } })),
    200,
  ),
  'spans without ids': protobuf(asProtobuf(traceRequest({ spans: 1000, span: { traceId: '', spanId: '' } })), 200),
  'a name that is no UTF-8': protobuf(nameOfBytes(), 200),
  'a megabyte of name': protobuf(asProtobuf(span({ name: 'x'.repeat(MIB / 2) })), 200),
  'a body larger than allowed': protobuf(Buffer.alloc(MIB + 1), 413),
  'no project but one with a slash too many': {
    message: { body: GOOD, headers: { project_id: '../../etc/passwd' } },
    status: 400,
  },
  'a project that climbs': { message: { body: GOOD, headers: { project_id: '../admin' } }, status: 400 },
  'JSON cut off': json(asJson(traceRequest()).toString().slice(0, -5)),
  'JSON lists 50,000 deep': json('['.repeat(50_000)),
  'JSON objects 50,000 deep': json('{"resourceSpans":'.repeat(50_000)),
  'JSON values 10,000 deep': json(nestedJson(10_000), 200),
  'JSON that is a number': json('1e999'),
  'JSON with a key of every object': json('{"__proto__":{"resourceSpans":[]},"constructor":1}', 200),
  'JSON that is no UTF-8': {
    ...json(''),
    message: { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), headers: { 'content-type': 'application/json' } },
  },
  'JSON in UTF-16': {
    ...json(''),
    message: { body: Buffer.from('{}', 'utf16le'), headers: { 'content-type': 'application/json' } },
  },
  'another media type': { message: { headers: { 'content-type': 'text/html' } }, status: 415, grpc: null },
  'a bomb': compressed('gzip', gzipSync(Buffer.alloc(64 * MIB)), 413),
  'a bomb in a bomb': compressed('gzip', gzipSync(gzipSync(Buffer.alloc(32 * MIB))), 400),
  'a broken stream': compressed('gzip', Buffer.from('junk'), 400),
  'a stream cut off': compressed('gzip', gzipSync(GOOD).subarray(0, -9), 400),
  'an unknown compression': compressed('br', GOOD, 400),
  'compressions one after the other': compressed('gzip, gzip', gzipSync(gzipSync(GOOD)), 400),
};

function manyAttributes(count: number): readonly Json[] {
  return Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value: { intValue: '1' } }));
}

function nestedJson(depth: number): string {
  const attribute = `{"key":"k","value":${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}}`;
  return JSON.stringify(span({ attributes: [] })).replace('"attributes":[]}]}]', `"attributes":[${attribute}]}]}]`);
}

function nameOfBytes(): Buffer {
  const name = field(5, Buffer.from([0xc3, 0x28, 0xff]));
  const ids = Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 1))]);
  return field(1, field(2, field(2, Buffer.concat([ids, name]))));
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(Object.entries(CASES).filter(([, { grpc }]) => !(isGrpc(transport) && grpc === null)))(
    '%s harms nobody',
    async (_name, { message, status }) => {
      const { send } = await open(transport, { check }, { maxBodyBytes: MIB });
      const heard = await send({ body: GOOD, ...message });
      expect(heard.status).toBe(status);
      expect(heard.message.length).toBeLessThan(5000);
      expect(await send({ body: GOOD })).toMatchObject({ status: 200 });
    },
  );

  it('a request cut off anywhere, or with random bytes in it, harms nobody', async () => {
    const { send, counted } = await open(transport, { check });
    const dice = createDice(20261129);
    const bodies = Array.from({ length: 60 }, (_, at) => {
      if (at % 2 === 0) return GOOD.subarray(0, dice.integer(0, GOOD.length - 1));
      const body = Buffer.from(GOOD);
      for (let flips = dice.integer(1, 8); flips > 0; flips -= 1)
        body[dice.integer(0, body.length - 1)] = dice.integer(0, 255);
      return body;
    });
    const statuses = new Set<number>();
    for (const body of bodies) statuses.add((await send({ body })).status);
    expect([...statuses].toSorted()).toEqual([200, 400]);
    expect(await send({ body: GOOD })).toMatchObject({ status: 200 });
    expect(Object.values(counted('receiver_accepted_spans'))[0]).toBeGreaterThan(0);
  });

  it('a byte more than 64 MiB is too much, and 64 MiB are looked at', async () => {
    const { send } = await open(transport, { check });
    expect(await send({ body: Buffer.alloc(64 * MIB + 1) })).toMatchObject({ status: 413 });
    expect(await send({ body: Buffer.alloc(64 * MIB) })).toMatchObject({ status: 400 });
    expect(await send({ body: GOOD })).toMatchObject({ status: 200 });
  });

  it('a connection that is ended by half in the middle of what it says is closed, and the next is served', async () => {
    const { port, send, accepted } = await open(transport, { check });
    const whole = isGrpc(transport)
      ? Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from('000000040000000000', 'hex')])
      : Buffer.concat([
          Buffer.from('POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n'),
          Buffer.from(`Content-Length: ${GOOD.length}\r\n\r\n`),
          GOOD,
        ]);
    for (const end of [1, 10, 20, whole.length - 1]) {
      const socket = await connected(transport, port);
      socket.end(whole.subarray(0, end));
      await closedOf(socket);
    }
    expect(accepted).toHaveLength(0);
    expect(await send({ body: GOOD })).toMatchObject({ status: 200 });
  });
});

async function connected(transport: Transport, port: number): Promise<Socket> {
  const to = { host: '127.0.0.1', port, allowHalfOpen: true };
  const alpn = isGrpc(transport) ? ['h2'] : ['http/1.1'];
  const socket = isTls(transport)
    ? connectTls({ ...to, ca: authority.cert, ALPNProtocols: alpn, servername: 'localhost' })
    : connect(to);
  socket.on('error', () => undefined).resume();
  closeLater(() => socket.destroy());
  await once(socket, isTls(transport) ? 'secureConnect' : 'connect');
  return socket;
}
