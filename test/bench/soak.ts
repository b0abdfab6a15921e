/**
 * `npm run test:soak -- --minutes 30`: half of what this machine can carry, through a real `serve` with its disk queue,
 * for a long time. Prints how memory and files went; fails when they grow, or when a span is missing or comes twice.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KINDS } from './payloads.ts';
import { startProcess } from './process.ts';
import { httpSender, sendAll } from './senders.ts';
import { describeTrend, trendOf } from './trend.ts';

const CALIBRATION_REQUESTS = 200;
const WARM_UP_REQUESTS = 30;
const SAMPLE_EVERY_MS = 2000;
const TICK_MS = 50;
/** Without one more call in Weave for so long nothing more will come. */
const PATIENCE_MS = 60_000;
const TELL_EVERY_MS = 60_000;
/** What memory may grow in an hour, of what it is: garbage is collected when there is need, not before. */
const MAX_GROWTH = 0.15;
/** Files are reused, not given back at every moment. */
const MAX_FILES_MIB = 128;

const { values } = parseArgs({ options: { minutes: { type: 'string' }, kind: { type: 'string' } } });
const minutes = Number(values.minutes ?? 30);
const kinds = KINDS.map((kind) => kind.payload());
const payload = kinds.find(({ name }) => name === values.kind) ?? KINDS[1].payload();

const print = (text: string) => process.stdout.write(`${text}\n`);
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const dir = mkdtempSync(join(tmpdir(), 'otel-weave-soak-'));
const filesMib = () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) / 2 ** 20;

const sink = await startProcess(resolve(import.meta.dirname, 'sink.ts'), []);
const sinkUrl = String(sink.ready['url']);
const ports = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
const bridge = await startProcess(resolve(import.meta.dirname, '../../src/cli/main.ts'), [
  'serve',
  ...ports.flatMap((option) => ['--set', `${option}=127.0.0.1:0`]),
  ...['--project', 'bench/soak', '--weave-url', sinkUrl, '--queue-dir', dir, '--log-level', 'error'],
  ...['--set', 'weave.api_key=bench'],
]);
const sender = httpSender(`http://${bridge.ready['http']}/v1/traces`);
const next = () => ({ body: payload.next(), contentType: payload.contentType });
let sent = 0;

async function arrivedAll(): Promise<boolean> {
  let most = 0;
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < PATIENCE_MS) {
    const { unique } = await arrived();
    if (unique >= sent * payload.spansPerRequest) return true;
    if (unique > most) sinceMs = performance.now();
    most = Math.max(most, unique);
    await sleep(20);
  }
  return false;
}

async function arrived(): Promise<{ readonly calls: number; readonly unique: number }> {
  return (await (await fetch(sinkUrl)).json()) as { calls: number; unique: number };
}

/** Requests a second, from the first one sent to the last one delivered. */
async function capacity(requests: number): Promise<number> {
  const startMs = performance.now();
  await sendAll(sender, requests, next);
  sent += requests;
  await arrivedAll();
  return requests / ((performance.now() - startMs) / 1000);
}

await capacity(WARM_UP_REQUESTS);
const rate = (await capacity(CALIBRATION_REQUESTS)) / 2;
print(
  `${payload.name}: ${Math.round(rate * payload.spansPerRequest)} spans a second for ${minutes} minutes, half of the capacity`,
);

interface Sample {
  readonly minute: number;
  readonly rssMib: number;
  readonly filesMib: number;
}
const samples: Sample[] = [];
const startMs = performance.now();
const elapsedMs = () => performance.now() - startMs;
const cpuBefore = bridge.cpuSeconds();
const sampling = setInterval(() => {
  samples.push({ minute: elapsedMs() / 60_000, rssMib: bridge.rssMib(), filesMib: filesMib() });
}, SAMPLE_EVERY_MS);

const telling = setInterval(async () => {
  const { unique } = await arrived();
  const { minute, rssMib, filesMib } = samples.at(-1) ?? { minute: 0, rssMib: 0, filesMib: 0 };
  const queued = sent * payload.spansPerRequest - unique;
  print(
    `${minute.toFixed(0)} min: memory ${rssMib.toFixed(0)} MiB, files ${filesMib.toFixed(0)} MiB, queued ${queued} spans`,
  );
}, TELL_EVERY_MS);

const sentBefore = sent;
while (elapsedMs() < minutes * 60_000) {
  const due = Math.floor((elapsedMs() / 1000) * rate) - (sent - sentBefore);
  if (due > 0) await sendAll(sender, due, next);
  sent += Math.max(0, due);
  await sleep(TICK_MS);
}
clearInterval(sampling);
clearInterval(telling);
const cpu = (bridge.cpuSeconds() - cpuBefore) / (elapsedMs() / 1000);
const isComplete = await arrivedAll();
const { calls, unique } = await arrived();
const peakMib = bridge.peakRssMib();
sender.close();
await bridge.stop();
await sink.stop();
const restMib = filesMib();
rmSync(dir, { recursive: true });

// The first minutes are those of a heap that finds its size.
const steady = samples.filter(({ minute }) => minute > minutes / 5);
const rss = trendOf(steady.map(({ minute, rssMib }) => ({ minute, value: rssMib })));
const files = trendOf(steady.map(({ minute, filesMib }) => ({ minute, value: filesMib })));
print(`memory, MiB: ${describeTrend(rss)}; at most ${Math.round(peakMib)}`);
print(`queue files, MiB: ${describeTrend(files)}; ${restMib.toFixed(1)} at the end`);
print(
  `spans: ${sent * payload.spansPerRequest} sent, ${unique} arrived, ${calls - unique} twice; ${(cpu * 100).toFixed(0)} % of a core`,
);

const problems = [
  ...(isComplete && calls === unique ? [] : ['not every span arrived once']),
  ...(rss.growthAnHour > MAX_GROWTH * rss.mean ? ['memory grows'] : []),
  ...(files.largest > MAX_FILES_MIB ? ['the queue files grow'] : []),
];
for (const problem of problems) print(`FAILED: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
