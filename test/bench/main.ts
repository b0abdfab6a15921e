import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { corpus, KINDS, type Payload } from './payloads.ts';
import { type Measured, startProcess } from './process.ts';
import { grpcSender, httpSender, type Sender, sendAll } from './senders.ts';
import { measureStages } from './stages.ts';

/** How long the last calls may take to arrive. */
const ARRIVAL_MS = 120_000;
const CORPUS_ROUNDS = 60;

interface Result {
  readonly kind: string;
  readonly spansPerCpuSecond: Readonly<Record<string, number>>;
}

const here = (name: string) => resolve(import.meta.dirname, name);
const { values: flags } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const share = flags.quick ? 0.1 : 1;
const print = (text: string) => process.stdout.write(`${text}\n`);

async function sinkState(url: string): Promise<{ calls: number; unique: number; bytes: number }> {
  const state: unknown = await (await fetch(url)).json();
  return state as { calls: number; unique: number; bytes: number };
}

async function arrived(url: string, wanted: number, count: 'calls' | 'unique' | 'bytes'): Promise<void> {
  const until = performance.now() + ARRIVAL_MS;
  let got = 0;
  while (performance.now() < until) {
    got = (await sinkState(url))[count];
    if (got >= wanted) break;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  // more calls than spans: some are written anew when their trace is known
  if (got < wanted || (got > wanted && count !== 'calls')) throw new Error(`${got} of ${wanted} ${count} arrived`);
}

/** Sends some to warm up, then `spans` of them; resolves to spans per CPU-second of `target`. */
async function measure(
  target: Measured,
  sink: string,
  sender: Sender,
  payload: Payload,
  spans: number,
): Promise<number> {
  const requests = Math.ceil(spans / payload.spansPerRequest);
  const warmUp = Math.ceil(requests / 5);
  const next = () => ({ body: payload.next(), contentType: payload.contentType });
  await fetch(sink, { method: 'DELETE' });
  await sendAll(sender, warmUp, next);
  await arrived(sink, warmUp * payload.spansPerRequest, 'unique');
  const before = target.cpuSeconds();
  await sendAll(sender, requests, next);
  await arrived(sink, (warmUp + requests) * payload.spansPerRequest, 'unique');
  return (requests * payload.spansPerRequest) / (target.cpuSeconds() - before);
}

async function measureNullPipe(sink: string, payload: Payload, spans: number): Promise<number> {
  const pipe = await startProcess(here('null-pipe.ts'), [sink]);
  const sender = httpSender(String(pipe.ready['url']));
  const requests = Math.ceil(spans / payload.spansPerRequest);
  await fetch(sink, { method: 'DELETE' });
  const before = pipe.cpuSeconds();
  await sendAll(sender, requests, () => ({ body: payload.next(), contentType: payload.contentType }));
  await arrived(sink, requests * payload.next().length, 'bytes');
  const used = pipe.cpuSeconds() - before;
  sender.close();
  await pipe.stop();
  return (requests * payload.spansPerRequest) / used;
}

async function measureCorpus(bridge: Measured, sink: string): Promise<number> {
  const recorded = corpus();
  const sender = httpSender(`http://${bridge.ready['http']}/v1/traces`);
  const spans = recorded.reduce((sum, { spans }) => sum + spans, 0);
  const rounds = Math.ceil(CORPUS_ROUNDS * share);
  let at = 0;
  await fetch(sink, { method: 'DELETE' });
  const before = bridge.cpuSeconds();
  await sendAll(
    sender,
    rounds * recorded.length,
    () => recorded[at++ % recorded.length] ?? { body: Buffer.alloc(0), contentType: '' },
  );
  await arrived(sink, rounds * spans, 'calls');
  sender.close();
  return (rounds * spans) / (bridge.cpuSeconds() - before);
}

async function bench(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-bench-'));
  const sink = await startProcess(here('sink.ts'), []);
  const sinkUrl = String(sink.ready['url']);
  const ports = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const bridge = await startProcess(resolve(import.meta.dirname, '../../src/cli/main.ts'), [
    'serve',
    ...ports.flatMap((option) => ['--set', `${option}=127.0.0.1:0`]),
    ...[
      '--project',
      'bench/bench',
      '--weave-url',
      sinkUrl,
      '--queue-dir',
      dir,
      '--log-level',
      'warn',
      '--set',
      'weave.api_key=bench',
    ],
  ]);
  try {
    const results: Result[] = [];
    for (const kind of KINDS) {
      const payload = kind.payload();
      if (flags.only !== undefined && flags.only !== payload.name) continue;
      const spans = kind.spans * share;
      const viaHttp = httpSender(`http://${bridge.ready['http']}/v1/traces`);
      const viaGrpc = grpcSender(String(bridge.ready['grpc']));
      const http = await measure(bridge, sinkUrl, viaHttp, payload, spans);
      const grpc = await measure(bridge, sinkUrl, viaGrpc, payload, spans);
      viaHttp.close();
      viaGrpc.close();
      const nullPipe = await measureNullPipe(sinkUrl, payload, spans);
      const stages = await measureStages(payload, spans / 4);
      print(`\n${payload.name}: ${Math.round(payload.bytesPerSpan)} bytes a span, microseconds of CPU a span by stage`);
      for (const [stage, micros] of Object.entries(stages))
        print(`  ${stage.padEnd(12)} ${micros.toFixed(2).padStart(8)}`);
      // a ratio within one run says more than microseconds: the mapping alone, as a share of all that the plain way does
      print(
        `  ${'map/plain'.padEnd(12)} ${((stages['map'] ?? 0) / (stages['plain way'] ?? 1)).toFixed(2).padStart(8)}`,
      );
      results.push({
        kind: payload.name,
        spansPerCpuSecond: {
          http,
          grpc,
          'plain way': 1e6 / (stages['plain way'] ?? Number.NaN),
          'null pipe': nullPipe,
        },
      });
    }
    if (flags.only === undefined)
      results.push({ kind: 'corpus', spansPerCpuSecond: { http: await measureCorpus(bridge, sinkUrl) } });
    print('\nspans per CPU-second of the bridge, disk queue on');
    print(
      `${'kind'.padEnd(10)}${['http', 'grpc', 'plain way', 'null pipe', 'http/plain', 'grpc/plain'].map((name) => name.padStart(12)).join('')}`,
    );
    for (const { kind, spansPerCpuSecond: got } of results) {
      const plain = got['plain way'];
      const ratio = (value: number | undefined) =>
        value === undefined || plain === undefined ? '' : (value / plain).toFixed(2);
      const cells = ['http', 'grpc', 'plain way', 'null pipe'].map((name) =>
        got[name] === undefined ? '' : String(Math.round(got[name])),
      );
      print(
        kind.padEnd(10) + [...cells, ratio(got['http']), ratio(got['grpc'])].map((cell) => cell.padStart(12)).join(''),
      );
    }
    print(`\nevery call arrived; peak memory of the bridge: ${Math.round(bridge.peakRssMib())} MiB`);
  } finally {
    await bridge.stop();
    await sink.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

await bench();
