import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import { startLocalWeave } from '../../src/local/local-weave.ts';
import { startService } from '../../src/service/service.ts';
import { postRecording, RECORDED_SPANS, recordedCalls } from '../cli/recording.ts';

it('keeps everything while its key is refused, says so aloud, and goes on once the key file holds the right one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-key-'));
  const keyFile = join(dir, 'key');
  writeFileSync(keyFile, 'old-key');
  const deps = { clock: systemClock, log: silentLog };
  const weave = await startLocalWeave(deps, { host: 'localhost', port: 0, file: ':memory:', apiKey: 'new-key' });
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const set = [
    ...endpoints.map((path) => `${path}=localhost:0`),
    ...['batch.max_wait=1ms', 'retry.initial=1ms', 'retry.max=20ms', 'shutdown.timeout=10s'],
    ...[`queue.dir=${join(dir, 'queue')}`, `weave.url=${weave.url}`, `weave.api_key_file=${keyFile}`],
    'weave.project=acme/bots',
  ];
  const sources = { env: {}, netrcFile: '', readText: (path: string) => readFileSync(path, 'utf8') };
  const { config } = loadConfig({ set, keyNeeded: true }, sources);
  const said: string[] = [];
  const log: Log = { ...silentLog, error: (message, fields) => said.push(`${message} ${JSON.stringify(fields)}`) };
  const service = await startService(config, { log });
  const health = async () => {
    const response = await fetch(`http://${service.addresses.health}/`);
    return { status: response.status, text: await response.text() };
  };

  expect((await postRecording(service.addresses.http)).status).toBe(200);
  while (!(await health()).text.includes('HTTP 401')) await systemClock.sleep(10);
  // Nothing has been taken since the start: a wrong key is found out before anybody relies on this bridge.
  expect(await health()).toMatchObject({ status: 503, text: expect.stringContaining('weave.api_key') });
  expect(said.join('\n')).toContain('HTTP 401');
  expect(await recordedCalls(weave.url, 'acme/bots', 'new-key')).toBe(0);

  writeFileSync(keyFile, 'new-key\n');
  while ((await health()).text.includes('HTTP 401')) await systemClock.sleep(10);
  expect(await service.close()).toEqual({ delivered: RECORDED_SPANS, left: 0, dead: 0 });
  expect(await recordedCalls(weave.url, 'acme/bots', 'new-key')).toBe(RECORDED_SPANS);
  expect(said.join('\n')).not.toMatch(/old-key|new-key/);
  await weave.close();
  rmSync(dir, { recursive: true });
});
