import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { type Bench, createBench } from './child.ts';
import { runInProcess } from './in-process.ts';
import { RECORDED_LINES, RECORDED_SPANS, RECORDING, recordedCalls } from './recording.ts';

const PROJECT = ['--project', 'acme/bots'];
const LINES = RECORDED_LINES.join('');
const [LINE = ''] = RECORDED_LINES;

let bench: Bench;
let weave: LocalWeave;

beforeEach(async () => {
  bench = createBench();
  weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: 'localhost', port: 0, file: ':memory:' },
  );
});

afterEach(async () => {
  await bench.close();
  await weave.close();
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(bench.dir, name);
  writeFileSync(path, content);
  return path;
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

const args = (...more: string[]) => ['pipe', '--weave-url', weave.url, ...PROJECT, ...more];
const calls = () => recordedCalls(weave.url, 'acme/bots');

describe('otel-weave pipe', () => {
  it('delivers files of every form, and says what it did', async () => {
    const files = [
      file('lines.jsonl', LINES),
      file('pretty.json.gz', gzipSync(JSON.stringify(JSON.parse(LINE), null, 2))),
      file('request.pb', RECORDING),
      file('framed.bin', framed(zstdCompressSync(RECORDING))),
    ];
    const { code, stdout, stderr } = await bench.run(args(...files));
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const delivered = RECORDED_LINES.length + 1 + 2 * RECORDED_SPANS;
    expect(stderr).toMatch(
      new RegExp(`info {2}done delivered=${delivered} notDelivered=0 refusedByWeave=0 notTaken=0\n$`),
    );
    expect(await calls()).toBe(RECORDED_SPANS + RECORDED_LINES.length);
  });

  it.each([[['-']], [[]]])('reads stdin for %j', async (files) => {
    expect((await runInProcess(args(...files), { stdin: LINES })).code).toBe(0);
    expect(await calls()).toBe(RECORDED_LINES.length);
  });

  it('tells a bad line, delivers the others, and exits with 1', async () => {
    const path = file('lines.jsonl', `{"resourceSpans": oops\n${LINES}`);
    const { code, stderr } = await runInProcess(args(path));
    expect(code).toBe(1);
    expect(stderr).toContain(`${path}:1: `);
    expect(stderr).toContain('Not everything got through: 1 record not taken.\n');
    expect(await calls()).toBe(RECORDED_LINES.length);
  });

  it('tells a hundred bad lines, and counts the others', async () => {
    const { stderr } = await runInProcess(args(), { stdin: 'oops\n'.repeat(150) });
    expect(stderr.match(/ error stdin:/g)).toHaveLength(100);
    expect(stderr).toContain('There is more; only the count goes on.');
    expect(stderr).toContain('150 records not taken.');
  });

  it('exits with 1 where Weave refuses, and says what Weave said', async () => {
    weave.faults.add({ path: '/v2/', status: 400, body: { reason: 'no such thing' } });
    const { code, stderr } = await runInProcess(args(file('request.pb', RECORDING)));
    expect(code).toBe(1);
    expect(stderr).toContain('no such thing');
    expect(stderr).toContain(`Not everything got through: ${RECORDED_SPANS} spans refused by Weave.\n`);
  });

  it('goes on trying while Weave is away', async () => {
    const fault = weave.faults.add({ path: '/v2/', status: 503, times: 3 });
    const { code } = await runInProcess(args('--set', 'retry.initial=1ms', file('request.pb', RECORDING)));
    expect({ code, hits: fault.hits() }).toEqual({ code: 0, hits: 3 });
    expect(await calls()).toBe(RECORDED_SPANS);
  });

  it('stops when asked to, says what is missing, and keeps it where --queue-dir says', async () => {
    const fault = weave.faults.add({ path: '/v2/', status: 503 });
    const queue = ['--queue-dir', join(bench.dir, 'q'), '--set', 'shutdown.timeout=10ms'];
    const stop = new AbortController();
    const onStderr = (text: string) => text.includes('Weave did not take a batch') && stop.abort();
    const world = { stop: stop.signal, onStderr };
    const { code, stderr } = await runInProcess(args(...queue, file('request.pb', RECORDING)), world);
    expect(code).toBe(1);
    const missing = `stopped before the end, ${RECORDED_SPANS} spans not sent`;
    expect(stderr).toContain(`Not everything got through: ${missing}.\n`);

    fault.remove();
    expect((await runInProcess(args(...queue))).code).toBe(0);
    expect(await calls()).toBe(RECORDED_SPANS);
  });

  it('stops at a signal while stdin is silent', async () => {
    const child = bench.start(args());
    child.process.stdin.write(LINES);
    while ((await calls()) < RECORDED_LINES.length) await new Promise((resolve) => setImmediate(resolve));
    child.process.kill('SIGTERM');
    const { code, stderr } = await child.exit;
    expect(code).toBe(1);
    expect(stderr).toContain('Not everything got through: stopped before the end.\n');
  });

  it('reads nothing where one of the files cannot be read', async () => {
    const good = file('request.pb', RECORDING);
    const { code, stderr } = await runInProcess(args(good, 'gone.jsonl', bench.dir));
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot read gone.jsonl: ENOENT');
    expect(stderr).toContain(`Cannot read ${bench.dir}: it is a directory`);
    expect(await calls()).toBe(0);
  });

  it('says where spans have no project to go to', async () => {
    const { code, stderr } = await runInProcess(['pipe', '--weave-url', weave.url, file('request.pb', RECORDING)]);
    expect(code).toBe(1);
    expect(stderr).toContain('WEAVE_PROJECT');
  });
});

describe('otel-weave pipe --dry-run', () => {
  const dryRun = ['pipe', '--dry-run', ...PROJECT];

  it('prints each call as a line of JSON, needs no key, and sends nothing', async () => {
    const { code, stdout, stderr } = await bench.run([...dryRun, file('request.pb', RECORDING)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const printed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(printed).toHaveLength(RECORDED_SPANS);
    for (const call of printed) {
      expect(call).toMatchObject({ project_id: 'acme/bots', id: expect.stringMatching(/^[0-9a-f]{16}$/) });
    }
  });

  it('exits with 1 at a bad record', async () => {
    const { code, stdout, stderr } = await runInProcess(dryRun, { stdin: `${LINES}oops\n` });
    expect(code).toBe(1);
    expect(stdout.trim().split('\n')).toHaveLength(RECORDED_LINES.length);
    expect(stderr).toContain(`stdin:${RECORDED_LINES.length + 1}: `);
  });

  it('ends when its reader goes away', async () => {
    const child = bench.start(dryRun);
    const { stdin, stdout } = child.process;
    stdin.on('error', () => undefined);
    stdout.once('data', () => stdout.destroy());
    const feed = () => {
      while (stdin.write(LINE));
    };
    stdin.on('drain', feed);
    feed();
    expect((await child.exit).code).toBe(0);
  });
});
