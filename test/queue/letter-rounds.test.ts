import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import type { DeadSpan, RawRequest } from '../../src/core/ports.ts';
import type { SpanId } from '../../src/core/span.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import { openDiskQueue } from '../../src/queue/disk-queue.ts';
import { LOOK_EVERY_MS } from '../../src/queue/letter-rounds.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { MIB, numbersOf, recordingLog, request, SPAN_ID, temporaryDir } from './world.ts';

const OTHER = '53995c3f42cd8ad8' as SpanId;
const HOUR_MS = 3_600_000;

let place: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  place = temporaryDir();
});
afterEach(() => place.remove());

const reason = 'refused';
const one: readonly DeadSpan[] = [{ spanId: SPAN_ID, reason }];

function open({ maxBytes = 64 * MIB, maxAgeMs = HOUR_MS } = {}) {
  const clock = createFakeClock();
  const counters = createCounters();
  const log = recordingLog();
  const queue = openDiskQueue(
    { clock, log, counters },
    {
      ...{ dir: place.dir, maxBytes, fsync: false, onFull: 'refuse', retryAfterMs: 1000 },
      deadLetters: { maxBytes: MIB, maxAgeMs },
    },
  );
  const letters = openDeadLetters(place.dir);
  async function bury(put: RawRequest, dead: readonly DeadSpan[] = one): Promise<void> {
    await queue.put(put);
    queue.settle(queue.claim(MIB).map(({ id }) => ({ id, dead })));
    await clock.advance(0);
  }
  const removed = (how: string) =>
    counters.all().find(({ name, labels }) => name === 'dead_letter_removed_spans' && labels['how'] === how)?.value ??
    0;
  async function end(): Promise<void> {
    letters.close();
    await queue.close();
    expect(clock.waiting()).toBe(0);
  }
  const ids = () => letters.list().map(({ id }) => id);
  return { clock, log, queue, letters, ids, bury, removed, end };
}

describe('a dead letter', () => {
  it('goes back into the queue with its dead spans when somebody asks for that', async () => {
    const { clock, queue, letters, ids, bury, removed, end } = open();
    await bury(request(1, 500, { spans: 9, encoding: 'json' }), [...one, { spanId: OTHER, reason }]);
    await bury(request(2));
    const [first = 0] = ids();
    expect(letters.retry([first, 999])).toBe(1);
    expect(letters.list().map(({ retrying }) => retrying)).toEqual([true, false]);
    expect(queue.depth().entries).toBe(0);

    const ready = queue.ready(new AbortController().signal);
    await clock.advance(LOOK_EVERY_MS);
    await ready;
    expect(ids()).toHaveLength(1);
    expect(queue.depth()).toMatchObject({ entries: 1, spans: 2, bytes: 500 });
    const entries = queue.claim(MIB);
    expect(numbersOf(entries)).toEqual([1]);
    expect(entries[0]).toMatchObject({ spans: 2, encoding: 'json', only: [SPAN_ID, OTHER] });
    expect(removed('retried')).toBe(2);
    queue.settle(entries.map(({ id }) => ({ id, dead: [] })));
    await clock.advance(0);
    expect(queue.depth()).toMatchObject({ entries: 0, spans: 0, bytes: 0 });
    await end();
  });

  it('that stands for a whole request goes back as a whole', async () => {
    const { clock, queue, letters, ids, bury, end } = open();
    await bury(request(1, 100, { spans: 7 }), [{ spanId: '', reason }]);
    letters.retry(ids());
    await clock.advance(LOOK_EVERY_MS);
    const [entry] = queue.claim(MIB);
    expect(entry).toMatchObject({ spans: 7 });
    expect(entry).not.toHaveProperty('only');
    await end();
  });

  it('that dies again is a letter of the same request, of those spans alone', async () => {
    const { clock, queue, letters, ids, bury, end } = open();
    await bury(request(1, 100, { spans: 7 }));
    const [before] = letters.list();
    letters.retry(ids());
    await clock.advance(LOOK_EVERY_MS);
    queue.settle(queue.claim(MIB).map(({ id }) => ({ id, dead: [{ spanId: SPAN_ID, reason: 'again' }] })));
    await clock.advance(0);
    const [after] = letters.list();
    expect(after).toMatchObject({ spans: 1, retrying: false, acceptedAtMs: before?.acceptedAtMs });
    expect(after?.dead).toEqual([{ spanId: SPAN_ID, reason: 'again' }]);
    expect(after?.buriedAtMs).toBeGreaterThan(Number(before?.buriedAtMs));
    await end();
  });

  it('waits for its next try while the queue is full', async () => {
    const { clock, queue, letters, ids, bury, end } = open({ maxBytes: 20_000 });
    await bury(request(1, 10_000));
    await queue.put(request(2, 12_000));
    letters.retry(ids());
    await clock.advance(LOOK_EVERY_MS);
    expect([ids().length, queue.depth().entries]).toEqual([1, 1]);
    queue.settle(queue.claim(MIB).map(({ id }) => ({ id, dead: [] })));
    await clock.advance(LOOK_EVERY_MS);
    expect([ids().length, queue.depth().entries]).toEqual([0, 1]);
    await end();
  });

  it('that was asked for while no bridge ran is tried by the next one', async () => {
    const first = open();
    await first.bury(request(1));
    await first.end();
    const letters = openDeadLetters(place.dir);
    letters.retry([1]);
    letters.close();
    const second = open();
    await second.clock.advance(LOOK_EVERY_MS);
    expect(second.queue.depth().entries).toBe(1);
    await second.end();
  });

  it('expires, is counted and told of', async () => {
    const { clock, log, ids, bury, removed, end } = open();
    await bury(request(1), [...one, { spanId: OTHER, reason }]);
    await clock.advance(HOUR_MS - LOOK_EVERY_MS);
    await bury(request(2));
    expect(ids()).toHaveLength(2);
    await clock.advance(2 * LOOK_EVERY_MS);
    expect(ids()).toEqual([2]);
    expect(removed('expired')).toBe(2);
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: 'deleted dead letters that were older than queue.dead_letters.max_age',
      fields: { letters: 1, spans: 2 },
    });
    await end();
  });

  it('is kept for ever with a max_age of 0', async () => {
    const { clock, ids, bury, end } = open({ maxAgeMs: 0 });
    await bury(request(1));
    await clock.advance(10_000);
    expect(ids()).toHaveLength(1);
    await end();
  });

  it('that somebody purged is counted once', async () => {
    const { clock, letters, ids, bury, removed, end } = open();
    await bury(request(1), [...one, { spanId: OTHER, reason }]);
    await bury(request(2));
    expect(letters.purge([...ids(), 999])).toBe(2);
    await clock.advance(3 * LOOK_EVERY_MS);
    expect(removed('purged')).toBe(3);
    await end();
  });
});
