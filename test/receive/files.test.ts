import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { AcceptOutcome, RawRequest } from '../../src/core/ports.ts';
import type { CheckResult } from '../../src/decode/check.ts';
import { createFiles } from '../../src/receive/files.ts';
import { readRecords } from '../../src/receive/files-read.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const MAX_BODY_BYTES = 4096;

/** A JSON request with a name in it, so that requests can be told apart. */
const json = (name: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"${name}"}]}]}]}`;
const pretty = (name: string, eol = '\n') => JSON.stringify(JSON.parse(json(name)), null, 2).replaceAll('\n', eol);
/** A protobuf request: one ResourceSpans of so many bytes, which begins with a Resource of `resourceBytes`. */
const protobuf = (bytes: number, resourceBytes = 5) =>
  Buffer.concat([Buffer.from([0x0a, bytes, 0x0a, resourceBytes, 0x0a]), Buffer.alloc(bytes - 3, 0x20)]);
const framed = (...messages: Uint8Array[]) =>
  Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      return [length, message];
    }),
  );
const zstdSkippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
/** No compression makes it small, so that frames have several blocks. */
const noise = (bytes: number) => {
  const random = Buffer.alloc(bytes);
  for (let at = 1, seed = 7; at < bytes; at++) {
    seed = (seed * 48_271) % 2_147_483_647;
    random[at] = seed & 0xff;
  }
  return random;
};

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** What the reader makes of a file: requests as their text, bad ones as `place: reason`. */
async function read(
  content: string | Uint8Array,
  chunkBytes = 1 << 20,
  maxBodyBytes = MAX_BODY_BYTES,
): Promise<string[]> {
  const found: string[] = [];
  for await (const record of readRecords(inChunks(Buffer.from(content), chunkBytes), { name: 'f', maxBodyBytes })) {
    if (record.status === 'bad') found.push(`bad ${record.place}: ${record.reason}`);
    else if (record.encoding === 'protobuf') found.push(`protobuf of ${record.body.length} at ${record.place}`);
    else found.push(`${asName(Buffer.from(record.body).toString())} at ${record.place}`);
  }
  return found;
}

function asName(text: string): string {
  try {
    return String(/"name": *"(\w+)"/.exec(JSON.stringify(JSON.parse(text)))?.[1]);
  } catch {
    return 'broken';
  }
}

describe('every form of file, in chunks of any size', () => {
  const rows: [string, string | Uint8Array, unknown[]][] = [
    ['nothing', '', []],
    ['blank lines', '\n \r\n\n', []],
    ['JSON Lines', `${json('a')}\n${json('b')}\n`, ['a at f:1', 'b at f:2']],
    ['JSON Lines with blank lines and no end', `\n\n${json('a')}\r\n\r\n${json('b')}`, ['a at f:3', 'b at f:5']],
    ['JSON Lines with a byte order mark', `\ufeff${json('a')}\n${json('b')}`, ['a at f:1', 'b at f:2']],
    ['pretty-printed JSON', pretty('a'), ['a at f:1']],
    ['pretty-printed JSON, one after the other', `${pretty('a', '\r\n')}\n\n${pretty('b')}`, ['a at f:1', 'b at f:17']],
    ['brackets and quotes in strings', '{\n"name": "a",\n"x": "}]\\"{{",\n"y": "\\\\"\n}', ['a at f:1']],
    ['protobuf', protobuf(40), ['protobuf of 42 at f']],
    ['protobuf that begins like a blank line and a bracket', protobuf(0x7b), ['protobuf of 125 at f']],
    ['protobuf that goes on like a string', protobuf(0x7b, 0x22), ['protobuf of 125 at f']],
    [
      'framed protobuf',
      framed(protobuf(9), protobuf(300 & 0x7f)),
      ['protobuf of 11 at f: byte 0', 'protobuf of 46 at f: byte 15'],
    ],
    [
      'framed, an empty message between',
      framed(protobuf(9), Buffer.alloc(0), protobuf(9)),
      ['protobuf of 11 at f: byte 0', 'protobuf of 0 at f: byte 15', 'protobuf of 11 at f: byte 19'],
    ],
    [
      'framed JSON, each compressed',
      framed(zstdCompressSync(json('a')), zstdCompressSync(json('b'))),
      ['a at f: byte 0', expect.stringMatching(/^b at f: byte \d+$/)],
    ],
    ['gzip', gzipSync(`${json('a')}\n${json('b')}`), ['a at f:1', 'b at f:2']],
    [
      'gzip files put together',
      Buffer.concat([gzipSync(`${json('a')}\n`), gzipSync(json('b'))]),
      ['a at f:1', 'b at f:2'],
    ],
    ['zstd', zstdCompressSync(framed(protobuf(9))), ['protobuf of 11 at f: byte 0']],
    [
      'zstd files put together',
      Buffer.concat([
        zstdCompressSync(`${json('a')}\n`),
        zstdSkippable,
        zstdCompressSync(''),
        zstdCompressSync(json('b')),
      ]),
      ['a at f:1', 'b at f:2'],
    ],
    ['a skippable frame first', Buffer.concat([zstdSkippable, zstdCompressSync(json('a'))]), ['a at f:1']],
    [
      'zstd of several blocks and a checksum',
      zstdCompressSync(framed(protobuf(9)), { params: { 201: 1, 200: 1 } }),
      ['protobuf of 11 at f: byte 0'],
    ],
  ];
  it.each(rows)('%s', async (_, content, expected) => {
    for (const chunkBytes of [1 << 20, 1, 7]) expect(await read(content, chunkBytes)).toEqual(expected);
  });

  it('zstd frames of many blocks, one after the other', async () => {
    const large = noise(700_000);
    const file = Buffer.concat([
      zstdCompressSync(framed(large)),
      zstdCompressSync(framed(large, Buffer.alloc(400_000))),
    ]);
    for (const chunkBytes of [1 << 20, 65_536, 100_001]) {
      expect(await read(file, chunkBytes, 1 << 20)).toEqual([
        'protobuf of 700000 at f: byte 0',
        'protobuf of 700000 at f: byte 700004',
        'protobuf of 400000 at f: byte 1400008',
      ]);
    }
  });
});

describe('one bad record does not stop the rest', () => {
  const long = 'x'.repeat(MAX_BODY_BYTES);
  const tooLong = 'longer than 4096 bytes (receive.max_body)';
  const cutOff = 'the JSON is cut off: a bracket is never closed';
  const rows: [string, string | Uint8Array, unknown[]][] = [
    ['a line that is no JSON', `oops\n${json('a')}`, ['broken at f:1', 'a at f:2']],
    [
      'a line of broken JSON',
      `${json('a')}\n{"resourceSpans":}\n${json('b')}`,
      ['a at f:1', 'broken at f:2', 'b at f:3'],
    ],
    ['a line that was cut off', `${json('a').slice(0, 33)}\n${json('b')}`, [`bad f:1: ${cutOff}`, 'b at f:2']],
    ['a line that was cut off in a string', `${json('a').slice(0, -15)}\n${json('b')}`, ['broken at f:1', 'b at f:2']],
    ['a last line that was cut off', `${json('a')}\n${json('b').slice(0, 33)}`, ['a at f:1', `bad f:2: ${cutOff}`]],
    ['brackets that close too often', `${json('a')}\n}}\n${json('b')}`, ['a at f:1', 'broken at f:2', 'b at f:3']],
    ['a line that is too long', `${json(long)}\n${json('a')}`, [`bad f:1: ${tooLong}`, 'a at f:2']],
    [
      'pretty-printed JSON that is too long',
      `${pretty('a').replace('"a"', `"${'y'.repeat(2000)}",\n"z": "${'y'.repeat(2500)}"`)}\n${json('b')}`,
      [`bad f:1: ${tooLong}`, 'b at f:17'],
    ],
    [
      'a message that is too long',
      framed(Buffer.from(long + long), protobuf(9)),
      [`bad f: byte 0: ${tooLong}`, 'protobuf of 11 at f: byte 8196'],
    ],
    [
      'a message that is too long when decompressed',
      framed(zstdCompressSync(Buffer.alloc(1e7)), protobuf(9)),
      [`bad f: byte 0: ${tooLong}`, expect.stringMatching(/^protobuf of 11/)],
    ],
    [
      'a message that does not decompress',
      framed(zstdCompressSync(json('a')).subarray(0, -9), protobuf(9)),
      [
        'bad f: byte 0: the compressed message is broken: unexpected end of file',
        expect.stringMatching(/^protobuf of 11/),
      ],
    ],
    [
      'a protobuf file that is too long',
      Buffer.concat([protobuf(9), Buffer.alloc(MAX_BODY_BYTES)]),
      [`bad f: ${tooLong}`],
    ],
    [
      'a message that was cut off',
      framed(protobuf(9), protobuf(9)).subarray(0, -1),
      ['protobuf of 11 at f: byte 0', 'bad f: byte 15: the file ends inside a message'],
    ],
    [
      'a length that was cut off',
      framed(protobuf(9), protobuf(9)).subarray(0, 17),
      ['protobuf of 11 at f: byte 0', 'bad f: byte 15: the file ends inside a length'],
    ],
    [
      'a file of another kind',
      Buffer.from([0x89, 0x50, 0x4e, 0x47]),
      ['bad f: neither OTLP JSON nor OTLP protobuf, plain or compressed'],
    ],
  ];
  it.each(rows)('%s', async (_, content, expected) => {
    for (const chunkBytes of [1 << 20, 1, 7]) expect(await read(content, chunkBytes)).toEqual(expected);
  });

  it.each([
    ['gzip that was cut off', gzipSync(`${json('a')}\n${json('b')}\n`).subarray(0, -4), 'unexpected end of file'],
    ['zstd that was cut off', zstdCompressSync(`${json('a')}\n`).subarray(0, -2), 'unexpected end of file'],
    [
      'zstd with something else behind it',
      Buffer.concat([zstdCompressSync(json('a')), Buffer.from('else')]),
      'Unknown frame descriptor',
    ],
  ])('%s is told at the end', async (_, content, reason) => {
    for (const chunkBytes of [1 << 20, 1, 7]) {
      expect((await read(content, chunkBytes)).at(-1)).toBe(`bad f: reading stopped: ${reason}`);
    }
  });

  it('whatever the bytes, reading ends and never throws', async () => {
    const starts = [
      Buffer.alloc(0),
      gzipSync(json('a')),
      zstdCompressSync(json('a')),
      framed(protobuf(9)),
      Buffer.from(json('a')),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(300),
        async (start, bytes, at) => {
          const file = Buffer.concat([start, bytes]);
          if (file.length > 0) file[at % file.length] = at & 0xff;
          await read(file, 1 + (at % 50));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a source that fails is told', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${json('a')}\n{`);
      throw new Error('EIO: i/o error');
    }
    const places: string[] = [];
    for await (const record of readRecords(failing(), { name: 'f', maxBodyBytes: 100 })) {
      places.push(record.status === 'bad' ? record.reason : record.place);
    }
    expect(places).toEqual(['f:1', 'reading stopped: EIO: i/o error']);
  });
});

describe('offering what a file holds', () => {
  interface World {
    readonly outcomes?: readonly AcceptOutcome[];
    readonly check?: (body: Uint8Array) => CheckResult;
    readonly signal?: AbortSignal;
    readonly onAccept?: () => void;
  }
  const ok: CheckResult = { status: 'ok', spans: 2, rejected: 0, message: '', unrouted: 0 };
  const full: AcceptOutcome = { status: 'full', retryAfterMs: 1000 };

  async function offer(content: string, { outcomes = [], check = () => ok, signal, onAccept }: World) {
    const counters = createCounters();
    const clock = createFakeClock({ skipSleeps: true });
    const offered: RawRequest[] = [];
    const bad: string[] = [];
    const files = createFiles(
      {
        accept: async (request) => {
          offered.push(request);
          onAccept?.();
          return outcomes[offered.length - 1] ?? { status: 'accepted' };
        },
        check,
        clock,
        log: silentLog,
        counters,
        onBad: (place, reason) => bad.push(`${place}: ${reason}`),
      },
      { maxBodyBytes: MAX_BODY_BYTES, defaultProjectKnown: true, joinLogs: true },
    );
    await files.read('f', inChunks(Buffer.from(content), 64), signal ?? new AbortController().signal);
    return { offered, bad, counters, clock };
  }
  const three = [json('a'), json('b'), json('c')].join('\n');

  it('counts its spans as accepted', async () => {
    const { offered, counters } = await offer(three, {});
    expect(offered.map(({ encoding, spans, project }) => [encoding, spans, project])).toEqual(
      Array(3).fill(['json', 2, null]),
    );
    expect(counters.all()).toContainEqual({ name: 'receiver_accepted_spans', labels: { transport: 'file' }, value: 6 });
  });

  it('waits while the queue is full, and refuses nothing', async () => {
    const { offered, bad, counters, clock } = await offer(three, { outcomes: [full, full, full] });
    expect(offered).toHaveLength(6);
    expect(clock.sleeps).toEqual([50, 50, 50]);
    expect(bad).toEqual([]);
    expect(counters.total('receiver_refused_spans')).toBe(0);
    expect(counters.total('receiver_accepted_spans')).toBe(6);
  });

  it('tells what is refused and goes on', async () => {
    const check = (body: Uint8Array): CheckResult => {
      const name = asName(Buffer.from(body).toString());
      if (name === 'a') return { status: 'invalid', message: 'these are no spans' };
      return name === 'b' ? { ...ok, spans: 1, rejected: 1, message: 'trace id is missing' } : ok;
    };
    const { offered, bad } = await offer(`${three}\n{`, { check });
    expect(bad).toEqual([
      'f:1: these are no spans',
      'f:2: trace id is missing',
      'f:4: the JSON is cut off: a bracket is never closed',
    ]);
    expect(offered.map(({ spans }) => spans)).toEqual([1, 2]);
  });

  it('stops where nothing is taken any more', async () => {
    const gone: AcceptOutcome = { status: 'unavailable', message: 'the disk failed', retryAfterMs: 1 };
    const { offered, bad } = await offer(three, { outcomes: [{ status: 'accepted' }, gone] });
    expect(offered).toHaveLength(2);
    expect(bad).toEqual(['f:2: the disk failed']);
  });

  it('stops when it is told to, also while the queue is full', async () => {
    const stop = new AbortController();
    const { offered } = await offer(three, {
      signal: stop.signal,
      outcomes: Array(9).fill(full),
      onAccept: () => stop.abort(),
    });
    expect(offered.length).toBeLessThanOrEqual(2);
  });

  it('reads no further than it is accepted', async () => {
    let chunks = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        chunks += 1;
        yield Buffer.from(`${json('a')}\n`);
      }
    }
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const stop = new AbortController();
    const deps = {
      check: () => ok,
      clock: createFakeClock(),
      log: silentLog,
      counters: createCounters(),
      onBad: () => undefined,
    };
    const accept = async (): Promise<AcceptOutcome> => {
      await held;
      return { status: 'accepted' };
    };
    const files = createFiles(
      { ...deps, accept },
      { maxBodyBytes: MAX_BODY_BYTES, defaultProjectKnown: true, joinLogs: true },
    );
    const reading = files.read('f', endless(), stop.signal);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(chunks).toBeLessThanOrEqual(2);
    stop.abort();
    release();
    await reading;
  });
});
