import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Client, type ClientSettings, createClient, MAX_ANSWER_BYTES } from '../../../src/trigger/http/client.ts';
import { temporaryDir } from '../world.ts';

type Handle = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

let handle: Handle;
let url: string;
let close: () => Promise<void>;
let client: Client;
const forever = new AbortController().signal;
const MIB = 1024 * 1024;

beforeEach(async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handle(request, response, Buffer.concat(chunks));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
  close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  client = open();
});
afterEach(async () => {
  client.close();
  await close();
});

function open(settings: Partial<ClientSettings> = {}): Client {
  return createClient({
    url,
    authorization: () => 'Bearer key',
    timeoutMs: 10_000,
    userAgent: 'bridge',
    maxSockets: 2,
    ...settings,
  });
}

const ROUNDS = 5;

/**
 * Does the work, and does it again where it failed while the machine was too busy to let this process run: a timeout says
 * nothing then. `maxStallMs`: how long it may have stood still for a failure to count.
 */
async function unlessStalled(maxStallMs: number, work: () => Promise<void>): Promise<void> {
  for (let round = 1; ; round += 1) {
    let lastMs = performance.now();
    let stallMs = 0;
    const look = () => {
      const nowMs = performance.now();
      stallMs = Math.max(stallMs, nowMs - lastMs);
      lastMs = nowMs;
    };
    const watch = setInterval(look, 20);
    try {
      return await work();
    } catch (thrown) {
      look();
      if (stallMs <= maxStallMs || round === ROUNDS) throw thrown;
    } finally {
      clearInterval(watch);
    }
  }
}

describe('the client', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    ['get', () => client.get('a?b=c', forever), { method: 'GET', url: '/base/a?b=c', body: '' }],
    ['post', () => client.post('a', { b: 1 }, forever), { method: 'POST', url: '/base/a', body: '{"b":1}' }],
    ['post without a body', () => client.post('a', undefined, forever), { method: 'POST', url: '/base/a', body: '' }],
  ])('can %s, with its key and its name', async (_, ask, expected) => {
    let seen: object = {};
    handle = ({ method, url: path, headers }, response, body) => {
      seen = { method, url: path, body: body.toString(), key: headers.authorization, agent: headers['user-agent'] };
      response.writeHead(201, { 'retry-after': '3' }).end('{"x":1}');
    };
    expect(await ask()).toEqual({ status: 'answered', httpStatus: 201, retryAfter: '3', body: '{"x":1}' });
    expect(seen).toEqual({ ...expected, key: 'Bearer key', agent: 'bridge' });
  });

  it('sends no key where there is none, and asks for it each time', async () => {
    const keys: (string | null)[] = ['Bearer one', null];
    const seen: unknown[] = [];
    handle = ({ headers }, response) => {
      seen.push(headers.authorization);
      response.end('{}');
    };
    client = open({ authorization: () => keys.shift() ?? null });
    await client.get('a', forever);
    await client.get('a', forever);
    expect(seen).toEqual(['Bearer one', undefined]);
  });

  it('uploads a file as multipart form', async () => {
    const place = temporaryDir();
    const path = join(place.dir, 'in.jsonl');
    writeFileSync(path, '{"a":1}\n'.repeat(50_000));
    let body = '';
    handle = (_, response, given) => {
      body = given.toString();
      response.end('{"id":"f"}');
    };
    const form = { fields: { purpose: 'batch' }, file: path };
    expect(await client.upload('v1/files', form, forever)).toMatchObject({ status: 'answered', httpStatus: 200 });
    expect(body).toMatch(/name="purpose"\r\n\r\nbatch\r\n/);
    expect(body).toContain('name="file"; filename="in.jsonl"');
    expect(body.match(/\{"a":1\}\n/g)).toHaveLength(50_000);
    place.remove();
  });

  it('holds little of a large file in memory while it uploads it', async () => {
    const place = temporaryDir();
    const path = join(place.dir, 'in.jsonl');
    writeFileSync(path, '');
    const fileBytes = 200 * MIB;
    truncateSync(path, fileBytes);
    let taken = 0;
    const sink = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        taken += chunk.length;
      });
      request.on('end', () => response.end('{"id":"f"}'));
    });
    sink.listen(0, '127.0.0.1');
    await once(sink, 'listening');
    client = open({ url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` });
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }, 5);
    try {
      expect(await client.upload('v1/files', { fields: {}, file: path }, forever)).toMatchObject({ httpStatus: 200 });
    } finally {
      clearInterval(watch);
      sink.close();
      sink.closeAllConnections();
      place.remove();
    }
    expect(taken).toBeGreaterThan(fileBytes);
    expect(peak).toBeLessThan(fileBytes / 2);
  });

  it.each<[string, Handle, object]>([
    ['cut before an answer', (request) => request.socket.destroy(), { status: 'failed', reached: true }],
    [
      'cut within the answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.destroy());
      },
      { status: 'failed', reached: true },
    ],
    ['left without an answer', () => undefined, { status: 'failed', reached: true }],
    [
      'answered without end',
      (_, response) => {
        const chunk = Buffer.alloc(1024 * 1024);
        const pour = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', pour);
        pour();
      },
      { status: 'failed', reason: 'the answer is too large', reached: true },
    ],
  ])('knows a request that was %s', async (what, behaviour, expected) => {
    handle = behaviour;
    client = open({ timeoutMs: what.includes('without end') ? 5000 : 200 });
    expect(await client.post('a', {}, forever)).toMatchObject(expected);
    expect(MAX_ANSWER_BYTES).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['a closed port', 'http://127.0.0.1:1'],
    ['a name that nobody has', 'http://nowhere.invalid'],
  ])('knows that it never reached %s', async (_, address) => {
    client = open({ url: address });
    expect(await client.get('a', forever)).toMatchObject({ status: 'failed', reached: false });
  });

  it('is cut short by the signal', async () => {
    const stop = new AbortController();
    handle = () => stop.abort();
    expect(await client.post('a', {}, stop.signal)).toEqual({ status: 'aborted' });
    expect(await client.get('a', stop.signal)).toEqual({ status: 'aborted' });
  });

  it('follows no redirect', async () => {
    handle = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    expect(await client.get('a', forever)).toMatchObject({ httpStatus: 302 });
  });

  it('downloads a body of any size as a stream', async () => {
    const part = Buffer.alloc(1024 * 1024, 'x');
    handle = async (_, response) => {
      for (let at = 0; at < 40; at += 1) if (!response.write(part)) await once(response, 'drain');
      response.end();
    };
    const download = await client.download('file', forever);
    if (download.status !== 'open') throw new Error('refused');
    let bytes = 0;
    for await (const chunk of download.stream as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBe(40 * part.length);
  });

  it('gives large files as long as they take, as long as something comes', async () => {
    const timeoutMs = 600;
    client = open({ timeoutMs });
    const slowly = async (pieces: number, work: () => unknown) => {
      for (let at = 0; at < pieces; at += 1) {
        await new Promise((resolve) => setTimeout(resolve, timeoutMs / 6));
        work();
      }
    };
    handle = (_, response) => void slowly(9, () => response.write('x')).then(() => response.end());
    await unlessStalled(timeoutMs / 2, async () => {
      const download = await client.download('file', forever);
      if (download.status !== 'open') throw new Error('refused');
      let bytes = 0;
      for await (const chunk of download.stream as AsyncIterable<Buffer>) bytes += chunk.length;
      expect(bytes).toBe(9);
    });
    handle = (_, response) => {
      response.write('x');
    };
    const silent = await client.download('file', forever);
    if (silent.status !== 'open') throw new Error('refused');
    await expect(silent.stream.toArray()).rejects.toThrow('Timeout');
  });

  it('takes as long for an upload as the server does to read it', async () => {
    const place = temporaryDir();
    const path = join(place.dir, 'in.jsonl');
    writeFileSync(path, 'x'.repeat(96 * MIB));
    const timeoutMs = 2000;
    // each pause is far shorter than the timeout, and between two of them goes more than the system holds on the way
    const slow = createServer(async (request, response) => {
      let unpausedBytes = 0;
      for await (const chunk of request) {
        unpausedBytes += (chunk as Buffer).length;
        if (unpausedBytes < 12 * MIB) continue;
        unpausedBytes = 0;
        await new Promise((resolve) => setTimeout(resolve, 350));
      }
      response.end('{"id":"f"}');
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    client = open({ timeoutMs, url: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` });
    try {
      await unlessStalled(timeoutMs / 2, async () => {
        const startMs = performance.now();
        const answer = await client.upload('v1/files', { fields: {}, file: path }, forever);
        expect(answer).toMatchObject({ status: 'answered' });
        expect(performance.now() - startMs).toBeGreaterThan(timeoutMs);
      });
    } finally {
      slow.close();
      slow.closeAllConnections();
      place.remove();
    }
  });

  it.each([
    ['the server breaks off', 'failed'],
    ['the bridge breaks off', 'aborted'],
  ])('an upload under way that %s rejects nothing, seen or unseen', async (who, status) => {
    const place = temporaryDir();
    const path = join(place.dir, 'in.jsonl');
    writeFileSync(path, 'x'.repeat(4 * 1024 * 1024));
    const stray: unknown[] = [];
    const note = (thrown: unknown) => stray.push(thrown);
    process.on('unhandledRejection', note);
    let stop = new AbortController();
    const breaking = createServer((request) => {
      request.once('data', () => (status === 'failed' ? request.socket.destroy() : stop.abort()));
      request.on('error', () => undefined);
    });
    breaking.listen(0, '127.0.0.1');
    await once(breaking, 'listening');
    client = open({ url: `http://127.0.0.1:${(breaking.address() as AddressInfo).port}` });
    try {
      for (let round = 0; round < 40; round += 1) {
        stop = new AbortController();
        const answer = await client.upload('v1/files', { fields: {}, file: path }, stop.signal);
        expect({ who, ...answer }).toMatchObject({ status });
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(stray).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
      breaking.close();
      breaking.closeAllConnections();
      place.remove();
    }
  });

  it('hands on why a download is refused', async () => {
    handle = (_, response) => response.writeHead(404).end('{"error":{"message":"gone"}}');
    expect(await client.download('file', forever)).toEqual({
      status: 'refused',
      answer: { status: 'answered', httpStatus: 404, retryAfter: undefined, body: '{"error":{"message":"gone"}}' },
    });
    handle = (request) => request.socket.destroy();
    expect(await client.download('file', forever)).toMatchObject({ status: 'refused', answer: { status: 'failed' } });
  });
});
