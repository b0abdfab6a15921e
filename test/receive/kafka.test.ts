import { describe, expect, it } from '@jest/globals';
import type { AcceptOutcome } from '../../src/core/ports.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeKafka, spans, startKafka } from './kafka-world.ts';
import { asJson, traceRequest } from './otlp.ts';

const FULL: AcceptOutcome = { status: 'full', retryAfterMs: 700 };
const DISK_FAILS: AcceptOutcome = { status: 'unavailable', message: 'the disk fails', retryAfterMs: 700 };
const SECRET = 'what somebody said';

describe('a message from Kafka', () => {
  it.each([
    ['a request', { value: spans(3) }, { success: 1 }, 3, ''],
    ['one whose header names a project', { value: spans(1), projectHeader: 'team/app' }, { success: 1 }, 1, ''],
    ['nothing', { value: new Uint8Array() }, { success: 1 }, 0, ''],
    ['something else', { value: Buffer.from(SECRET) }, { invalid: 1 }, 0, 'no export request'],
    ['JSON where protobuf is expected', { value: asJson(traceRequest()) }, { invalid: 1 }, 0, 'in otlp_proto'],
    ['a header that names none', { value: spans(1), projectHeader: SECRET }, { invalid: 1 }, 0, 'header project_id'],
    ['one that is too large', { value: new Uint8Array(2 ** 20 + 1) }, { too_large: 1 }, 0, 'receive.max_body'],
  ])('%s', async (_what, message, outcomes, accepted, told) => {
    const kafka = createFakeKafka([message, spans(1)]);
    const clock = createFakeClock();
    const run = startKafka(kafka, clock);
    await clock.advance(1000);
    const counted = Object.entries(outcomes).map(([name, value]) => [name, name === 'success' ? value + 1 : value]);
    expect(run.outcomes()).toEqual({ success: 1, ...Object.fromEntries(counted) });
    expect(run.counters.total('receiver_accepted_spans')).toBe(accepted + 1);
    expect(run.accepted[0]?.project).toBe('projectHeader' in message && accepted > 0 ? 'team/app' : null);
    // The one behind it is not held up, and the group goes on behind both.
    expect(kafka.committed.get('otlp_spans 0')).toBe(2n);
    const warnings = run.log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ fields }) => fields)).toEqual(
      told === ''
        ? []
        : [
            expect.objectContaining({
              topic: 'otlp_spans',
              partition: 0,
              offset: '0',
              reason: expect.stringContaining(told),
            }),
          ],
    );
    expect(JSON.stringify(run.log.lines)).not.toContain(SECRET);
    await run.receiver.close();
    expect(clock.waiting()).toBe(0);
  });

  it('is of the kind that its topic says', async () => {
    const logs = Buffer.from('{"resourceLogs": []}');
    const kafka = createFakeKafka([asJson(traceRequest()), { topic: 'otlp_logs', value: logs }]);
    const clock = createFakeClock();
    const run = startKafka(kafka, clock, { encoding: 'otlp_json', logsTopic: 'otlp_logs' });
    await clock.advance(0);
    expect(run.outcomes()).toEqual({ success: 2 });
    await run.receiver.close();
  });

  it('tells of many bad ones in few lines', async () => {
    const kafka = createFakeKafka(Array.from({ length: 500 }, () => Buffer.from('bad')));
    const clock = createFakeClock();
    const run = startKafka(kafka, clock, { logIntervalMs: 10_000 });
    await clock.advance(9_000);
    kafka.lose('gone');
    kafka.committed.clear();
    await clock.advance(1000);
    expect(run.outcomes()).toEqual({ invalid: 1000 });
    const told = run.log.lines.filter(({ message }) => message.includes('not taken'));
    expect(told.map(({ fields }) => [fields['offset'], fields['othersSinceLastLine']])).toEqual([
      ['0', 0],
      ['0', 499],
    ]);
    await run.receiver.close();
  });
});

describe('where the queue takes nothing', () => {
  it.each([
    ['is full', FULL],
    ['fails', DISK_FAILS],
  ])('and %s, the same message is offered again, and none behind it is lost or committed', async (_what, outcome) => {
    const kafka = createFakeKafka(Array.from({ length: 300 }, () => spans(1)));
    const clock = createFakeClock();
    let now: AcceptOutcome = outcome;
    const run = startKafka(kafka, clock, { accept: () => now, maxInFlight: 8 });
    await clock.advance(60_000);
    expect(kafka.taken()).toBeLessThanOrEqual(9);
    expect(kafka.commits).toEqual([]);
    expect(clock.sleeps.every((ms) => ms === 700)).toBe(true);

    now = { status: 'accepted' };
    await clock.advance(2000);
    expect(run.accepted).toHaveLength(300);
    expect(run.counters.total('receiver_accepted_spans')).toBe(300);
    expect(kafka.committed.get('otlp_spans 0')).toBe(300n);
    await run.receiver.close();
  });

  it('no more bytes wait than are allowed, but one message always may', async () => {
    const kafka = createFakeKafka(Array.from({ length: 20 }, () => spans(10)));
    const clock = createFakeClock();
    const run = startKafka(kafka, clock, { accept: () => FULL, maxInFlightBytes: 1 });
    await clock.advance(5000);
    expect(kafka.taken()).toBe(2); // one that waits for the queue, one that waits for that
    await run.receiver.close();
  });

  it('a message that is behind in its partition waits with its commit for those before it', async () => {
    const kafka = createFakeKafka([spans(1), spans(2), { partition: 1, value: spans(1) }]);
    const clock = createFakeClock();
    let isFull = true;
    const run = startKafka(kafka, clock, {
      accept: ({ spans: count }) => (count === 1 && isFull ? FULL : { status: 'accepted' }),
    });
    await clock.advance(5000);
    expect(run.accepted.map((request) => request.spans)).toEqual([2]);
    expect(kafka.commits).toEqual([]);
    isFull = false;
    await clock.advance(2000);
    expect([...kafka.committed]).toEqual([
      ['otlp_spans 0', 2n],
      ['otlp_spans 1', 1n],
    ]);
    await run.receiver.close();
  });
});

describe('close', () => {
  it('in the middle of a full queue ends the wait, and commits what is durable and nothing else', async () => {
    const kafka = createFakeKafka([spans(2), spans(2), spans(1), spans(2)]);
    const clock = createFakeClock();
    const run = startKafka(kafka, clock, {
      accept: ({ spans: count }) => (count === 1 ? FULL : { status: 'accepted' }),
    });
    await clock.advance(100);
    await run.receiver.close();
    expect(kafka.committed.get('otlp_spans 0')).toBe(2n);
    expect([kafka.opened(), kafka.closed(), clock.waiting()]).toEqual([1, 1, 0]);

    // The next one begins where this one came to, and takes the last one again.
    const next = startKafka(kafka, clock);
    await clock.advance(1000);
    expect(next.accepted.map((request) => request.spans)).toEqual([1, 2]);
    await next.receiver.close();
  });

  it('waits for what the queue is about to answer', async () => {
    const kafka = createFakeKafka([spans(1)]);
    const clock = createFakeClock();
    let answer: (outcome: AcceptOutcome) => void = () => undefined;
    const answered = new Promise<AcceptOutcome>((resolve) => {
      answer = resolve;
    });
    const run = startKafka(kafka, clock, { accept: () => answered });
    await clock.advance(0);
    const closed = run.receiver.close();
    answer({ status: 'accepted' });
    await closed;
    expect(kafka.committed.get('otlp_spans 0')).toBe(1n);
  });

  it.each([['close'], ['commit']] as const)('does not wait for brokers for ever: %s', async (step) => {
    const kafka = createFakeKafka([spans(1)]);
    const clock = createFakeClock();
    const never = () => new Promise<never>(() => undefined);
    const open: typeof kafka.open = async (signal) => ({ ...(await kafka.open(signal)), [step]: never });
    const { receiver } = startKafka({ ...kafka, open }, clock, { closeTimeoutMs: 300 });
    await clock.advance(0);
    let isClosed = false;
    const closed = receiver.close().then(() => {
      isClosed = true;
    });
    await clock.advance(299);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
  });

  it('is safe to call twice, and while there are no brokers', async () => {
    const kafka = createFakeKafka([]);
    kafka.refuse('no brokers');
    const clock = createFakeClock();
    const { receiver } = startKafka(kafka, clock);
    await clock.advance(10_000);
    await Promise.all([receiver.close(), receiver.close()]);
    expect(clock.waiting()).toBe(0);
  });
});

describe('brokers', () => {
  it('that are not there are told once, tried with growing waits, and told when they are back', async () => {
    const kafka = createFakeKafka([spans(1)]);
    kafka.refuse('connect ECONNREFUSED');
    const clock = createFakeClock();
    const { receiver, log, accepted } = startKafka(kafka, clock);
    await clock.advance(200_000);
    expect(clock.sleeps.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(receiver.trouble()).toBe('connect ECONNREFUSED');
    kafka.refuse(null);
    await clock.advance(30_000);
    expect(receiver.trouble()).toBeUndefined();
    expect(accepted).toHaveLength(1);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    await receiver.close();
  });

  it('that are lost are connected to again, from what was committed', async () => {
    const kafka = createFakeKafka([spans(1), spans(2)]);
    const clock = createFakeClock();
    const { receiver, accepted, log } = startKafka(kafka, clock);
    await clock.advance(1000);
    kafka.lose('the connection was closed');
    await clock.advance(0);
    expect(receiver.trouble()).toBe('the connection was closed');
    await clock.advance(1000);
    expect([kafka.opened(), kafka.closed(), receiver.trouble()]).toEqual([2, 1, undefined]);
    expect(accepted).toHaveLength(2);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'Kafka is read from.',
      'Kafka cannot be read from; it is tried again until it can.',
      'Kafka is there again.',
    ]);
    await receiver.close();
  });

  it('that are lost while the queue is full get nobody to offer what comes again anyway', async () => {
    const kafka = createFakeKafka([spans(1)]);
    const clock = createFakeClock();
    let offers = 0;
    const { receiver } = startKafka(kafka, clock, {
      accept() {
        offers += 1;
        return FULL;
      },
    });
    await clock.advance(0);
    kafka.lose('gone');
    kafka.refuse('gone');
    await clock.advance(0);
    const before = offers;
    await clock.advance(10_000);
    expect(offers).toBe(before);
    await receiver.close();
  });

  it('that take no commit are told the newest offset once they do', async () => {
    const kafka = createFakeKafka([spans(1), spans(1)]);
    const clock = createFakeClock();
    kafka.failCommits(true);
    const { receiver } = startKafka(kafka, clock);
    await clock.advance(5000);
    expect(kafka.commits).toEqual([]);
    kafka.failCommits(false);
    await clock.advance(1000);
    expect(kafka.commits).toEqual([2n]);
    await receiver.close();
    expect(clock.waiting()).toBe(0);
  });
});
