import { describe, expect, it } from '@jest/globals';
import { type Counters, createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { LogRecord } from '../../src/core/log-record.ts';
import type { Delivery, RoutedSpan } from '../../src/core/ports.ts';
import { createJoinLogs } from '../../src/join/join-logs.ts';
import { createContent } from '../../src/pipeline/content.ts';
import { createFakeQueue } from '../send/fake-queue.ts';
import { project, sampleCall } from '../send/samples.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { map, spanOf } from './world.ts';

const WAIT_MS = 5_000;
const KEEP_MS = 60_000;
const DELIVERED: Delivery = { delivered: 1, dead: [], released: false };

/** A body is the numbers of the spans that its records answer, or judge where they are negative. */
function setUp(delivery: Delivery = DELIVERED) {
  const mapped: (readonly string[])[] = [];
  const delivered: string[] = [];
  const clock = createFakeClock();
  const queue = createFakeQueue();
  const counters = createCounters();
  const settings = { waitMs: WAIT_MS, keepMs: KEEP_MS, maxSpans: 1, maxBytes: 100_000 };
  const decodeLogs = (body: Uint8Array) => ({ status: 'ok', records: JSON.parse(String(body)).map(recordOf) }) as const;
  const content = createContent({
    ...{ queue, counters, decodeLogs, log: silentLog },
    map(spans) {
      mapped.push(...spans.map(({ span }) => span.events.map(({ name }) => name)));
      return map(spans);
    },
    join: createJoinLogs({ clock, log: silentLog }, settings),
    deliver(calls) {
      delivered.push(...calls.map(({ id }) => id));
      return Promise.resolve(delivery);
    },
  });

  function takeLogs(...numbers: readonly number[]): void {
    queue.add({ signal: 'logs', spans: 0, body: Buffer.from(JSON.stringify(numbers)) });
    for (const entry of queue.claim(1)) content.take(entry);
  }

  /** Delivers a span that lacks its content. */
  function deliver(number: number): void {
    const span = routed(number);
    void content.deliver({ calls: map([span]).calls, lacking: [{ call: 0, span }] }, 0);
  }
  return { clock, queue, content, takeLogs, deliver, mapped, delivered, counted: () => countsOf(counters) };
}

const routed = (number: number): RoutedSpan => ({ span: spanOf({ number }), project: project('team/app') });

function recordOf(number: number): LogRecord {
  const { traceId, id: spanId } = sampleCall(Math.abs(number));
  const nothing = { timeNs: 1n, body: 'a text', attributes: new Map(), scopeName: '' };
  return { traceId, spanId, eventName: number < 0 ? 'gen_ai.evaluation.result' : 'gen_ai.choice', ...nothing };
}

function countsOf(counters: Counters): Readonly<Record<string, number>> {
  const content = counters.all().filter(({ name }) => name.startsWith('processor_content_'));
  return Object.fromEntries(
    content.map(({ name, labels, value }) => [`${name.replace('processor_content_', '')} ${labels['outcome']}`, value]),
  );
}

describe('what the content of calls is counted as', () => {
  it('is joined, on both sides, when a span and its records have met', async () => {
    const { clock, takeLogs, deliver, counted } = setUp();
    takeLogs(1, 1);
    deliver(1);
    await clock.advance(WAIT_MS);
    expect(counted()).toEqual({ 'spans joined': 1, 'log_records joined': 2 });
  });

  it('is late for a record whose span had waited long enough', async () => {
    const { clock, takeLogs, deliver, counted } = setUp();
    deliver(1);
    await clock.advance(WAIT_MS);
    takeLogs(1);
    await clock.advance(KEEP_MS);
    expect(counted()).toEqual({ 'spans no_records': 1, 'log_records late': 1 });
  });

  it('is crowded out for a span that made room for another', async () => {
    const { clock, deliver, counted } = setUp();
    deliver(1);
    deliver(2);
    await clock.advance(WAIT_MS);
    expect(counted()).toEqual({ 'spans crowded_out': 1, 'spans no_records': 1 });
  });

  it('is not needed, or unclaimed, for a record whose span has its content, or never comes', async () => {
    const { clock, content, takeLogs, counted } = setUp();
    takeLogs(1, 2);
    content.discard([routed(1)], { lacking: [] });
    await clock.advance(KEEP_MS);
    expect(counted()).toEqual({ 'log_records not_needed': 1, 'log_records unclaimed': 1 });
  });

  it('is nothing yet while Weave takes nothing', async () => {
    const { clock, takeLogs, deliver, counted, queue } = setUp({
      delivered: 0,
      dead: [],
      released: true,
      blockedBy: 'team/app',
    });
    takeLogs(1);
    deliver(1);
    await clock.advance(WAIT_MS);
    expect(counted()).toEqual({});
    expect(queue.parkings).toEqual([{ id: 1, under: 'logs' }]);
  });
});

describe('records that nobody claims', () => {
  it('are dropped where they are damaged, though they could be read', async () => {
    const { queue, content, counted } = setUp();
    queue.add({ signal: 'logs', spans: 0, body: Buffer.from('[1]') });
    for (const entry of queue.claim(1)) content.take({ ...entry, damaged: 'its body is not what was stored' });
    expect(queue.depth().entries).toBe(0);
    expect(counted()).toEqual({});
  });

  it('are given up, but not while spans are parked: then they wait with them, and are there for theirs', async () => {
    const { clock, queue, takeLogs, deliver, mapped, counted } = setUp();
    const traces = queue.add({ signal: 'traces' });
    queue.claim(1);
    queue.park([traces], 'team/app');
    takeLogs(1);
    await clock.advance(KEEP_MS);
    expect(queue.parkings.at(-1)).toEqual({ id: 2, under: 'logs' });
    expect(counted()).toEqual({});

    deliver(1);
    await clock.advance(WAIT_MS);
    expect(mapped).toEqual([['gen_ai.choice']]);
    expect(counted()).toEqual({ 'spans joined': 1, 'log_records joined': 1 });
  });
});

describe('a call that has its content', () => {
  /** As the pipeline does with a request of spans that all have their content. */
  function whole({ content }: ReturnType<typeof setUp>, ...numbers: readonly number[]) {
    const spans = numbers.map(routed);
    content.discard(spans, { lacking: [] });
    return content.deliver({ calls: map(spans).calls, lacking: [] }, 0);
  }
  const idsOf = (...numbers: readonly number[]) => numbers.map((number) => sampleCall(number).id);

  it('is mapped again with evaluations that came before it, and sent once', async () => {
    const world = setUp();
    world.takeLogs(2, -2, -3);
    await whole(world, 1, 2);
    expect(world.mapped).toEqual([['gen_ai.evaluation.result']]);
    expect(world.delivered.toSorted()).toEqual(idsOf(1, 2));
    expect(world.counted()).toEqual({});

    await whole(world, 2, 3);
    expect(world.mapped.length).toBe(2);
    await world.clock.advance(0);
    expect(world.counted()).toEqual({ 'log_records not_needed': 1, 'log_records joined': 2 });
  });

  it('gets its evaluations back when Weave takes calls again', async () => {
    const blocked = setUp({ delivered: 0, dead: [], released: true, blockedBy: 'team/app' });
    blocked.takeLogs(-1);
    await whole(blocked, 1);
    await blocked.clock.advance(0);
    expect(blocked.queue.parkings).toEqual([{ id: 1, under: 'logs' }]);
    await whole(blocked, 1);
    expect(blocked.mapped).toEqual([['gen_ai.evaluation.result'], ['gen_ai.evaluation.result']]);
  });
});
