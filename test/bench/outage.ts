/**
 * `npm run test:outage -- --hours 24`: Weave is down for a day while 200 spans a second come in, and then it is there again.
 * The day's spans are sent as fast as the bridge takes them; Weave answers 503 until the last one is on disk. Fails when one
 * is missing or comes twice, when memory grows with what waits, or when the bridge storms a Weave that is down or just back.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KINDS } from './payloads.ts';
import { startProcess } from './process.ts';
import { httpSender, sendAll } from './senders.ts';

const SPANS_A_SECOND = 200;
const MAX_RSS_MIB = 500;
/** One request at a time tries a Weave that is down, each after a longer wait, up to retry.max. */
const MAX_TRIES_A_MINUTE = 20;
/** weave.concurrency. */
const MAX_AT_ONCE = 4;
const TELL_EVERY_MS = 30_000;
/** Without one more call in Weave for so long nothing more will come. */
const PATIENCE_MS = 120_000;

interface Sink {
  readonly calls: number;
  readonly unique: number;
  /** Requests that were turned away. */
  readonly refused: number;
  /** Most requests that were there at the same time. */
  readonly atOnce: number;
}

const { values } = parseArgs({ options: { hours: { type: 'string' } } });
const payload = KINDS[0].payload();
const requests = Math.ceil((Number(values.hours ?? 24) * 3600 * SPANS_A_SECOND) / payload.spansPerRequest);
const wanted = requests * payload.spansPerRequest;

const print = (text: string) => process.stdout.write(`${text}\n`);
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const dir = mkdtempSync(join(tmpdir(), 'otel-weave-outage-'));
const filesMib = () =>
  Math.round(readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) / 2 ** 20);

const sink = await startProcess(resolve(import.meta.dirname, 'sink.ts'), []);
const sinkUrl = String(sink.ready['url']);
const state = async () => (await (await fetch(sinkUrl)).json()) as Sink;
await fetch(`${sinkUrl}/down`, { method: 'PUT' });
const ports = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
const bridge = await startProcess(resolve(import.meta.dirname, '../../src/cli/main.ts'), [
  'serve',
  ...ports.flatMap((option) => ['--set', `${option}=127.0.0.1:0`]),
  ...['--project', 'bench/outage', '--weave-url', sinkUrl, '--queue-dir', dir, '--log-level', 'error'],
  ...['--set', 'weave.api_key=bench', '--set', 'queue.max_size=64GiB', '--set', `weave.concurrency=${MAX_AT_ONCE}`],
]);
const sender = httpSender(`http://${bridge.ready['http']}/v1/traces`);

const startMs = performance.now();
await sendAll(sender, requests, () => ({ body: payload.next(), contentType: payload.contentType }));
const downMinutes = (performance.now() - startMs) / 60_000;
const { refused, calls: early } = await state();
print(
  `${wanted} spans accepted in ${downMinutes.toFixed(1)} min; ${filesMib()} MiB on disk, ${Math.round(bridge.peakRssMib())} MiB of memory; ${refused} requests turned away`,
);

await fetch(`${sinkUrl}/up`, { method: 'PUT' });
let arrived = await state();
let sinceMs = performance.now();
let toldMs = sinceMs;
while (arrived.unique < wanted && performance.now() - sinceMs < PATIENCE_MS) {
  await sleep(500);
  const now = await state();
  if (now.unique > arrived.unique) sinceMs = performance.now();
  arrived = now;
  if (performance.now() - toldMs < TELL_EVERY_MS) continue;
  toldMs = performance.now();
  print(
    `${arrived.unique} of ${wanted} delivered, ${filesMib()} MiB on disk, ${Math.round(bridge.peakRssMib())} MiB of memory`,
  );
}
const rssMib = bridge.peakRssMib();
sender.close();
await bridge.stop();
await sink.stop();
print(
  `${arrived.unique} delivered, ${arrived.calls - arrived.unique} twice; at most ${arrived.atOnce} requests at once; peak memory ${Math.round(rssMib)} MiB; ${filesMib()} MiB on disk at the end`,
);

const problems = [
  ...(early > 0 ? ['Weave took calls while it was down'] : []),
  ...(arrived.unique === wanted ? [] : [`${arrived.unique} of ${wanted} spans arrived`]),
  ...(arrived.calls === arrived.unique ? [] : [`${arrived.calls - arrived.unique} calls came more than once`]),
  ...(rssMib <= MAX_RSS_MIB ? [] : [`the process grew to ${Math.round(rssMib)} MiB, beyond ${MAX_RSS_MIB}`]),
  ...(refused <= MAX_TRIES_A_MINUTE * (downMinutes + 1) ? [] : [`${refused} requests while Weave was down`]),
  ...(arrived.atOnce <= MAX_AT_ONCE ? [] : [`${arrived.atOnce} requests at once`]),
];
rmSync(dir, { recursive: true });
for (const problem of problems) print(`FAILED: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
