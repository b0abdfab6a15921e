/**
 * `npm run test:million`: a million spans through a real `serve` with its disk queue, faster than they can be delivered.
 * Fails when one is missing or comes twice, when the process grows beyond its bound, or when the queue's files do.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KINDS } from './payloads.ts';
import { startProcess } from './process.ts';
import { httpSender, sendAll } from './senders.ts';

const SPANS = 1_000_000;
const MAX_RSS_MIB = 400;
/** What may wait on disk at a time; the files may have twice that for what is written beside it. */
const QUEUE_MIB = 256;
const ARRIVAL_MS = 300_000;

const print = (text: string) => process.stdout.write(`${text}\n`);
const problems: string[] = [];
const dir = mkdtempSync(join(tmpdir(), 'otel-weave-million-'));
const filesMib = () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) / 2 ** 20;

const sink = await startProcess(resolve(import.meta.dirname, 'sink.ts'), []);
const sinkUrl = String(sink.ready['url']);
const ports = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
const bridge = await startProcess(resolve(import.meta.dirname, '../../src/cli/main.ts'), [
  'serve',
  ...ports.flatMap((option) => ['--set', `${option}=127.0.0.1:0`]),
  ...['--project', 'bench/million', '--weave-url', sinkUrl, '--queue-dir', dir, '--log-level', 'error'],
  ...['--set', 'weave.api_key=bench', '--set', `queue.max_size=${QUEUE_MIB}MiB`],
]);

const [small] = KINDS;
const payload = small.payload();
const requests = Math.ceil(SPANS / payload.spansPerRequest);
const wanted = requests * payload.spansPerRequest;
const sender = httpSender(`http://${bridge.ready['http']}/v1/traces`);

let largestMib = 0;
const watch = setInterval(() => {
  largestMib = Math.max(largestMib, filesMib());
}, 500);
await sendAll(sender, requests, () => ({ body: payload.next(), contentType: payload.contentType }));

const until = performance.now() + ARRIVAL_MS;
let arrived = { calls: 0, unique: 0 };
while (arrived.unique < wanted && performance.now() < until) {
  await new Promise((wake) => setTimeout(wake, 200));
  arrived = (await (await fetch(sinkUrl)).json()) as typeof arrived;
}
clearInterval(watch);
const rssMib = bridge.peakRssMib();
const perCpuSecond = wanted / bridge.cpuSeconds();
sender.close();
await bridge.stop();
await sink.stop();

if (arrived.unique !== wanted) problems.push(`${arrived.unique} of ${wanted} spans arrived`);
if (arrived.calls !== arrived.unique) problems.push(`${arrived.calls - arrived.unique} calls came more than once`);
if (rssMib > MAX_RSS_MIB) problems.push(`the process grew to ${Math.round(rssMib)} MiB, beyond ${MAX_RSS_MIB}`);
if (largestMib > 2 * QUEUE_MIB) problems.push(`the queue's files grew to ${Math.round(largestMib)} MiB`);
if (filesMib() > largestMib / 2)
  problems.push(`the queue's files still have ${Math.round(filesMib())} MiB when all is delivered`);
rmSync(dir, { recursive: true });

print(
  `${wanted} spans, ${Math.round(perCpuSecond)} a CPU-second; peak memory ${Math.round(rssMib)} MiB; queue files at most ${Math.round(largestMib)} MiB`,
);
for (const problem of problems) print(`FAILED: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
