import { describe, expect, it } from '@jest/globals';
import type { ProjectId } from '../../src/core/call.ts';
import type { AcceptOutcome, QueueDepth, RawRequest } from '../../src/core/ports.ts';
import { createReadableSpanDecoder } from '../../src/decode/readable-span.ts';
import type { ReadableSpanLike } from '../../src/decode/readable-span-like.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { createIntake, type IntakeDeps, type IntakeSettings, MAX_UNSEEN } from '../../src/otel/intake.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { RESOURCE, readableSpan } from '../support/readable-span.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';

const MIB = 1024 * 1024;
const PROJECT = 'acme/shop' as ProjectId;
const BOUNDS = { maxWaitMs: 1000, enough: 100, maxSpans: 1_000_000, maxBytes: 64 * MIB };

function world(settings: Partial<IntakeSettings> = {}, deps: Partial<IntakeDeps> = {}) {
  const clock = createFakeClock();
  const log: RecordingLog = recordingLog();
  const stored: RawRequest[] = [];
  let answer: AcceptOutcome = { status: 'accepted' };
  const depth = (): QueueDepth => ({
    entries: stored.length,
    spans: stored.reduce((sum, { spans }) => sum + spans, 0),
    bytes: stored.reduce((sum, { body }) => sum + body.byteLength, 0),
    claimed: 0,
    parked: 0,
  });
  const intake = createIntake(
    {
      decode: createReadableSpanDecoder(),
      prepare: (span) => span,
      put: async (request) => {
        if (answer.status === 'accepted') stored.push(request);
        return answer;
      },
      depth,
      clock,
      log,
      ...deps,
    },
    { project: PROJECT, homeless: 'rejected', ...BOUNDS, ...settings },
  );
  return {
    clock,
    log,
    stored,
    intake,
    answerWith(next: AcceptOutcome) {
      answer = next;
    },
    names: () =>
      stored.flatMap(({ body, encoding }) => {
        const decoded = decodeRequest(body, encoding);
        return decoded.status === 'ok' ? decoded.spans.map(({ name }) => name) : [];
      }),
  };
}

/** One that tells when it is measured. */
function countedSpan(n: number, onMeasured: () => void): ReadableSpanLike {
  const events = () => {
    onMeasured();
    return [];
  };
  return Object.defineProperty({ ...readableSpan(n) }, 'events', { get: events });
}

function addSpans(intake: { add(span: ReadableSpanLike): void }, count: number, first = 0): readonly string[] {
  const spans = Array.from({ length: count }, (_, n) => readableSpan(first + n + 1));
  for (const span of spans) intake.add(span);
  return spans.map(({ name }) => name);
}

describe('the intake', () => {
  it('stores a span when it has waited long enough', async () => {
    const { clock, intake, names } = world();
    addSpans(intake, 2);
    await clock.advance(999);
    expect(names()).toEqual([]);
    await clock.advance(1);
    await intake.flush();
    expect(names()).toEqual(['span 1', 'span 2']);
    expect(clock.waiting()).toBe(0);
  });

  it('does not wait when there is enough, nor where nothing is to wait', async () => {
    for (const [settings, count] of [
      [{ enough: 3 }, 3],
      [{ maxWaitMs: 0 }, 1],
    ] as const) {
      const { clock, intake, names } = world(settings);
      addSpans(intake, count);
      await clock.advance(0);
      expect(names()).toHaveLength(count);
    }
  });

  it('takes 10,000 spans of one turn of the event loop, in order, in requests of bounded size', async () => {
    const { intake, names, stored } = world();
    const all = addSpans(intake, 10_000);
    expect(stored).toHaveLength(0);
    await intake.flush();
    expect(names()).toEqual(all);
    expect(new Set(stored.map(({ project }) => project))).toEqual(new Set([PROJECT]));
    expect(Math.max(...stored.map(({ spans }) => spans))).toBeLessThanOrEqual(16);
    expect(intake.counts()).toEqual({ waiting: 0, dropped: 0, rejected: 0 });
  });

  it('cuts requests by bytes, too, but takes a larger span alone', async () => {
    const { intake, stored } = world();
    for (const n of [1, 2, 3]) intake.add(readableSpan(n, { prompt: 'x'.repeat(300_000) }));
    await intake.flush();
    expect(stored.map(({ spans }) => spans)).toEqual([1, 1, 1]);
  });

  it('drops and counts what is more than may wait, by number', async () => {
    const { intake, log } = world({ maxSpans: 5 });
    addSpans(intake, 8);
    expect(intake.counts()).toEqual({ waiting: 5, dropped: 3, rejected: 0 });
    await intake.flush();
    addSpans(intake, 1);
    expect(intake.counts()).toEqual({ waiting: 0, dropped: 4, rejected: 0 });
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(4);
  });

  it('drops and counts what is more than may wait, by bytes', () => {
    const { intake, log } = world({ maxBytes: MIB });
    for (let n = 1; n <= 5000; n += 1) intake.add(readableSpan(n, { prompt: 'x'.repeat(5000) }));
    const { waiting, dropped } = intake.counts();
    expect(waiting + dropped).toBe(5000);
    expect(waiting).toBeLessThanOrEqual(MIB / 10_000 + 1);
    expect(waiting).toBeGreaterThan(MIB / 15_000);
    expect(log.lines[0]?.message).toMatch(/stats\(\) counts them/);
  });

  it('takes few of those that are suddenly large before it sees that they are', () => {
    const { intake } = world({ maxBytes: 16 * MIB, enough: 10_000 });
    addSpans(intake, 1000);
    for (let n = 1; n <= 1000; n += 1) intake.add(readableSpan(n, { prompt: 'x'.repeat(MIB) }));
    expect(intake.counts().waiting).toBeLessThanOrEqual(1000 + 8 + MAX_UNSEEN);
  });

  it('drops none for being taken for as large as the first one', () => {
    const { intake } = world({ maxBytes: MIB, enough: 10_000 });
    intake.add(readableSpan(1, { prompt: 'x'.repeat(100_000) }));
    addSpans(intake, 200);
    expect(intake.counts()).toEqual({ waiting: 201, dropped: 0, rejected: 0 });
  });

  it.each([50, 100, 10_000])('never has many that were not measured, where %d are enough', (enough) => {
    const { intake } = world({ enough });
    let measured = 0;
    for (let n = 1; n <= 2000; n += 1) {
      intake.add(countedSpan(n, () => (measured += 1)));
      expect(n - measured).toBeLessThanOrEqual(MAX_UNSEEN);
    }
  });

  it('measures no span while the app waits, where there is time for it between', () => {
    const { intake } = world({ enough: 10_000 });
    let measured = 0;
    const end = (spans: number) => {
      for (let n = 1; n <= spans; n += 1) intake.add(countedSpan(n, () => (measured += 1)));
    };
    end(1);
    expect(measured).toBe(1);
    for (const total of [201, 401, 601]) {
      end(200);
      expect(measured).toBe(total - 200);
      intake.measure();
      expect(measured).toBe(total);
    }
    end(MAX_UNSEEN + 1);
    expect(measured).toBe(601 + MAX_UNSEEN);
  });

  it('stores nothing sooner for being measured, and nothing later', async () => {
    const { intake, clock, stored } = world();
    intake.measure();
    addSpans(intake, 1);
    intake.measure();
    await clock.advance(BOUNDS.maxWaitMs - 1);
    expect(stored).toHaveLength(0);
    await clock.advance(1);
    expect(stored).toHaveLength(1);
    intake.measure();
    addSpans(intake, BOUNDS.enough - 1);
    intake.measure();
    await clock.advance(0);
    expect(stored).toHaveLength(1);
    addSpans(intake, 1);
    await clock.advance(0);
    expect(stored.reduce((sum, { spans }) => sum + spans, 0)).toBe(1 + BOUNDS.enough);
  });

  it('takes spans again when the queue behind has room again', async () => {
    const { intake, stored } = world({ maxSpans: 3 });
    addSpans(intake, 4);
    await intake.flush();
    stored.length = 0;
    addSpans(intake, 3, 10);
    expect(intake.counts()).toEqual({ waiting: 3, dropped: 1, rejected: 0 });
  });

  it.each<AcceptOutcome>([
    { status: 'full', retryAfterMs: 1 },
    { status: 'unavailable', message: 'closed', retryAfterMs: 1 },
  ])('drops and counts what the queue does not take: $status', async (outcome) => {
    const { answerWith, intake } = world();
    answerWith(outcome);
    addSpans(intake, 7);
    await intake.flush();
    expect(intake.counts()).toEqual({ waiting: 0, dropped: 7, rejected: 0 });
  });

  it('counts a span that is none, and goes on with the others', async () => {
    const { intake, names, log } = world();
    intake.add(readableSpan(1));
    intake.add(readableSpan(2, {}, { spanContext: () => ({ traceId: 'x', spanId: 'y', traceFlags: 1 }) }));
    intake.add(readableSpan(3, {}, { spanContext: () => JSON.parse('no JSON') }));
    intake.add({ ...readableSpan(4), events: undefined } as unknown as ReadableSpanLike);
    intake.add(readableSpan(5));
    await intake.flush();
    expect(names()).toEqual(['span 1', 'span 5']);
    expect(intake.counts().rejected).toBe(3);
    expect(log.lines).toHaveLength(3);
  });

  it.each([
    ['rejects, and counts what has no project', 'rejected', 2],
    ['keeps for later what has no project, where it is kept', 'stored', 0],
  ] as const)('%s', async (_what, homeless, rejected) => {
    const { intake, log, names } = world({ project: null, homeless });
    const resource = { attributes: { 'wandb.entity': 'acme', 'wandb.project': 'shop' } };
    addSpans(intake, 2);
    intake.add(readableSpan(3, {}, { resource }));
    await intake.flush();
    expect(names()).toEqual(homeless === 'stored' ? ['span 1', 'span 2', 'span 3'] : ['span 3']);
    expect(intake.counts()).toEqual({ waiting: 0, dropped: 0, rejected });
    expect(log.lines.filter(({ message }) => message.includes('WEAVE_PROJECT'))).toHaveLength(rejected);
  });

  it('waits for resource attributes that are still being found, but not for ever', async () => {
    let found = () => {};
    const resource = {
      ...RESOURCE,
      asyncAttributesPending: true,
      waitForAsyncAttributes: () => new Promise<void>((resolve) => (found = resolve)),
    };
    for (const ends of ['found', 'not found'] as const) {
      const { clock, intake, names } = world();
      intake.add(readableSpan(1, {}, { resource }));
      const flushed = intake.flush();
      await clock.advance(4999);
      expect(names()).toEqual([]);
      if (ends === 'found') found();
      else await clock.advance(1);
      await flushed;
      expect(names()).toEqual(['span 1']);
      expect(clock.waiting()).toBe(0);
    }
  });

  it('takes no harm from a detector that throws', async () => {
    const waitForAsyncAttributes = () => {
      throw new Error('broken');
    };
    const { intake, names } = world();
    intake.add(
      readableSpan(1, {}, { resource: { ...RESOURCE, asyncAttributesPending: true, waitForAsyncAttributes } }),
    );
    await intake.flush();
    expect(names()).toEqual(['span 1']);
  });

  it('lets what ends while others are stored wait for company of its own', async () => {
    let during = 5;
    const { clock, intake, names } = world(
      { enough: 3 },
      {
        prepare(span) {
          if (during-- > 0) intake.add(readableSpan(10 + during));
          return span;
        },
      },
    );
    addSpans(intake, 2);
    await clock.advance(1000);
    expect(names()).toEqual(['span 1', 'span 2']);
    expect(clock.waiting()).toBe(1);
    // Now there is enough, and of the three that come meanwhile as well.
    addSpans(intake, 1, 2);
    await clock.advance(0);
    await clock.advance(0);
    expect(names()).toHaveLength(8);
    expect(intake.counts().waiting).toBe(0);
    expect(clock.waiting()).toBe(0);
  });

  it('stores at a flush what ended while others were stored', async () => {
    let during = 3;
    const { clock, intake, names } = world(
      {},
      {
        prepare(span) {
          if (during-- > 0) intake.add(readableSpan(10 + during));
          return span;
        },
      },
    );
    addSpans(intake, 1);
    await intake.flush();
    expect(names()).toHaveLength(1);
    for (let n = 0; n < 3; n += 1) await intake.flush();
    expect(names()).toHaveLength(4);
    expect(clock.waiting()).toBe(0);
  });

  it('hands over everything at once when the process ends', async () => {
    const { clock, intake, stored } = world();
    addSpans(intake, 200);
    const requests = intake.takeAll();
    expect(requests.reduce((sum, { spans }) => sum + spans, 0)).toBe(200);
    await clock.advance(5000);
    expect(stored).toEqual([]);
    expect(intake.takeAll()).toEqual([]);
  });
});
