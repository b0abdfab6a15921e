import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import type { MapSpans } from '../../src/core/ports.ts';
import type { SendOutcome } from '../../src/send/outcome.ts';
import { shortenPad } from '../send/line.ts';
import { sampleCall } from '../send/samples.ts';
import { HOUR_MS, numbered, setUp } from './world.ts';

/** A proxy before Weave that cuts the connection while a body is still coming that it finds too large. */

const KIB = 1024;
const LIMIT = 1000 * KIB;
const CUT: SendOutcome = { status: 'retry', reason: 'ECONNRESET: read ECONNRESET', broke: true };

const bytesOf = (calls: readonly Call[]) => calls.reduce((sum, { json }) => sum + json.length, 0);

function behindProxy(bytesOfCall: (number: number) => number) {
  const map: MapSpans = (routed) => ({
    calls: routed.map(({ span, project }) => {
      const number = Number.parseInt(span.spanId, 16);
      return sampleCall(number, project, bytesOfCall(number));
    }),
    corrections: undefined,
    filtered: 0,
    lacking: [],
  });
  const bodies: number[] = [];
  const stored = new Map<number, number>();
  const world = setUp({
    deps: { map },
    batch: { maxBytes: 10_000 * KIB },
    shorten: shortenPad,
    settings: { maxInFlightBytes: 60_000 * KIB },
    onCalls(calls) {
      bodies.push(bytesOf(calls));
      if (bytesOf(calls) > LIMIT) return;
      for (const { id, json } of calls) stored.set(Number.parseInt(id, 16), json.length);
    },
    outcome: () => ((bodies.at(-1) ?? 0) > LIMIT ? CUT : { status: 'accepted' }),
  });
  async function untilEmpty(): Promise<void> {
    world.pipeline.start();
    while (world.queue.depth().entries > 0 && world.clock.monotonic() < HOUR_MS) await world.clock.advance(100);
  }
  return { ...world, bodies, stored, untilEmpty };
}

describe('batches that are cut off for their size', () => {
  it.each([
    ['one request of all', [400]],
    ['many requests, one of which would get through', Array<number>(80).fill(5)],
  ])('get smaller until they get through: %s', async (_, requests) => {
    const { add, untilEmpty, stored, bodies, clock, counters } = behindProxy(() => 20 * KIB);
    let from = 1;
    for (const spans of requests) {
      add(numbered(spans, from));
      from += spans;
    }
    await untilEmpty();
    expect(stored.size).toBe(400);
    expect(counters.total('exporter_sent_spans')).toBe(400);
    expect(counters.total('exporter_shortened_calls')).toBe(0);
    expect(clock.monotonic()).toBeLessThan(60_000);
    expect(bodies.filter((bytes) => bytes > LIMIT).length).toBeLessThan(20);
  });

  it('one call that is too large by itself keeps nobody waiting, and arrives shorter in the end', async () => {
    const { add, untilEmpty, stored, counters } = behindProxy((number) => (number === 3 ? 3000 : 20) * KIB);
    add(numbered(5));
    for (let request = 0; request < 30; request += 1) add(numbered(5, 6 + request * 5));
    await untilEmpty();
    expect(stored.size).toBe(155);
    expect(stored.get(3)).toBeLessThanOrEqual(LIMIT);
    expect([...stored].filter(([number, bytes]) => number !== 3 && bytes < 20 * KIB)).toEqual([]);
    expect(counters.total('exporter_shortened_calls')).toBe(1);
    expect(counters.total('dead_letter_spans')).toBe(0);
  });
});
