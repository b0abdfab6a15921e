import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/core/call.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { createDeliver, type DeliverSettings } from '../../src/send/deliver.ts';
import { createLimit } from '../../src/send/limit.ts';
import type { Send } from '../../src/send/outcome.ts';
import { createRetry } from '../../src/send/retry.ts';
import { createWeaveClient, type WeaveClient } from '../../src/send/weave-client.ts';
import { createFakeClock, type FakeClock, type FakeClockSettings } from '../support/fake-clock.ts';
import { ACCEPT, type Behaviour, type FakeWeave, startFakeWeave } from './fake-weave.ts';
import { project, sampleCall, sampleCalls } from './samples.ts';

const BUSY: Behaviour = { kind: 'answer', status: 503 };
const BAD: Behaviour = { kind: 'answer', status: 422, body: '{"reason":"bad call"}' };
const TOO_LARGE: Behaviour = { kind: 'answer', status: 413, body: '{"reason":"Request too large"}' };
const SETTINGS: DeliverSettings = { maxCalls: 1000, maxBytes: 10 * 1024 * 1024, maxWaitMs: 200, concurrency: 4 };

let weave: FakeWeave;
let client: WeaveClient | undefined;
let clock: FakeClock;

beforeEach(async () => {
  weave = await startFakeWeave();
});
afterEach(async () => {
  client?.close();
  await weave.close();
});

/** The whole way out, as the bridge wires it, to a real socket. */
function setUp(settings: Partial<DeliverSettings & { maxElapsedMs: number }> = {}, time: FakeClockSettings = {}) {
  const { concurrency = SETTINGS.concurrency, maxElapsedMs = 0 } = settings;
  clock = createFakeClock({ dice: () => 0, ...time });
  client = createWeaveClient(
    { clock, counters: createCounters() },
    { url: weave.url, apiKey: null, timeoutMs: 10_000, userAgent: 'test', maxSockets: concurrency },
  );
  const limited = createLimit({ send: client.complete }, { concurrency });
  const retry = { initialMs: 1000, maxMs: 30_000, maxElapsedMs };
  const send = createRetry({ send: limited, clock, log: silentLog }, retry);
  return createDeliver({ send, clock }, { ...SETTINGS, ...settings });
}

const idsOf = (calls: readonly Call[]) => calls.map((call) => call.id);
const sizes = () => weave.requests.map((request) => request.ids.length);
const attemptsOf = (call: Call | undefined) =>
  weave.requests.filter(({ ids }) => ids.some((id) => id === call?.id)).length;

describe('deliver', () => {
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

  it('sends the same body again until it is accepted', async () => {
    const { deliver, flush } = setUp({}, { skipSleeps: true });
    const answers: Behaviour[] = [BUSY, { kind: 'cut_after' }, { kind: 'half_body', framing: 'chunked' }];
    weave.behave(({ ids }) => (ids.length > 0 ? (answers.shift() ?? ACCEPT) : ACCEPT));
    const delivery = deliver(sampleCalls(3));
    await flush();
    expect(await delivery).toEqual({ delivered: 3, dead: [], released: false });
    expect(new Set(weave.requests.map((request) => request.body)).size).toBe(1);
    expect(weave.requests).toHaveLength(4);
    expect(clock.sleeps).toEqual([500, 1000, 2000]);
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
    expect(await delivery).toEqual({ delivered: 12, dead: [], released: false });
    expect(sizes()).toEqual([12, 6, 3, 3, 6, 3, 3]);
  });

  it('buries a single call that is too large, after one request', async () => {
    const { deliver, flush } = setUp();
    weave.behave(() => TOO_LARGE);
    const delivery = deliver([sampleCall(1)]);
    await flush();
    expect((await delivery).dead).toEqual([{ spanId: sampleCall(1).id, reason: 'HTTP 413: Request too large' }]);
    expect(weave.requests).toHaveLength(1);
  });

  it('takes up a half that meets an overload where it stopped', async () => {
    const { deliver, flush } = setUp({}, { skipSleeps: true });
    const answers = [BAD, ACCEPT, BUSY, BAD, ACCEPT, BAD];
    weave.behave(({ ids }) => (ids.length > 0 ? (answers.shift() ?? ACCEPT) : ACCEPT));
    const delivery = deliver(sampleCalls(4));
    await flush();
    expect(await delivery).toMatchObject({ delivered: 3, dead: [{ spanId: sampleCall(4).id }] });
    expect(sizes()).toEqual([4, 2, 2, 2, 1, 1]);
  });

  it('buries the whole batch, undivided, when the time for trying is up', async () => {
    const { deliver, flush } = setUp({ maxElapsedMs: 2000 }, { skipSleeps: true });
    weave.behave(() => BUSY);
    const delivery = deliver(sampleCalls(5));
    await flush();
    expect((await delivery).dead).toEqual(
      sampleCalls(5).map((call) => ({ spanId: call.id, reason: 'given up: HTTP 503' })),
    );
    expect(sizes()).toEqual([5, 5, 5]);
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
  it.each([
    ['a request under way', { kind: 'hang' }, 1],
    ['a wait for the next attempt', BUSY, 2],
  ] as const)('cuts %s short and releases it', async (_, behaviour, waiters) => {
    const { deliver, flush, stop } = setUp();
    weave.behave(() => behaviour);
    const delivery = deliver(sampleCalls(3));
    void flush();
    await weave.received(1);
    if (waiters === 2) await clock.untilWaiting();
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
    clock = createFakeClock();
    let sent = 0;
    const send: Send = (_project, _body, signal) => {
      sent += 1;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 'aborted' })));
    };
    const { deliver, stop } = createDeliver({ send, clock }, { ...SETTINGS, maxCalls: 1, concurrency: 2 });
    const before = deliver(sampleCalls(5));
    stop();
    const after = deliver(sampleCalls(5));
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

describe('conservation', () => {
  it('gives every call exactly one end through a storm of faults', async () => {
    const { deliver, flush, stop } = setUp({ maxCalls: 16 }, { skipSleeps: true });
    const faults: readonly Behaviour[] = [
      BUSY,
      { kind: 'cut_after' },
      { kind: 'half_body', framing: 'chunked' },
      { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
      TOO_LARGE,
      { kind: 'answer', status: 401 },
    ];
    let met = 0;
    weave.behave(({ ids }) => {
      if (ids.length === 0) return ACCEPT;
      met += 1;
      if (met > 150) return { kind: 'hang' };
      if (ids.some((id) => Number.parseInt(id, 16) % 37 === 0)) return BAD;
      return met % 3 === 0 ? ACCEPT : (faults[met % faults.length] ?? ACCEPT);
    });
    const handovers = Array.from({ length: 60 }, (_, index) =>
      sampleCalls((index + 1) * 10, project(`team/p${index % 4}`)).slice(index * 10),
    );
    const deliveries = handovers.map((calls) => deliver(calls));
    void flush();
    await weave.received(151);
    await clock.advance(0);
    stop();
    const ends = await Promise.all(deliveries);

    for (const [index, end] of ends.entries()) {
      const calls = handovers[index] ?? [];
      const lost = calls.length - end.delivered - end.dead.length;
      expect(end.released ? lost > 0 : lost === 0).toBe(true);
      expect(new Set(end.dead.map((dead) => dead.spanId)).size).toBe(end.dead.length);
    }
    const delivered = ends.reduce((sum, end) => sum + end.delivered, 0);
    expect(delivered).toBeGreaterThan(0);
    expect(ends.some((end) => end.released)).toBe(true);
    // The fake may have stored more (it cut the connection after it had them), never less.
    expect(weave.stored.size).toBeGreaterThanOrEqual(delivered);
  });
});
