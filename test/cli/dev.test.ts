import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, createBench } from './child.ts';
import { postRecording, RECORDED_SPANS, recordedCalls } from './recording.ts';

const FREE = [
  ...['--http', 'localhost:0', '--grpc', 'localhost:0', '--set', 'local.endpoint=localhost:0'],
  ...['--set', 'telemetry.health=localhost:0', '--set', 'telemetry.metrics=localhost:0'],
];

/** In examples/samples. */
const SAMPLE_SPANS = 83;

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

/** Asks for the count of calls until it is this one: delivery takes a moment. */
async function untilCalls(weave: string, calls: number): Promise<void> {
  while ((await recordedCalls(weave, 'local/dev')) !== calls) await new Promise((resolve) => setImmediate(resolve));
}

describe('otel-weave dev', () => {
  it('shows on a page of its own what is sent to it, and says how to send', async () => {
    const child = bench.start(['dev', ...FREE], {
      WANDB_API_KEY: 'mine',
      WF_TRACE_SERVER_URL: 'https://weave.example',
    });
    const ready = await child.ready();
    expect(Object.keys(ready)).toEqual(['ready', 'http', 'grpc', 'health', 'metrics', 'weave', 'page']);
    await child.said('Stop it with Ctrl-C.');
    await postRecording(ready['http']);
    await untilCalls(ready['weave'] ?? '', RECORDED_SPANS);
    const page = await fetch(ready['page'] ?? '');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.status).toBe(200);

    child.process.kill('SIGTERM');
    const { code, stderr } = await child.exit;
    expect(code).toBe(0);
    const localHttp = ready['http']?.replace('127.0.0.1', 'localhost');
    expect(stderr).toContain(`export OTEL_EXPORTER_OTLP_ENDPOINT=http://${localHttp}\n`);
    expect(stderr).toContain(`  ${ready['page']?.replace('127.0.0.1', 'localhost')}\n`);
    expect(existsSync(join(bench.dir, '.otel-weave/dev/weave.db'))).toBe(true);
  });

  it('replays the samples, and keeps them over a restart, once', async () => {
    const first = bench.start(['dev', '--sample', ...FREE, '--queue-dir', 'here']);
    await first.said('Replayed ');
    first.process.kill('SIGTERM');
    expect((await first.exit).code).toBe(0);

    const second = bench.start(['dev', '--sample', ...FREE, '--queue-dir', 'here']);
    const { weave = '' } = await second.ready();
    await second.said('Replayed ');
    await untilCalls(weave, SAMPLE_SPANS);
  });

  it('names the option where the port of its page is taken, and leaves nothing running', async () => {
    const child = bench.start(['dev', ...FREE]);
    const taken = (await child.ready())['weave']?.replace('http://', '');
    const { code, stderr } = await bench.run([
      'dev',
      ...FREE,
      '--set',
      `local.endpoint=${taken}`,
      '--queue-dir',
      'other',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('local.endpoint: ');
  });
});
