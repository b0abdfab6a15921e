import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import { createOwnTraces, MAX_WAITING, type Work } from '../../src/observe/own-traces.ts';
import { recordingLog } from '../queue/world.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts';

const START_MS = Date.UTC(2026, 0, 2);
const EVERY_MS = 5000;

let sink: OtlpSink;
beforeEach(async () => {
  sink = await startOtlpSink();
});
afterEach(() => sink.close());

function start() {
  let dice = 0;
  const clock = createFakeClock({
    startMs: START_MS,
    dice: () => {
      dice = (dice + 0.13) % 1;
      return dice;
    },
  });
  const counters = createCounters();
  const log = recordingLog();
  const traces = createOwnTraces({ clock, counters, log }, { endpoint: sink.url, version: '1.2.3' });
  const dropped = () => counters.total('telemetry_dropped_spans');
  return { clock, log, traces, dropped };
}

const work = (more: Partial<Work> = {}): Work => ({
  ...{ name: 'receive', startedMs: 0, attributes: { spans: 3, encoding: 'json' } },
  ...more,
});

describe("the bridge's own spans", () => {
  it('are sent together, as OTLP/JSON', async () => {
    const { clock, traces } = start();
    await clock.advance(250.5);
    traces.note(work());
    traces.note(work({ name: 'deliver', startedMs: 250, error: 'HTTP 503' }));
    await clock.advance(EVERY_MS);
    await sink.received(1);
    const id = (digits: number) => expect.stringMatching(new RegExp(`^[\\da-f]{${digits}}$`));
    const attributes = [
      { key: 'spans', value: { intValue: '3' } },
      { key: 'encoding', value: { stringValue: 'json' } },
    ];
    const end = `${BigInt(START_MS) * 1_000_000n + 250_500_000n}`;
    const common = { traceId: id(32), spanId: id(16), endTimeUnixNano: end, attributes };
    expect(sink.bodies).toEqual([
      {
        resourceSpans: [
          {
            resource: {
              attributes: [
                { key: 'service.name', value: { stringValue: 'otel-weave-bridge' } },
                { key: 'service.version', value: { stringValue: '1.2.3' } },
              ],
            },
            scopeSpans: [
              {
                scope: { name: 'otel-weave-bridge', version: '1.2.3' },
                spans: [
                  { ...common, name: 'receive', kind: 2, startTimeUnixNano: `${START_MS}000000`, status: {} },
                  {
                    ...common,
                    ...{ name: 'deliver', kind: 3, startTimeUnixNano: `${START_MS + 250}000000` },
                    status: { code: 2, message: 'HTTP 503' },
                  },
                ],
              },
            ],
          },
        ],
      },
    ]);
    await traces.close();
  });

  it('are sent once in five seconds, only where there are some, and the rest at the end', async () => {
    const { clock, traces } = start();
    await clock.advance(10 * EVERY_MS);
    expect(sink.bodies).toEqual([]);
    traces.note(work());
    expect(traces.close()).toBe(traces.close());
    await traces.close();
    expect(sink.bodies).toHaveLength(1);
    expect(clock.waiting()).toBe(0);
  });

  it('are dropped and counted beyond their bound, and where nobody takes them', async () => {
    const { traces, dropped, log } = start();
    sink.answerWith(500);
    for (let at = 0; at < MAX_WAITING + 2; at += 1) traces.note(work());
    expect(dropped()).toBe(2);
    await traces.close();
    expect(sink.bodies).toHaveLength(1);
    expect(dropped()).toBe(MAX_WAITING + 2);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', "the bridge's own spans cannot be sent"],
    ]);
    traces.note(work());
    expect(dropped()).toBe(MAX_WAITING + 3);
  });
});
