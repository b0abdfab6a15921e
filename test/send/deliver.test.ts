import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import { createCounters } from '../../src/core/counters.ts';
import type { Delivery } from '../../src/core/ports.ts';
import { createDeliver, type DeliverSettings } from '../../src/send/deliver.ts';
import type { GatedOutcome, Send } from '../../src/send/outcome.ts';
import { MAX_FAILURES } from '../../src/send/suspects.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { ACCEPT, type Behaviour, type FakeWeave, startFakeWeave } from './fake-weave.ts';
import { createLine, LINE_SETTINGS, shortenPad } from './line.ts';
import { project, sampleCall, sampleCalls } from './samples.ts';

const BUSY: Behaviour = { kind: 'answer', status: 503 };
const BAD: Behaviour = { kind: 'answer', status: 422, body: '{"reason":"bad call"}' };
const TOO_LARGE: Behaviour = { kind: 'answer', status: 413, body: '{"reason":"Request too large"}' };

let weave: FakeWeave;
let line: ReturnType<typeof createLine> | undefined;
let clock: FakeClock;

beforeEach(async () => {
  weave = await startFakeWeave();
  clock = createFakeClock({ dice: () => 0 });
});
afterEach(async () => {
  line?.close();
  await weave.close();
});

function setUp(settings: Partial<DeliverSettings> = {}) {
  const created = createLine({ url: weave.url, clock, settings });
  line = created;
  const { deliver, flush, stop } = created.deliverer;
  const deliveries: Promise<Delivery>[] = [];
  return {
    deliver(calls: readonly Call[], acceptedAtMs = clock.now()) {
      const delivery = deliver(calls, acceptedAtMs);
      deliveries.push(delivery);
      return delivery;
    },
    /** Resolves when what was handed in before has its end. */
    async flush() {
      flush();
      await Promise.all(deliveries);
    },
    stop,
    counters: created.counters,
  };
}

/** A server that takes calls of so many bytes and no larger requests. */
const takesUpTo = (maxBytes: number) => weave.behave(({ bytes }) => (bytes > maxBytes ? TOO_LARGE : ACCEPT));

const idsOf = (calls: readonly Call[]) => calls.map((call) => call.id);
const sizes = () => weave.requests.map((request) => request.ids.length);
const attemptsOf = (call: Call | undefined) =>
  weave.requests.filter(({ ids }) => ids.some((id) => id === call?.id)).length;

describe('deliver', () => {
  it('counts what becomes of calls by project, what failed for now, and the size of each request', async () => {
    const { deliver, flush, counters } = setUp();
    const [good, bad] = [sampleCall(1, project('team/good')), sampleCall(2, project('team/bad'))];
    weave.behave(({ path }) => (path.includes('bad') ? BAD : ACCEPT));
    deliver([good]);
    deliver([bad]);
    await flush();
    weave.behave(() => BUSY);
    deliver(sampleCalls(3));
    await flush();
    const counted = counters.all().filter(({ name }) => name === 'exporter_project_calls');
    expect(counted.map(({ labels, value }) => ({ ...labels, value })).toSorted((a, b) => b.value - a.value)).toEqual(
      expect.arrayContaining([
        { project: 'team/good', outcome: 'delivered', value: 1 },
        { project: 'team/bad', outcome: 'refused', value: 1 },
      ]),
    );
    expect(counted).toHaveLength(2);
    expect(counters.total('exporter_send_failed_spans')).toBe(3);
    expect(counters.histogram('exporter_batch_send_size')).toMatchObject({ sum: 5 });
    expect(counters.histogram('exporter_request_duration_seconds').buckets.reduce((a, b) => a + b)).toBe(3);
  });

  it('says when every call has been accepted, and sends each once', async () => {
    const { deliver, flush } = setUp({ maxCalls: 10 });
    const calls = sampleCalls(25);
    const delivery = deliver(calls);
    await flush();
    expect(await delivery).toEqual({ delivered: 25, dead: [], released: false });
    expect(sizes().toSorted((a, b) => a - b)).toEqual([5, 10, 10]);
    expect([...weave.stored].toSorted()).toEqual(idsOf(calls));
  });

  it('sends small handovers together when they have waited long enough', async () => {
    const { deliver } = setUp();
    const deliveries = [1, 2, 3].map((number) => deliver([sampleCall(number)]));
    await clock.advance(199);
    expect(weave.requests).toHaveLength(0);
    await clock.advance(1);
    await Promise.all(deliveries);
    expect(sizes()).toEqual([3]);
  });

  it('sends together what was cut small and had to wait for its turn', async () => {
    const { deliver, flush } = setUp({ concurrency: 2 });
    const calls = sampleCalls(6);
    const flushed = [calls.slice(0, 1), calls.slice(1, 3), calls.slice(3)].map((some) => {
      deliver(some);
      return flush();
    });
    await Promise.all(flushed);
    expect(sizes()).toEqual([1, 5]);
  });

  it('has nothing to wait for without calls', async () => {
    expect(await setUp().deliver([])).toEqual({ delivered: 0, dead: [], released: false });
  });

  it('sends each project its own calls', async () => {
    const { deliver, flush } = setUp();
    const calls = [
      sampleCall(1, project('team/a')),
      sampleCall(2, project('team/b')),
      sampleCall(3, project('team/a')),
    ];
    void deliver(calls);
    await flush();
    expect(weave.requests.map(({ path, ids }) => [path, ids.length]).toSorted()).toEqual([
      ['/v2/team/a/calls/complete', 2],
      ['/v2/team/b/calls/complete', 1],
    ]);
  });

  const positions = [1, 2, 64, 99, 100];
  it.each(positions)(
    'finds the one call of 100 that Weave refuses at place %i, and no neighbour suffers',
    async (place) => {
      const { deliver, flush } = setUp();
      const calls = sampleCalls(100);
      const bad = calls[place - 1];
      weave.behave(({ ids }) => (ids.some((id) => id === bad?.id) ? BAD : ACCEPT));
      const delivery = deliver(calls);
      await flush();
      expect(await delivery).toEqual({
        delivered: 99,
        dead: [{ spanId: bad?.id, reason: 'HTTP 422: bad call' }],
        released: false,
      });
      expect([...weave.stored].toSorted()).toEqual(idsOf(calls.filter((call) => call !== bad)));
      // 100 halves down to 1 in seven steps at most; each step sends two halves.
      expect(weave.requests.length).toBeLessThanOrEqual(1 + 2 * 7);
      expect(attemptsOf(bad)).toBeLessThanOrEqual(8);
    },
  );

  it('buries each of several bad calls with the delivery that it came with', async () => {
    const { deliver, flush } = setUp();
    const [first, second] = [sampleCalls(10), sampleCalls(20).slice(10)];
    const bad = new Set<string>([first[3]?.id ?? '', first[9]?.id ?? '', second[0]?.id ?? '']);
    weave.behave(({ ids }) => (ids.some((id) => bad.has(id)) ? BAD : ACCEPT));
    const deliveries = [deliver(first), deliver(second)];
    await flush();
    const [one, two] = await Promise.all(deliveries);
    expect([one?.delivered, one?.dead.map((dead) => dead.spanId)]).toEqual([8, [first[3]?.id, first[9]?.id]]);
    expect([two?.delivered, two?.dead.map((dead) => dead.spanId)]).toEqual([9, [second[0]?.id]]);
  });

  it('halves what is too large until it fits', async () => {
    const { deliver, flush } = setUp();
    weave.behave(({ ids }) => (ids.length > 3 ? TOO_LARGE : ACCEPT));
    const delivery = deliver(sampleCalls(12));
    await flush();
    expect(await delivery).toMatchObject({ delivered: 12, dead: [], released: false });
    expect(sizes()).toEqual([12, 6, 3, 3, 6, 3, 3]);
  });

  it('halves by bytes: a large call does not take its neighbours along', async () => {
    const { deliver, flush } = setUp();
    takesUpTo(6000);
    const calls = [1, 2, 3, 4, 5, 6].map((number) => sampleCall(number, project(), number === 6 ? 5000 : 500));
    void deliver(calls);
    await flush();
    expect(sizes()).toEqual([6, 5, 1]);
    expect([...weave.stored].toSorted()).toEqual(idsOf(calls));
  });

  it('shortens a single call that is too large, as little as it has to, and says so', async () => {
    const { deliver, flush, counters } = setUp();
    takesUpTo(3000);
    const delivery = deliver([sampleCall(1, project(), 10_000)]);
    await flush();
    expect(await delivery).toMatchObject({ delivered: 1, dead: [] });
    expect(weave.requests.map(({ body }) => body.length)).toEqual([10_012, 5012, 2512]);
    expect(counters.total('exporter_shortened_calls')).toBe(1);
    // Each time out of the whole call, not out of what an earlier cut has left.
    expect(JSON.parse(weave.requests[2]?.body ?? '').batch).toMatchObject([{ cuts: 1 }]);
  });

  it('buries a single call that stays too large however much is left out', async () => {
    const { deliver, flush, counters } = setUp();
    weave.behave(() => TOO_LARGE);
    const delivery = deliver([sampleCall(1, project(), 1000)]);
    await flush();
    expect((await delivery).dead).toEqual([{ spanId: sampleCall(1).id, reason: 'HTTP 413: Request too large' }]);
    expect(weave.requests.length).toBeLessThan(5);
    expect(counters.total('exporter_shortened_calls')).toBe(0);
  });

  it('buries a shortened call that is refused for another reason, with that reason', async () => {
    const { deliver, flush } = setUp();
    weave.behave(({ bytes }) => (bytes > 3000 ? TOO_LARGE : BAD));
    const delivery = deliver([sampleCall(1, project(), 5000)]);
    await flush();
    expect((await delivery).dead).toEqual([{ spanId: sampleCall(1).id, reason: 'HTTP 422: bad call' }]);
  });

  it('keeps what had its end, and gives back the rest, where Weave takes nothing any more', async () => {
    const { deliver, flush } = setUp();
    const answers = [BAD, ACCEPT, BUSY];
    weave.behave(({ ids }) => (ids.length > 0 ? (answers.shift() ?? ACCEPT) : ACCEPT));
    const delivery = deliver(sampleCalls(4));
    await flush();
    expect(await delivery).toEqual({ delivered: 2, dead: [], released: true, blockedBy: 'team/app' });
    expect(sizes()).toEqual([4, 2, 2]);
  });

  it('gives back what waits for its turn as well, and sends nothing before the time', async () => {
    const { deliver, flush } = setUp({ maxCalls: 1, concurrency: 2 });
    weave.behave(() => BUSY);
    const deliveries = sampleCalls(5).map((call) => deliver([call]));
    await flush();
    const released = { delivered: 0, dead: [], released: true, blockedBy: 'team/app' };
    expect(await Promise.all(deliveries)).toEqual(deliveries.map(() => released));
    expect(sizes()).toEqual([1]);
  });

  it.each([
    ['a failure that may pass', 503, ['old']],
    ['a failure that a person has to see to', 403, []],
  ])('gives up, after %s, what came in too long ago', async (_, status, dead) => {
    const { deliver, flush } = setUp({ maxElapsedMs: 60_000 });
    weave.behave(() => ({ kind: 'answer', status }));
    const old = deliver([sampleCall(1)], clock.now() - 60_001);
    const young = deliver([sampleCall(2)], clock.now() - 60_000);
    await flush();
    expect((await old).dead.map(({ reason }) => reason)).toEqual(dead.map(() => `given up: HTTP ${status}`));
    expect(await young).toMatchObject({ dead: [], released: true });
    expect(sizes()).toEqual([2]);
  });

  it.each([
    ['hangs', { kind: 'hang' }],
    ['is turned away', { kind: 'answer', status: 403 }],
    ['is overloaded', BUSY],
  ] as const)('keeps other projects going while one %s', async (_, behaviour) => {
    const { deliver } = setUp({ maxCalls: 1 });
    const stuck = sampleCalls(20, project('team/stuck'));
    weave.behave(({ path }) => (path.includes('stuck') ? behaviour : ACCEPT));
    void deliver(stuck);
    await weave.received(3);
    expect(await deliver(sampleCalls(50, project('team/fine')))).toMatchObject({ delivered: 50 });
    // The stuck one had one place less than there are, and asked for no more.
    expect(weave.requests.filter(({ path }) => path.includes('stuck'))).toHaveLength(3);
  });

  it.each([
    ['sends calls by themselves that have failed by themselves, again and again', [sampleCall(1)], 'alone'],
    ['sends calls with others that have failed only with others', sampleCalls(2), 'together'],
  ])('%s', async (_, calls, expected) => {
    const ways: string[] = [];
    let trouble = 0;
    const way =
      (name: string): Send<GatedOutcome> =>
      async () => {
        ways.push(name);
        trouble += 1;
        return { status: 'later', blockedBy: 'team/app', failure: 'HTTP 500', trouble };
      };
    const deps = { send: way('together'), sendAlone: way('alone'), counters: createCounters(), shorten: shortenPad };
    const { deliver, flush } = createDeliver({ ...deps, clock }, LINE_SETTINGS);
    for (let time = 0; time <= MAX_FAILURES; time += 1) {
      const deliveries = calls.map((call) => deliver([call], 0));
      flush();
      await Promise.all(deliveries);
    }
    expect([ways.length, ways.at(-1)]).toEqual([MAX_FAILURES + 1, expected]);
  });

  it('stops for every project where the key is refused', async () => {
    const { deliver, flush } = setUp();
    weave.behave(() => ({ kind: 'answer', status: 401 }));
    const one = deliver([sampleCall(1, project('team/one'))]);
    await flush();
    const other = deliver([sampleCall(2, project('team/other'))]);
    await flush();
    expect(await Promise.all([one, other])).toMatchObject([{ blockedBy: 'server' }, { blockedBy: 'server' }]);
    expect(weave.requests).toHaveLength(1);
  });

  it('asks once, and not once for each half, where the key is refused while there are suspects', async () => {
    const { deliver, flush } = setUp();
    const calls = sampleCalls(8);
    const tryAll = async () => {
      const delivery = deliver(calls);
      await flush();
      return delivery;
    };
    for (let time = 0; time < MAX_FAILURES; time += 1) {
      weave.behave(() => BUSY);
      await tryAll();
      weave.behave(() => ACCEPT);
      await clock.advance(60_000);
      void deliver([sampleCall(100 + time)]);
      await flush();
    }
    weave.behave(() => ({ kind: 'answer', status: 401 }));
    const before = weave.requests.length;
    expect(await tryAll()).toMatchObject({ blockedBy: 'server', delivered: 0 });
    expect(await tryAll()).toMatchObject({ blockedBy: 'server' });
    expect(weave.requests.length - before).toBe(1);

    weave.behave(() => ACCEPT);
    await clock.advance(60_000);
    expect(await tryAll()).toMatchObject({ delivered: 8 });
  });

  it('has no more requests on the wire than it may', async () => {
    const { deliver, flush } = setUp({ maxCalls: 1, concurrency: 3 });
    weave.behave(() => ({ kind: 'hang' }));
    for (const name of ['team/a', 'team/b', 'team/c']) void deliver(sampleCalls(5, project(name)));
    void flush();
    await weave.received(3);
    await clock.advance(0);
    expect(weave.requests).toHaveLength(3);
  });

  it('flushes what was handed in before, not what comes after', async () => {
    const { deliver, flush } = setUp();
    void deliver([sampleCall(1)]);
    const flushed = flush();
    const later = deliver([sampleCall(2)]);
    await flushed;
    expect([...weave.stored]).toEqual([sampleCall(1).id]);
    await clock.advance(200);
    expect(await later).toMatchObject({ delivered: 1 });
  });
});

describe('stop', () => {
  it('cuts a request under way short and releases it', async () => {
    const { deliver, flush, stop } = setUp();
    weave.behave(() => ({ kind: 'hang' }));
    const delivery = deliver(sampleCalls(3));
    void flush();
    await weave.received(1);
    stop();
    expect(await delivery).toEqual({ delivered: 0, dead: [], released: true });
    expect(clock.waiting()).toBe(0);
  });

  it('releases what waits in an open batch', async () => {
    const { deliver, stop } = setUp();
    const delivery = deliver([sampleCall(1)]);
    stop();
    stop();
    expect(await delivery).toEqual({ delivered: 0, dead: [], released: true });
    expect(clock.waiting()).toBe(0);
  });

  it('releases what is handed in later, and what stands in line, without a try to send it', async () => {
    let sent = 0;
    const send: Send<GatedOutcome> = (_project, _calls, signal) => {
      sent += 1;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'aborted' })));
    };
    const { deliver, stop } = createDeliver(
      { send, sendAlone: send, clock, counters: createCounters(), shorten: shortenPad },
      { ...LINE_SETTINGS, maxCalls: 1, concurrency: 2 },
    );
    const before = deliver(sampleCalls(5), 0);
    stop();
    const after = deliver(sampleCalls(5), 0);
    const released = { delivered: 0, dead: [], released: true };
    expect(await Promise.all([before, after])).toEqual([released, released]);
    expect(sent).toBe(1);
    expect(clock.waiting()).toBe(0);
  });

  it('releases a delivery of which a part was already accepted', async () => {
    const { deliver, stop } = setUp({ maxCalls: 2 });
    weave.behave(({ ids }) => (ids.includes(sampleCall(4).id) ? { kind: 'hang' } : ACCEPT));
    const delivery = deliver(sampleCalls(4));
    await weave.received(2);
    await clock.advance(0);
    stop();
    expect(await delivery).toMatchObject({ delivered: expect.any(Number), released: true });
    expect([...weave.stored]).toEqual(idsOf(sampleCalls(2)));
  });
});
