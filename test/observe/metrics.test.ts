import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { COUNTERS, type Counters, createCounters } from '../../src/core/counters.ts';
import { formatMetrics } from '../../src/observe/exposition.ts';
import { describeMetrics, startMetrics } from '../../src/observe/metrics.ts';
import type { ObserveServer } from '../../src/observe/server.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ask } from './ask.ts';

let metrics: ObserveServer | undefined;
afterEach(() => metrics?.close());

/** Reads the exposition format by its own grammar: throws at a line that has none. */
function parse(text: string): Map<string, number> {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n').slice(0, -1)) {
    const meta = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    const sample =
      /^([a-z_]+)(\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\})? (\S+)$/.exec(line);
    if (meta?.[1] === 'TYPE') types.set(meta[2] ?? '', meta[3] ?? '');
    else if (sample) {
      const [, name = ''] = sample;
      const base = name.replace(/_(bucket|sum|count)$/, '');
      expect(types.get(name) ?? (types.get(base) === 'histogram' && 'part of one')).toMatch(
        /^(counter|gauge|part of one)$/,
      );
      samples.set(`${sample[1]}${sample[2] ?? ''}`, Number(sample[3]));
    } else if (!meta) throw new Error(`not a line of the format: ${line}`);
  }
  return samples;
}

/** What the page shows of an idle bridge whose disk does not answer. */
async function samplesOf({ counters }: { readonly counters: Counters }) {
  const depth = () => ({ entries: 0, spans: 0, bytes: 0, claimed: 0, parked: 0 });
  const queue = { depth, maxBytes: 1, deadLetters: () => undefined };
  const deps = { clock: createFakeClock(), counters, troubles: () => [], queue };
  metrics = await startMetrics(deps, { host: 'localhost', port: 0 });
  return parse((await ask(metrics.address, '/metrics')).body);
}

describe('the metrics page', () => {
  it('holds every counter with its labels, the queue and the process', async () => {
    const counters = createCounters();
    const clock = createFakeClock();
    counters.add('receiver_accepted_spans', 3, { transport: 'http' });
    counters.add('receiver_accepted_spans', 4, { transport: 'grpc' });
    counters.add('exporter_sent_spans', 5);
    const depth = () => ({ entries: 2, spans: 9, bytes: 1234, claimed: 1, parked: 6 });
    const deadLetters = () => ({ letters: 3, spans: 8, bytes: 77 });
    const troubles = () => [{ todo: undefined }, { todo: 'Check the key.' }, { todo: 'Check the project.' }];
    const deps = { clock, counters, troubles, queue: { depth, maxBytes: 4096, deadLetters } };
    metrics = await startMetrics(deps, { host: 'localhost', port: 0 });
    for (const seconds of [0.02, 0.025, 7, 100]) counters.record('exporter_request_duration_seconds', seconds);
    await clock.advance(2500);

    const page = await ask(metrics.address, '/metrics');
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
    const samples = parse(page.body);
    expect(Object.fromEntries(samples)).toMatchObject({
      'otelweave_receiver_accepted_spans_total{transport="http"}': 3,
      'otelweave_receiver_accepted_spans_total{transport="grpc"}': 4,
      otelweave_exporter_sent_spans_total: 5,
      otelweave_exporter_queue_size: 1234,
      otelweave_exporter_queue_capacity: 4096,
      otelweave_exporter_queue_requests: 2,
      otelweave_exporter_queue_spans: 9,
      otelweave_exporter_queue_parked_requests: 6,
      otelweave_exporter_in_flight_requests: 1,
      otelweave_exporter_failing_projects: 1,
      otelweave_exporter_held_projects: 2,
      otelweave_dead_letters: 3,
      otelweave_dead_letter_kept_spans: 8,
      otelweave_dead_letter_kept_bytes: 77,
      otelweave_process_uptime: 2.5,
      'otelweave_exporter_request_duration_seconds_bucket{le="0.01"}': 0,
      'otelweave_exporter_request_duration_seconds_bucket{le="0.025"}': 2,
      'otelweave_exporter_request_duration_seconds_bucket{le="5"}': 2,
      'otelweave_exporter_request_duration_seconds_bucket{le="10"}': 3,
      'otelweave_exporter_request_duration_seconds_bucket{le="+Inf"}': 4,
      otelweave_exporter_request_duration_seconds_sum: 107.045,
      otelweave_exporter_request_duration_seconds_count: 4,
    });
    expect(samples.get('otelweave_process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(samples.get('otelweave_process_memory_rss')).toBeGreaterThan(1_000_000);
    const types = [...page.body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name, type }));
    const described = describeMetrics().map(({ name, type }) => ({ name, type }));
    expect(new Set(types)).toEqual(new Set(described));
    for (const [name, help] of Object.entries(COUNTERS)) {
      expect(page.body).toContain(`# HELP otelweave_${name}_total ${help}\n# TYPE otelweave_${name}_total counter\n`);
    }
  });
});

it('shows from the start, at 0, what an alert asks for, so that its first rise is one', async () => {
  const rules = readFileSync(new URL('../../deploy/prometheus-rules.yaml', import.meta.url), 'utf8');
  const asked = new Set([...rules.matchAll(/otelweave_\w+_total/g)].map(([name]) => name));
  const counters = createCounters();
  const samples = await samplesOf({ counters });
  const shown = [...samples.keys()].map((name) => name.replace(/\{.*/, ''));
  expect(asked.size).toBeGreaterThan(4);
  expect([...asked].filter((name) => !shown.includes(name))).toEqual([]);
  expect(counters.all().every(({ value }) => value === 0)).toBe(true);
  expect([...samples.keys()]).toContain('otelweave_dead_letter_removed_spans_total{how="pushed_out"}');
});

it('says nothing about dead letters while the disk does not', async () => {
  const samples = await samplesOf({ counters: createCounters() });
  expect([...samples.keys()].filter((name) => /^otelweave_dead_letter(s|_kept_.*)$/.test(name))).toEqual([]);
});

it('escapes what a label or a help text may hold', () => {
  const values = [{ labels: { reason: 'a "b"\\\nc' }, value: 1 }];
  const text = formatMetrics([{ name: 'x', type: 'counter', help: 'one\\two\nthree', values }]);
  expect(text).toBe(
    '# HELP otelweave_x_total one\\\\two\\nthree\n# TYPE otelweave_x_total counter\notelweave_x_total{reason="a \\"b\\"\\\\\\nc"} 1\n',
  );
  expect(parse(text).size).toBe(1);
});
