import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, startLocalWeave } from '../../src/local/local-weave.ts';
import { type Bench, createBench } from './child.ts';
import { postRecording, RECORDED_SPANS, recordedCalls } from './recording.ts';

const FREE = [
  ...['--http', 'localhost:0', '--grpc', 'localhost:0', '--project', 'acme/bots'],
  ...['--set', 'telemetry.health=localhost:0', '--set', 'telemetry.metrics=localhost:0'],
];
const KEY = 'key-that-nobody-may-see';

let bench: Bench;
let weave: LocalWeave;

beforeEach(async () => {
  bench = createBench();
  const settings = { host: 'localhost', port: 0, file: ':memory:', apiKey: KEY };
  weave = await startLocalWeave({ clock: systemClock, log: silentLog }, settings);
});

afterEach(async () => {
  await bench.close();
  await weave.close();
});

const env = () => ({ WF_TRACE_SERVER_URL: weave.url, WANDB_API_KEY: KEY });

describe('otel-weave serve', () => {
  it('says where everything is, delivers, and stops when asked to', async () => {
    const child = bench.start(['serve', ...FREE, '--log-level', 'debug'], env());
    const ready = await child.ready();
    expect(Object.keys(ready)).toEqual(['ready', 'http', 'grpc', 'health', 'metrics']);
    expect((await postRecording(ready['http'])).status).toBe(200);

    child.process.kill('SIGTERM');
    const { code, stdout, stderr } = await child.exit;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const log = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.at(-1)).toMatchObject({ msg: 'stopped', delivered: RECORDED_SPANS, leftOnDisk: 0, deadLettered: 0 });
    expect(await recordedCalls(weave.url, 'acme/bots', KEY)).toBe(RECORDED_SPANS);
    expect(stdout + stderr).not.toContain(KEY);
  });

  it('leaves at once at a second signal', async () => {
    weave.faults.add({ path: '/v2/', hang: true });
    const child = bench.start(['serve', ...FREE, '--set', 'shutdown.timeout=1h'], env());
    await postRecording((await child.ready())['http']);
    child.process.kill('SIGTERM');
    await child.said('"msg":"stopping"');
    // Two signals at almost the same time count as one: this one has to come again.
    const again = setInterval(() => child.process.kill('SIGINT'), 50);
    expect((await child.exit).code).toBe(130);
    clearInterval(again);
  });

  it('takes two signals at once for one', async () => {
    weave.faults.add({ path: '/v2/', hang: true });
    const child = bench.start(['serve', ...FREE, '--set', 'shutdown.timeout=100ms'], env());
    await postRecording((await child.ready())['http']);
    child.process.kill('SIGINT');
    child.process.kill('SIGTERM');
    expect((await child.exit).code).toBe(0);
  });

  it('says which option to change where a port is taken', async () => {
    const taken = weave.url.replace('http://', '');
    const { code, stdout, stderr } = await bench.run(['serve', ...FREE, '--grpc', taken], { env: env() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`receive.grpc.endpoint: `);
    expect(stderr).toContain(taken);
    expect(stderr).toMatch(/\nStop the other process, or choose another port \(0 picks a free one\)\.\n$/);
  });

  it('tells all problems of its config, and starts nothing', async () => {
    const file = join(bench.dir, 'bridge.yaml');
    writeFileSync(file, 'weave:\n  projct: a/b\nbatch:\n  max_wait: soon\n');
    const { code, stdout, stderr } = await bench.run(['serve', '--config', file, '--http', 'nowhere']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const place of [`${file}:2:3: `, `${file}:4:13: `, '--http: ', 'weave.api_key: ']) {
      expect(stderr).toContain(`  ${place}`);
    }
    expect(stderr).toContain('The configuration has 4 problems:');
    expect(stderr).not.toContain('    at ');
  });

  it('prints the stack of what nobody expected, and exits with 70', async () => {
    const boom = "() => { throw new Error('boom') }";
    const crash = `process.on('newListener', (event) => event === 'SIGTERM' && setImmediate(${boom}))`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(crash)}`;
    const { code, stderr } = await bench.run(['serve', ...FREE], { env: { ...env(), NODE_OPTIONS } });
    expect(code).toBe(70);
    expect(stderr).toMatch(/Error: boom\n {4}at /);
  });
});
