import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import type { MapSpans } from '../../src/core/ports.ts';
import { MAX_PARKED } from '../../src/pipeline/pipeline.ts';
import { createMemoryQueue } from '../../src/queue/memory-queue.ts';
import type { SendOutcome } from '../../src/send/outcome.ts';
import { project } from '../send/samples.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { HOUR_MS, map, numbered, type Options, type Sent, setUp, spanOf, untilAborted } from './world.ts';

const ACCEPTED: SendOutcome = { status: 'accepted' };
const BUSY: SendOutcome = { status: 'retry', reason: 'HTTP 503' };
const FORBIDDEN: SendOutcome = {
  status: 'held',
  httpStatus: 403,
  concerns: 'project',
  reason: 'HTTP 403',
  todo: 'Check the key.',
};
const BAD_KEY: SendOutcome = { ...FORBIDDEN, httpStatus: 401, concerns: 'server', reason: 'HTTP 401' };
const EMPTY = { entries: 0, spans: 0, bytes: 0, claimed: 0, parked: 0 };

/** What the mapper was given, by how many spans. */
function counting() {
  const seen = { spans: 0 };
  const counted: MapSpans = (routed) => {
    seen.spans += routed.length;
    return map(routed);
  };
  return { seen, deps: { map: counted } };
}

/** Lets time pass in steps, so that requests under way have their turn between two timers. */
async function pass(clock: FakeClock, ms: number, stepMs = 250): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) await clock.advance(Math.min(stepMs, ms - passed));
}

const spansOf = (name: string, count: number, from = 1) =>
  numbered(count, from).map(({ number }) => ({ number, project: name }));
const ofProject = (sent: readonly Sent[], name: string) => sent.filter((request) => request.project === name);

describe('what Weave takes nothing of', () => {
  it('waits in the queue, not in memory, and is delivered once Weave takes it again', async () => {
    const { seen, deps } = counting();
    const outcome = (index: number) => (index < 4 ? BUSY : ACCEPTED);
    const { pipeline, add, queue, clock, sent, sentIds, counters } = setUp({ deps, outcome });
    for (let number = 1; number <= 100; number += 1) add(numbered(1, number));
    pipeline.start();
    await clock.advance(300);
    expect(queue.depth()).toMatchObject({ entries: 100, claimed: 0, parked: 100 });
    for (let number = 101; number <= 200; number += 1) add(numbered(1, number));
    await pass(clock, 100, 50);
    // What came while it was known is not even mapped.
    expect([seen.spans, queue.depth().parked]).toEqual([100, 200]);

    await pass(clock, 20_000);
    // Then one request at a time tries, with one entry, and not the same one every time.
    expect(sent.slice(1, 5).map(({ ids }) => ids.length)).toEqual([1, 1, 1, 1]);
    expect(new Set(sent.slice(1, 5).flatMap(({ ids }) => ids)).size).toBe(4);
    expect(queue.depth()).toEqual(EMPTY);
    expect(new Set(sentIds()).size).toBe(200);
    expect(counters.total('exporter_sent_spans')).toBe(200);
  });

  it.each<[string, Options['outcome']]>([
    ['hangs', (_, signal) => untilAborted(signal)],
    ['is overloaded', () => BUSY],
    ['is turned away', () => FORBIDDEN],
  ])('does not hold up other projects while one %s, however much of it there is', async (_, stuck) => {
    const { pipeline, add, queue, clock, sent, counters } = setUp({
      settings: { maxInFlightBytes: 6000 },
      outcome: (index, signal, request) =>
        request.project === 'team/stuck' ? (stuck?.(index, signal, request) ?? BUSY) : ACCEPTED,
    });
    // A call has 300 bytes: of the stuck project there are ten times as many as may be under way.
    for (let number = 1; number <= 200; number += 1) add(spansOf('team/stuck', 1, number));
    for (let number = 201; number <= 300; number += 1) add(spansOf('team/fine', 1, number));
    pipeline.start();
    await pass(clock, 10_000);
    expect(counters.total('exporter_sent_spans')).toBe(100);
    expect(queue.depth().spans).toBe(200);
    expect(ofProject(sent, 'team/stuck').length).toBeLessThan(10);
    await pipeline.close();
  });

  it('is sent apart from what shares a request with it and can go', async () => {
    let taken: SendOutcome = FORBIDDEN;
    const { pipeline, add, queue, clock, sent, counters } = setUp({
      outcome: (_index, _signal, request) => (request.project === 'team/stuck' ? taken : ACCEPTED),
    });
    add([...spansOf('team/stuck', 2), ...spansOf('team/fine', 3, 3)]);
    pipeline.start();
    await clock.advance(300);
    expect(ofProject(sent, 'team/fine').map(({ ids }) => ids)).toEqual([[3, 4, 5]]);
    expect(queue.depth()).toMatchObject({ spans: 5, parked: 1 });
    expect(counters.total('exporter_sent_spans')).toBe(0);

    taken = ACCEPTED;
    await pass(clock, 60_000);
    expect(queue.depth()).toEqual(EMPTY);
    expect(counters.total('exporter_sent_spans')).toBe(5);
  });

  it('tries one request at a time over all projects while the key is refused', async () => {
    let key: SendOutcome = BAD_KEY;
    let onTheWire = 0;
    let most = 0;
    const { pipeline, add, queue, clock, sent } = setUp({
      batch: { maxCalls: 1 },
      outcome: async () => {
        onTheWire += 1;
        await clock.yield();
        if (sent.length > 9) most = Math.max(most, onTheWire);
        onTheWire -= 1;
        return key;
      },
    });
    for (const [at, name] of ['team/a', 'team/b', 'team/c'].entries()) {
      for (let number = 1; number <= 20; number += 1) add(spansOf(name, 1, at * 20 + number));
    }
    pipeline.start();
    await clock.advance(1000);
    // At first each project has three requests on the wire.
    expect(sent).toHaveLength(9);
    await pass(clock, HOUR_MS, 5000);
    expect(most).toBe(1);
    expect(sent.length).toBeLessThan(9 + HOUR_MS / 15_000 + 1);

    key = ACCEPTED;
    await pass(clock, 60_000);
    expect(queue.depth()).toEqual(EMPTY);
  });

  it('makes no herd of a day: few requests while it lasts, one at first when it ends, then everything', async () => {
    const { seen, deps } = counting();
    let onTheWire = 0;
    const parallel: number[] = [];
    let weave: SendOutcome = BUSY;
    const { pipeline, add, queue, clock, sent, counters } = setUp({
      deps,
      batch: { maxCalls: 10 },
      settings: { maxInFlightBytes: 30_000 },
      outcome: async () => {
        onTheWire += 1;
        parallel.push(onTheWire);
        await clock.yield();
        onTheWire -= 1;
        return weave;
      },
    });
    pipeline.start();
    for (let hour = 0; hour < 24; hour += 1) {
      for (let number = 1; number <= 50; number += 1) add(numbered(1, hour * 50 + number));
      await pass(clock, HOUR_MS, 15_000);
    }
    const tries = sent.length;
    expect(tries).toBeLessThan((24 * HOUR_MS) / 15_000);
    expect(seen.spans).toBeLessThan(1.1 * tries);
    expect(queue.depth()).toMatchObject({ spans: 1200, claimed: 0 });

    weave = ACCEPTED;
    await pass(clock, 60_000);
    expect(parallel[tries]).toBe(1);
    expect(sent[tries]?.ids).toHaveLength(1);
    expect(Math.max(...parallel.slice(tries))).toBeLessThanOrEqual(3);
    expect(queue.depth()).toEqual(EMPTY);
    expect(counters.total('exporter_sent_spans')).toBe(1200);
  });

  it('keeps nobody waiting where it is one call that Weave fails at, not even those that came with it', async () => {
    let broken = true;
    const got = new Set<number>();
    const { pipeline, add, queue, clock, sent, counters } = setUp({
      outcome: (_index, _signal, { ids }) => {
        if (broken && ids.includes(7)) return { status: 'retry', reason: 'HTTP 500' };
        for (const id of ids) got.add(id);
        return ACCEPTED;
      },
    });
    pipeline.start();
    const arrive = async (first: number, requests: number) => {
      for (let at = first; at < first + requests; at += 1) {
        add(numbered(10, at * 10 + 1));
        await pass(clock, 60_000, 1000);
      }
    };
    await arrive(0, 40);
    // Its nine neighbours are there, too; that they are is told when their request is done.
    expect([got.size, got.has(7)]).toEqual([399, false]);
    expect([...queue.parkedUnder()]).toEqual(['suspects']);
    expect(counters.total('exporter_sent_spans')).toBe(390);

    const before = sent.length;
    await arrive(40, 20);
    expect(counters.total('exporter_sent_spans')).toBe(590);
    // A request for what came, and for the suspect one for each half, and that each half minute.
    expect(sent.length - before).toBeLessThan(20 + 60 * 9);

    broken = false;
    await pass(clock, 60_000);
    expect(queue.depth()).toEqual(EMPTY);
    expect(counters.total('exporter_sent_spans')).toBe(600);
    expect(counters.total('dead_letter_spans')).toBe(0);
  });

  it('is given up for the dead letters where it came in longer ago than it may be tried', async () => {
    const { pipeline, add, queue, clock, counters } = setUp({
      time: { startMs: HOUR_MS },
      batch: { maxElapsedMs: 2 * HOUR_MS },
      outcome: () => BUSY,
    });
    // The queue of these tests says that everything came in at the epoch.
    const id = add(numbered(2));
    pipeline.start();
    await clock.advance(HOUR_MS - 60_000);
    expect(queue.depth()).toMatchObject({ entries: 1, parked: 1 });
    await clock.advance(120_000);
    expect(queue.settled.flat()).toMatchObject([{ id, dead: [{ reason: 'given up: HTTP 503' }, {}] }]);
    expect(counters.total('dead_letter_spans')).toBe(2);
  });

  it('is waited for when draining, until the deadline', async () => {
    const { pipeline, add, clock, sent } = setUp({ outcome: (index) => (index < 2 ? BUSY : ACCEPTED) });
    add(numbered(3));
    pipeline.start();
    const drained = pipeline.drain(10_000, 'may-come');
    await clock.advance(9000);
    expect((await drained).left).toEqual(EMPTY);
    expect(sent).toHaveLength(3);
  });

  it('stays in the queue where the deadline comes first, and no timer is left behind', async () => {
    const { pipeline, add, clock } = setUp({ outcome: () => BUSY });
    add(numbered(3));
    pipeline.start();
    const drained = pipeline.drain(10_000, 'may-come');
    await clock.advance(10_000);
    expect((await drained).left).toMatchObject({ entries: 1, spans: 3, claimed: 0 });
    expect(clock.waiting()).toBe(0);
  });

  it('does not lose the log records that its calls wait for, however long it lasts', async () => {
    /** Calls lack their content until an event brings it; then they have a larger JSON. */
    const lacking: MapSpans = (routed) => {
      const mapped = map(routed);
      const withContent = mapped.calls.map((call, at) =>
        routed[at]?.span.events.length ? { ...call, json: Buffer.alloc(777) } : call,
      );
      const empty = routed.flatMap((span, call) => (span.span.events.length === 0 ? [{ call, span }] : []));
      return { ...mapped, calls: withContent, lacking: empty };
    };
    let weave: SendOutcome = BUSY;
    const bytes: number[] = [];
    const { pipeline, add, queue, clock, counters } = setUp({
      deps: { map: lacking },
      onCalls: (calls) => bytes.push(...calls.map(({ json }) => json.length)),
      outcome: () => weave,
    });
    const logsOf = (number: number) =>
      ({ signal: 'logs', spans: 0, body: Buffer.from(JSON.stringify([number])) }) as const;
    pipeline.start();
    const logs = new Set<number>();
    for (const number of [1, 2, 3]) {
      add(numbered(1, number));
      logs.add(queue.add(logsOf(number)));
      await pass(clock, HOUR_MS, 5000);
    }
    // They are not taken up again and again while there is nothing to do with them.
    expect(queue.claims.filter((id) => logs.has(id))).toHaveLength(3);
    weave = ACCEPTED;
    bytes.length = 0;
    await pass(clock, 300_000);
    expect(queue.depth()).toEqual(EMPTY);
    expect(counters.total('exporter_sent_spans')).toBe(3);
    expect(bytes).toEqual([777, 777, 777]);
  });

  it('parks no more requests than it may, and goes on with them', async () => {
    const queue = createMemoryQueue({ clock: systemClock, log: silentLog }, { maxBytes: 2 ** 30, retryAfterMs: 1 });
    let weave: SendOutcome = FORBIDDEN;
    // All of them the same span: it is their number that counts.
    const spans = [spanOf({ number: 1 })];
    const call = map(spans.map((span) => ({ span, project: project('a/b') })));
    const deps = { queue, decode: () => ({ status: 'ok', spans }) as const, map: () => call };
    const { pipeline, clock: time, counters } = setUp({ deps, outcome: () => weave });
    const body = Buffer.alloc(500);
    const request = { signal: 'traces', encoding: 'json', project: project('a/b'), spans: 1, body } as const;
    for (let at = 0; at < MAX_PARKED + 3000; at += 1) await queue.put(request);
    pipeline.start();
    while (queue.depth().parked < MAX_PARKED) await time.advance(250);
    await time.advance(250);
    expect(queue.depth().parked).toBeLessThan(MAX_PARKED + 2000);

    weave = ACCEPTED;
    while (counters.total('exporter_sent_spans') < 5000) await time.advance(1000);
    await pipeline.close();
  });
});

describe('conservation', () => {
  it('gives every call an end through a storm of outcomes, and balances at every moment', async () => {
    const bad = (id: number) => id % 37 === 0;
    const storm = [BUSY, { ...BUSY, afterMs: 5000 }, { status: 'too_large', reason: 'HTTP 413' }, FORBIDDEN, BAD_KEY];
    const { pipeline, add, queue, clock, sentIds, counters } = setUp({
      batch: { maxCalls: 16 },
      settings: { maxInFlightBytes: 30_000 },
      outcome: async (index, _signal, { ids }) => {
        await clock.yield();
        if (ids.some(bad)) return { status: 'refused', httpStatus: 400, reason: 'HTTP 400' };
        const outcome = index % 3 === 0 && index < 300 ? storm[(index / 3) % storm.length] : ACCEPTED;
        return outcome?.status === 'too_large' && ids.length === 1 ? ACCEPTED : ((outcome ?? ACCEPTED) as SendOutcome);
      },
    });
    const names = ['team/a', 'team/b', 'team/c'];
    for (let at = 0; at < 300; at += 1) add(spansOf(names[at % 3] ?? '', 1 + (at % 7), at * 7 + 1));
    const accepted = queue.depth().spans;
    const balances = new Set<number>();
    pipeline.start();
    for (let step = 0; step < 2000 && queue.depth().entries > 0; step += 1) {
      await clock.advance(500);
      const ended = counters.total('exporter_sent_spans') + counters.total('dead_letter_spans');
      balances.add(ended + queue.depth().spans);
    }
    expect(queue.depth()).toEqual(EMPTY);
    expect([...balances]).toEqual([accepted]);
    const dead = queue.settled
      .flat()
      .flatMap((settled) => settled.dead.map(({ spanId }) => Number.parseInt(spanId, 16)));
    expect(dead.every(bad)).toBe(true);
    expect(new Set(sentIds()).size).toBe(accepted);
    expect(counters.total('dead_letter_spans')).toBe(new Set(dead).size);
  });
});
