import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { startDevService } from '../../src/service/dev.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const block = (language: string) => new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(README)?.[1];

let dir: string;
let service: Awaited<ReturnType<typeof startDevService>>;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'otel-weave-readme-'));
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const set = [...endpoints, 'local.endpoint'].map((option) => `${option}=localhost:0`);
  const nothing = { env: {}, netrcFile: '', readText: () => '' };
  const { config } = loadConfig(
    { set: [...set, `queue.dir=${dir}`, 'weave.project=local/dev'], keyNeeded: false },
    nothing,
  );
  service = await startDevService(config, { clock: systemClock, log: silentLog });
});

afterAll(async () => {
  await service.close();
  rmSync(dir, { recursive: true });
});

describe('the README', () => {
  it('shows the file that it tells to run', () => {
    expect(block('js')).toBe(readFileSync(join(ROOT, 'examples/hello/hello.mjs'), 'utf8'));
  });

  it('has a snippet whose call appears in the local Weave', async () => {
    const endpoint = `http://${service.addresses.http}`;
    const child = spawn(process.execPath, ['examples/hello/hello.mjs'], {
      cwd: ROOT,
      env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    expect([await new Promise((done) => child.once('exit', done)), said]).toEqual([0, '']);

    const query = async () => {
      const response = await fetch(`${service.addresses.weave}/calls/stream_query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ project_id: 'local/dev' }),
      });
      return (await response.text()).split('\n').filter((line) => line !== '');
    };
    let lines = await query();
    while (lines.length === 0) {
      await systemClock.sleep(20);
      lines = await query();
    }
    const call = JSON.parse(lines[0] ?? '');
    expect(call.inputs.messages).toEqual([{ role: 'user', content: 'Hello?' }]);
    expect(call.output.choices[0].message.content).toBe('Hi there.');
    expect(call.summary.usage['gpt-5']).toEqual({ input_tokens: 9, output_tokens: 4, total_tokens: 13, requests: 1 });
  });

  it('names files that are there', () => {
    const links = [...README.matchAll(/\]\(((?!http)[^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(() => readFileSync(join(ROOT, link))).not.toThrow();
  });
});
