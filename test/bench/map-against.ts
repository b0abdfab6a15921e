/**
 * `npm run bench:map [-- --commit d287c03]`: the mapping as it is, against that of an earlier commit, in one process and in
 * turns, so that what else the machine does counts for both.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { ProjectId } from '../../src/core/call.ts';
import type { RoutedSpan } from '../../src/core/ports.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { KINDS, type Payload } from './payloads.ts';

const { values: flags } = parseArgs({
  // the mapping before the conventions, the counting and the shaping of today
  options: {
    commit: { type: 'string', default: 'd287c03' },
    rounds: { type: 'string', default: '40' },
    only: { type: 'string' },
  },
});
const ROOT = resolve(import.meta.dirname, '../..');
const PROJECT = 'bench/bench' as ProjectId;
/** Requests that are mapped between two looks at the clock: some tens of milliseconds. */
const REQUESTS = 4;
const WARM_UP = 10;

/** The one thing that both mappings have in common. */
type MapAny = (spans: readonly RoutedSpan[]) => unknown;

async function mapperOf(commit: string, dir: string): Promise<MapAny> {
  const files = execFileSync('git', ['archive', commit, 'src'], { cwd: ROOT, maxBuffer: 2 ** 28 });
  mkdirSync(dir, { recursive: true });
  execFileSync('tar', ['-x', '-C', dir], { input: files });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const module = (await import(pathToFileURL(join(dir, 'src/map/map-spans.ts')).href)) as {
    createMapper: (settings: { readonly version: string }) => MapAny;
  };
  return module.createMapper({ version: '0' });
}

function routed(payload: Payload): readonly RoutedSpan[] {
  const decoded = decodeRequest(payload.next(), 'protobuf');
  if (decoded.status !== 'ok') throw new Error(decoded.message);
  return decoded.spans.map((span) => ({ span, project: PROJECT }));
}

/** Microseconds of CPU a span. */
function spent(map: MapAny, requests: readonly (readonly RoutedSpan[])[], spans: number): number {
  const before = process.cpuUsage();
  for (const request of requests) map(request);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / spans;
}

const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function compare(payload: Payload, before: MapAny, rounds: number): string {
  const now: MapAny = createMapper({ version: '0' });
  const took: { before: number; now: number }[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const take = () => Array.from({ length: REQUESTS }, () => routed(payload));
    const spans = REQUESTS * payload.spansPerRequest;
    const times = { before: 0, now: 0 };
    // each goes first every other time
    for (const which of round % 2 === 0 ? (['before', 'now'] as const) : (['now', 'before'] as const)) {
      times[which] = spent(which === 'now' ? now : before, take(), spans);
    }
    if (round >= 0) took.push(times);
  }
  const ratio = middle(took.map((times) => times.before / times.now));
  const us = (which: 'before' | 'now') => middle(took.map((times) => times[which])).toFixed(1);
  return `${payload.name.padEnd(8)} ${us('before')} µs a span before, ${us('now')} now: ${ratio.toFixed(2)} times as fast`;
}

const dir = mkdtempSync(join(tmpdir(), 'otel-weave-before-'));
try {
  const before = await mapperOf(flags.commit, dir);
  for (const { payload } of KINDS) {
    const one = payload();
    if (one.name === (flags.only ?? one.name)) process.stdout.write(`${compare(one, before, Number(flags.rounds))}\n`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
