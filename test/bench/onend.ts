/** `node test/bench/onend.ts`: what the processor costs the app, beside the SDK's own with its OTLP exporter. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from './process.ts';

const WAYS = ['bridge', 'sdk'];
const ROUNDS = 3;
const ROWS = [
  ['onEnd p50, us', 'p50Us'],
  ['onEnd p99, us', 'p99Us'],
  ['onEnd p99.9, us', 'p999Us'],
  ['event loop delay p99, ms', 'loopP99Ms'],
  ['bytes held per waiting span', 'heldBytesPerSpan'],
] as const;

const print = (text: string) => process.stdout.write(`${text}\n`);
const here = (name: string) => resolve(import.meta.dirname, name);

const sink = await startProcess(here('sink.ts'), []);
// Takes everything and never answers: what waits, waits.
const hanging = createServer((request) => request.resume()).listen(0, '127.0.0.1');
await once(hanging, 'listening');
const hangUrl = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;

async function measure(way: string, measured: string): Promise<Record<string, number>> {
  const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', here('onend-candidate.ts'), way, measured];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, String(sink.ready['url']), hangUrl]);
  return JSON.parse(stdout) as Record<string, number>;
}

/** In turns, so that a busy moment of the machine meets both; the middle one of each counts. */
const measured = new Map<string, Record<string, number>[]>(WAYS.map((way) => [way, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const way of WAYS) {
    measured.get(way)?.push({ ...(await measure(way, 'time')), ...(await measure(way, 'memory')) });
  }
}

function median(way: string, key: string): number {
  const values = (measured.get(way) ?? []).map((result) => result[key] ?? Number.NaN);
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

print(`${''.padEnd(30)}${WAYS.map((way) => way.padStart(12)).join('')}`);
for (const [label, key] of ROWS) {
  const cells = WAYS.map((way) => median(way, key).toFixed(2).padStart(12));
  print(label.padEnd(30) + cells.join(''));
}
hanging.closeAllConnections();
hanging.close();
await sink.stop();
