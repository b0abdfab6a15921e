import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/options.ts';
import { type Service, startService } from '../../src/service/service.ts';
import { closeLater } from '../receive/receivers.ts';
import { recordingLog } from '../support/recording-log.ts';

const FREE = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
const QUICK = ['batch.max_wait=20ms', 'retry.initial=5ms', 'retry.max=20ms', 'shutdown.timeout=50ms'];

export function configure(dir: string, ...set: readonly string[]): Config {
  const nothing = { env: {}, netrcFile: '', readText: () => '' };
  const free = FREE.map((path) => `${path}=localhost:0`);
  const own = [`queue.dir=${join(dir, 'queue')}`, 'weave.project=bridge/default'];
  return loadConfig({ set: [...free, ...QUICK, ...own, ...set], keyNeeded: false }, nothing).config;
}

/** The whole bridge, closed after the test at the latest. */
export async function startBridge(
  dir: string,
  ...set: readonly string[]
): Promise<Service & { readonly log: ReturnType<typeof recordingLog> }> {
  const log = recordingLog();
  const service = await startService(configure(dir, ...set), { log });
  closeLater(() => service.close());
  return { ...service, log };
}

/** One request over HTTP; answers the status. */
export async function sendTo(
  http: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(`http://${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body: new Uint8Array(body),
  });
  return response.status;
}
