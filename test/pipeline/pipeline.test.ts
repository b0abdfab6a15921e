import { describe, expect, it } from '@jest/globals';
import type { MapSpans } from '../../src/core/ports.ts';
import type { PipelineDeps } from '../../src/pipeline/pipeline.ts';
import type { SendOutcome } from '../../src/send/outcome.ts';
import { project, sampleCall } from '../send/samples.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { HOUR_MS, map, numbered, setUp, untilAborted } from './world.ts';

describe('the pipeline', () => {
  it('carries what waits in the queue and what comes later, and empties the queue', async () => {
    const { pipeline, add, clock, queue, sentIds, counters } = setUp();
    add(numbered(3));
    pipeline.start();
    await clock.advance(200);
    add(numbered(2, 4));
    expect(await pipeline.drain(HOUR_MS, 'may-come')).toEqual({
      left: { entries: 0, spans: 0, bytes: 0, claimed: 0, parked: 0 },
    });
    expect(sentIds()).toEqual([1, 2, 3, 4, 5]);
    expect(counters.total('exporter_sent_spans')).toBe(5);
    expect(queue.released).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });

  it('sends a span to the project of its resource, else of its request, else the configured one', async () => {
    const { pipeline, add, sent } = setUp();
    add([{ number: 1, project: 'own/one' }, { number: 2 }], { project: project('header/two') });
    add([{ number: 3 }, { number: 4, project: 'own/one' }, { number: 5, project: '../up' }]);
    pipeline.start();
    await pipeline.drain(HOUR_MS, 'may-come');
    expect(Object.fromEntries(sent.map(({ project: to, ids }) => [to, ids]))).toEqual({
      'own/one': [1, 4],
      'header/two': [2],
      'team/default': [3, 5],
    });
  });

  it('leaves out spans without a project, which were rejected when they came', async () => {
    const { pipeline, add, sentIds, counters } = setUp({ settings: { defaultProject: null } });
    add([{ number: 1 }, { number: 2, project: 'own/one' }], { spans: 1 });
    pipeline.start();
    await pipeline.drain(HOUR_MS, 'may-come');
    expect(sentIds()).toEqual([2]);
    expect(counters.total('exporter_sent_spans')).toBe(1);
    expect(counters.total('dead_letter_spans')).toBe(0);
  });

  it('keeps accepted spans as dead letters where their project has been taken out of the configuration since', async () => {
    const { pipeline, add, queue, counters } = setUp({ settings: { defaultProject: null } });
    add([{ number: 1 }, { number: 2, project: 'own/one' }], { spans: 2 });
    pipeline.start();
    await pipeline.drain(HOUR_MS, 'may-come');
    expect(queue.settled.flat()[0]?.dead).toEqual([
      { spanId: sampleCall(1).id, reason: expect.stringContaining('no project') },
    ]);
    expect(counters.total('exporter_sent_spans') + counters.total('dead_letter_spans')).toBe(2);
  });

  it.each([
    ['can no longer be decoded', {}, 'unexpected end'],
    [
      'breaks the decoder',
      {
        decode: () => {
          throw new Error('decoder bug');
        },
      },
      'decoder bug',
    ],
    [
      'breaks the mapper',
      {
        decode: () => ({ status: 'ok', spans: [] }),
        map: () => {
          throw new Error('mapper bug');
        },
      },
      'mapper bug',
    ],
  ] satisfies [string, Partial<PipelineDeps>, string][])(
    'keeps a request that %s as a dead letter, loudly and once',
    async (_, deps, reason) => {
      const { pipeline, queue, counters, errors } = setUp({ deps });
      const id = queue.add({ body: Buffer.from('rotten'), spans: 7 });
      pipeline.start();
      expect((await pipeline.drain(HOUR_MS, 'may-come')).left.entries).toBe(0);
      const dead = [{ spanId: '', reason: expect.stringContaining(reason) }];
      expect(queue.settled.flat()).toMatchObject([{ id, dead }]);
      expect(counters.total('dead_letter_spans')).toBe(7);
      expect(errors).toEqual([expect.stringContaining(reason)]);
    },
  );

  it('settles each request with the spans that Weave refused of it', async () => {
    const { pipeline, add, queue, counters } = setUp({
      batch: { maxCalls: 1 },
      outcome: (index) =>
        index === 1 ? { status: 'refused', httpStatus: 422, reason: 'HTTP 422' } : { status: 'accepted' },
    });
    const [first, second] = [add(numbered(2)), add(numbered(1, 3))];
    pipeline.start();
    await pipeline.drain(HOUR_MS, 'may-come');
    const settled = queue.settled.flat().toSorted((a, b) => a.id - b.id);
    expect(settled.map(({ id, dead }) => [id, dead])).toEqual([
      [first, [{ spanId: sampleCall(2).id, reason: 'HTTP 422' }]],
      [second, []],
    ]);
    expect([counters.total('exporter_sent_spans'), counters.total('dead_letter_spans')]).toEqual([2, 1]);
  });

  describe('with calls whose content comes in log records', () => {
    /** Spans with an even number lack their content; with it their call is larger. */
    const lacking: MapSpans = (routed) => {
      const calls = routed.map(({ span, project: to }) =>
        sampleCall(Number.parseInt(span.spanId, 16), to, 300 + 100 * span.events.length),
      );
      const empty = routed.flatMap((span, call) =>
        Number.parseInt(span.span.spanId, 16) % 2 === 0 && span.span.events.length === 0 ? [{ call, span }] : [],
      );
      return { calls, lacking: empty, filtered: 0, corrections: undefined };
    };
    const logsOf = (...numbers: readonly number[]) =>
      ({ signal: 'logs', spans: 0, body: Buffer.from(JSON.stringify(numbers)) }) as const;

    it.each([
      ['before', true],
      ['after', false],
    ])('waits for records that come %s the span, and settles both requests', async (_when, logsFirst) => {
      const { pipeline, add, queue, clock, sentIds, counters } = setUp({ deps: { map: lacking } });
      if (logsFirst) queue.add(logsOf(2));
      add(numbered(2));
      if (!logsFirst) queue.add(logsOf(2));
      pipeline.start();
      await clock.advance(4_000);
      await pipeline.drain(HOUR_MS, 'may-come');
      expect(sentIds()).toEqual([1, 2]);
      expect(queue.depth().entries).toBe(0);
      expect(counters.total('exporter_sent_spans')).toBe(2);
    });

    it('sends the call as it is when no record comes, and no sooner than it must', async () => {
      const { pipeline, add, clock, sentIds, queue } = setUp({ deps: { map: lacking } });
      add(numbered(2));
      pipeline.start();
      await clock.advance(4_900);
      expect(sentIds()).toEqual([1]);
      expect(queue.settled).toEqual([]);
      await clock.advance(400);
      expect(sentIds()).toEqual([1, 2]);
      await pipeline.close();
      expect(queue.depth().entries).toBe(0);
    });

    it('sends the call as it is, and at once, when no more records will come', async () => {
      const { pipeline, add, clock, sentIds, queue } = setUp({ deps: { map: lacking } });
      add(numbered(2));
      pipeline.start();
      await clock.advance(1_000);
      const drained = pipeline.drain(HOUR_MS, 'are-here');
      await clock.advance(200); // what a batch waits for company
      await drained;
      expect(clock.monotonic()).toBe(1_200);
      expect(sentIds()).toEqual([1, 2]);
      expect(queue.depth().entries).toBe(0);
    });

    it('hands spans and records that still wait back to the queue when it closes', async () => {
      const { pipeline, add, queue, clock } = setUp({ deps: { map: lacking } });
      add(numbered(2));
      queue.add(logsOf(77));
      pipeline.start();
      await clock.advance(1_000);
      await pipeline.close();
      expect(queue.depth()).toMatchObject({ entries: 2, claimed: 0 });
    });

    it('drops a logs request that cannot be read, loudly', async () => {
      const { pipeline, queue, errors, clock } = setUp({ deps: { map: lacking } });
      queue.add({ signal: 'logs', spans: 0, body: Buffer.from('rotten') });
      pipeline.start();
      await clock.advance(10);
      await pipeline.close();
      expect(queue.depth().entries).toBe(0);
      expect(errors).toEqual([expect.stringContaining('logs request')]);
    });
  });

  describe('with calls of earlier requests written anew', () => {
    /** Each request writes the call 1 anew, but for the one that brings it. */
    const correcting: MapSpans = (routed) => {
      const mapped = map(routed);
      const { calls } = mapped;
      const first = sampleCall(1, project('team/default'), 900);
      return { ...mapped, corrections: calls.some(({ id }) => id === first.id) ? undefined : () => [first] };
    };

    it('asks for them when all that was under way has been sent: what they say may have changed by then', async () => {
      const slow = Promise.withResolvers<SendOutcome>();
      const asked: number[][] = [];
      const isSecond: (spans: Parameters<MapSpans>[0]) => boolean = ([first]) =>
        Number.parseInt(first?.span.spanId ?? '', 16) === 2;
      const { pipeline, add, sentIds } = setUp({
        deps: {
          map: (routed) => {
            const corrections = () => {
              asked.push(sentIds());
              return [];
            };
            return { ...map(routed), corrections: asked.length === 0 && isSecond(routed) ? corrections : undefined };
          },
        },
        batch: { maxCalls: 1 },
        outcome: (index) => (index === 0 ? slow.promise : { status: 'accepted' }),
      });
      add(numbered(1));
      add(numbered(1, 2));
      pipeline.start();
      slow.resolve({ status: 'accepted' });
      await pipeline.drain(HOUR_MS, 'may-come');
      expect(asked).toEqual([[1, 2]]);
    });

    it('sends them after all that was under way, since Weave keeps what came last', async () => {
      const slow = Promise.withResolvers<SendOutcome>();
      const { pipeline, add, sent, queue, clock, counters } = setUp({
        deps: { map: correcting },
        batch: { maxCalls: 1 },
        outcome: (index) => (index === 0 ? slow.promise : { status: 'accepted' }),
      });
      add(numbered(1));
      add(numbered(1, 2));
      pipeline.start();
      await clock.advance(HOUR_MS);
      expect(sent.map(({ ids }) => ids)).toEqual([[1], [2]]);
      expect(queue.settled).toEqual([]);
      slow.resolve({ status: 'accepted' });
      await pipeline.drain(HOUR_MS, 'may-come');
      expect(sent.map(({ ids }) => ids)).toEqual([[1], [2], [1]]);
      expect(queue.depth().entries).toBe(0);
      expect(counters.total('exporter_sent_spans')).toBe(2);
    });

    it('sends them without a wait when it drains', async () => {
      const { pipeline, add, sentIds } = setUp({ deps: { map: correcting }, batch: { maxWaitMs: HOUR_MS } });
      add(numbered(1));
      add(numbered(1, 2));
      pipeline.start();
      expect((await pipeline.drain(1000, 'may-come')).left.entries).toBe(0);
      expect(sentIds()).toEqual([1, 1, 2]);
    });

    it('keeps the request in the queue while they are not accepted', async () => {
      const { pipeline, add, queue, clock } = setUp({
        deps: { map: correcting },
        batch: { maxCalls: 1 },
        outcome: (index, signal) => (index === 0 ? { status: 'accepted' } : untilAborted(signal)),
      });
      const id = add(numbered(1, 2));
      pipeline.start();
      await clock.advance(0);
      await pipeline.close();
      expect(queue.released).toEqual([id]);
    });
  });

  it('counts what the mapper leaves out on purpose', async () => {
    const { pipeline, add, counters } = setUp({
      deps: { map: (routed) => ({ ...map(routed.slice(0, 2)), filtered: routed.length - 2 }) },
    });
    add(numbered(5));
    pipeline.start();
    await pipeline.drain(HOUR_MS, 'may-come');
    expect(counters.total('exporter_sent_spans')).toBe(2);
    expect(counters.total('processor_filtered_spans')).toBe(3);
  });

  it('balances at every moment: accepted = delivered + queued + dead', async () => {
    const { pipeline, add, queue, clock, counters } = setUp({
      batch: { maxCalls: 3 },
      outcome: (index) =>
        index % 4 === 1 ? { status: 'refused', httpStatus: 400, reason: 'HTTP 400' } : { status: 'accepted' },
    });
    for (let i = 0; i < 40; i += 1) add(numbered(i % 7, i * 7));
    const accepted = queue.depth().spans;
    const balances = new Set<number>();
    let state: 'draining' | 'drained' = 'draining';
    pipeline.start();
    const drained = pipeline.drain(HOUR_MS, 'may-come').then(() => {
      state = 'drained';
    });
    while (state === 'draining') {
      const ended = counters.total('exporter_sent_spans') + counters.total('dead_letter_spans');
      balances.add(ended + queue.depth().spans);
      await clock.yield();
    }
    await drained;
    expect([...balances]).toEqual([accepted]);
    expect(counters.total('dead_letter_spans')).toBeGreaterThan(0);
  });

  it('maps no more while as many bytes are under way as it may hold', async () => {
    let mapped = 0;
    const { pipeline, add, queue, clock, sent } = setUp({
      deps: {
        map: (routed) => {
          mapped += 1;
          return map(routed);
        },
      },
      settings: { maxInFlightBytes: 3001 },
      batch: { maxWaitMs: 60 * HOUR_MS },
      outcome: (_, signal) => untilAborted(signal),
    });
    // A request of 5 spans becomes 1500 bytes.
    const ids = Array.from({ length: 50 }, (_, index) => add(numbered(5, index * 5)));
    pipeline.start();
    await clock.advance(HOUR_MS);
    expect(mapped).toBe(2);
    // What is there goes out: a batch need not wait for company that cannot come.
    expect(sent.flatMap((request) => request.ids)).toHaveLength(10);
    await pipeline.close();
    expect(queue.released).toEqual(ids.slice(0, 2));
    expect(queue.depth()).toMatchObject({ entries: 50, claimed: 0 });
    expect(mapped).toBe(2);
  });

  it('goes on when what was under way is done', async () => {
    const { pipeline, add, sentIds } = setUp({ settings: { maxInFlightBytes: 1 } });
    for (let i = 1; i <= 20; i += 1) add(numbered(1, i));
    pipeline.start();
    expect((await pipeline.drain(HOUR_MS, 'may-come')).left.entries).toBe(0);
    expect(sentIds()).toEqual(numbered(20).map(({ number }) => number));
  });

  it('lets sockets have their turn after a request that takes long to map', async () => {
    const fake = createFakeClock();
    const events: string[] = [];
    let nowMs = 0;
    const { pipeline, add } = setUp({
      deps: {
        clock: {
          ...fake,
          monotonic: () => nowMs,
          yield: () => {
            events.push('yield');
            return fake.yield();
          },
        },
        map: (routed) => {
          nowMs += routed.length;
          events.push(`map ${routed.length}`);
          return map(routed);
        },
      },
    });
    for (const spans of [10, 1, 1, 10, 1]) add(numbered(spans));
    pipeline.start();
    await pipeline.drain(HOUR_MS, 'may-come');
    expect(events.slice(0, 7)).toEqual(['map 10', 'yield', 'map 1', 'map 1', 'map 10', 'yield', 'map 1']);
  });
});

describe('drain', () => {
  it('gives up at its deadline and hands back what was not delivered, in order', async () => {
    const { pipeline, add, queue, clock, counters } = setUp({ outcome: (_, signal) => untilAborted(signal) });
    const ids = [add(numbered(2)), add(numbered(2, 3)), add(numbered(2, 5))];
    pipeline.start();
    const drained = pipeline.drain(10_000, 'may-come');
    await clock.advance(9999);
    expect(queue.released).toEqual([]);
    await clock.advance(1);
    expect((await drained).left).toMatchObject({ entries: 3, spans: 6, claimed: 0 });
    expect(queue.released).toEqual(ids);
    expect(counters.total('exporter_sent_spans')).toBe(0);
  });

  it('delivers a small rest at once instead of waiting for company', async () => {
    const { pipeline, add, sentIds } = setUp({ batch: { maxWaitMs: HOUR_MS } });
    add(numbered(1));
    pipeline.start();
    expect((await pipeline.drain(1000, 'may-come')).left.entries).toBe(0);
    expect(sentIds()).toEqual([1]);
  });

  it('tells what is left of a pipeline that never started', async () => {
    const { pipeline, add } = setUp();
    add(numbered(4));
    expect((await pipeline.drain(1000, 'may-come')).left).toMatchObject({ entries: 1, spans: 4 });
  });
});

describe('close', () => {
  it('is safe before the start, and twice, with one promise', async () => {
    const { pipeline } = setUp();
    const closing = pipeline.close();
    expect(pipeline.close()).toBe(closing);
    await closing;
  });

  it('is not undone by a start', async () => {
    const { pipeline, add, queue, clock } = setUp();
    await pipeline.close();
    add(numbered(1));
    pipeline.start();
    await clock.advance(HOUR_MS);
    expect(queue.claims).toEqual([]);
  });

  it('claims nothing after it', async () => {
    const { pipeline, add, queue, clock } = setUp();
    pipeline.start();
    await clock.advance(0);
    await pipeline.close();
    add(numbered(1));
    await clock.advance(HOUR_MS);
    expect(queue.claims).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });

  it('settles what was delivered already and releases the rest', async () => {
    const { pipeline, add, queue, clock } = setUp({
      batch: { maxCalls: 2 },
      outcome: (index, signal) => (index === 0 ? { status: 'accepted' } : untilAborted(signal)),
    });
    const [first, second] = [add(numbered(2)), add(numbered(2, 3))];
    pipeline.start();
    await clock.advance(0);
    await pipeline.close();
    expect(queue.settled.flat().map(({ id }) => id)).toEqual([first]);
    expect(queue.released).toEqual([second]);
  });
});
