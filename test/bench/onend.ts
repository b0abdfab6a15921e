/** `node test/bench/onend.ts`: what the processor costs the app, beside the SDK's own with its OTLP exporter. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from './process.ts';

const WAYS = ['bridge', 'sdk'];
const ROUNDS = 5;
/** What is measured, each in a process of its own, and what is told of it. */
const TOLD = {
  work: [
    ['app at work: onEnd mean, us', 'meanUs'],
    ['app at work: onEnd p50, us', 'p50Us'],
    ['app at work: onEnd p99, us', 'p99Us'],
    ['app at work: onEnd p99.9, us', 'p999Us'],
    ['app at work: event loop delay p99, ms', 'loopP99Ms'],
  ],
  flood: [
    ['flood: onEnd mean, us', 'meanUs'],
    ['flood: onEnd p50, us', 'p50Us'],
    ['flood: onEnd p99, us', 'p99Us'],
    ['flood: onEnd p99.9, us', 'p999Us'],
    ['flood: event loop delay p99, ms', 'loopP99Ms'],
  ],
  memory: [['bytes held per waiting span', 'heldBytesPerSpan']],
} as const;

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

print(`${''.padEnd(40)}${WAYS.map((way) => way.padStart(12)).join('')}`);
for (const [what, rows] of Object.entries(TOLD)) {
  /** In turns, so that a busy moment of the machine meets both; the middle one of each counts. */
  const measured = new Map<string, Record<string, number>[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of WAYS) measured.get(way)?.push(await measure(way, what));
  }
  for (const [label, key] of rows) {
    const cells = WAYS.map((way) => {
      const values = (measured.get(way) ?? []).map((result) => result[key] ?? Number.NaN);
      return (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN).toFixed(2).padStart(12);
    });
    print(label.padEnd(40) + cells.join(''));
  }
}
hanging.closeAllConnections();
hanging.close();
await sink.stop();
