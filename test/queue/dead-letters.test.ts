import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import type { DeadSpan } from '../../src/core/ports.ts';
import type { SpanId } from '../../src/core/span.ts';
import { openDatabase } from '../../src/queue/database.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import type { DiskQueue } from '../../src/queue/disk-queue.ts';
import { SCHEMA_VERSION } from '../../src/queue/schema.ts';
import { MIB, openQueue, PROJECT, recordingLog, request, SPAN_ID, temporaryDir } from './world.ts';

describe('dead letters', () => {
  let place: ReturnType<typeof temporaryDir>;
  beforeEach(() => {
    place = temporaryDir();
  });
  afterEach(() => place.remove());

  const refused: readonly DeadSpan[] = [{ spanId: SPAN_ID, reason: 'refused' }];

  /** Puts, claims and settles one request, and waits until that is on the disk. */
  async function bury(queue: DiskQueue, put: ReturnType<typeof request>, dead = refused): Promise<void> {
    await queue.put(put);
    queue.settle(queue.claim(MIB).map(({ id }) => ({ id, dead })));
    await queue.put(request(0));
    queue.settle(queue.claim(MIB).map(({ id }) => ({ id, dead: [] })));
  }

  it('are listed with one among them that is damaged', async () => {
    const queue = openQueue(place.dir);
    await bury(queue, request(1));
    await bury(queue, request(2));
    await queue.close();
    const database = openDatabase(join(place.dir, 'queue.db'));
    database.exec(
      `UPDATE dead_letters SET dead = '[{"cut', more = '{"cut' WHERE id = (SELECT min(id) FROM dead_letters)`,
    );
    database.close();
    const letters = openDeadLetters(place.dir);
    const [damaged, whole] = letters.list();
    expect(damaged?.dead).toEqual([{ spanId: '', reason: expect.stringContaining('damaged') }]);
    expect(whole?.dead).toEqual(refused);
    expect(letters.purge([Number(damaged?.id)])).toBe(1);
    expect(letters.list()).toHaveLength(1);
    letters.close();
  });

  it('hold the request as it came, why its spans are dead, and when; readable while the queue is open', async () => {
    const queue = openQueue(place.dir);
    const before = systemClock.now();
    const dead: readonly DeadSpan[] = [
      { spanId: SPAN_ID, reason: 'too large' },
      { spanId: '53995c3f42cd8ad8' as SpanId, reason: 'no such project' },
      { spanId: '', reason: '' },
    ];
    const put = request(1, 50_000, { encoding: 'json', project: PROJECT, pinned: true, spans: 9 });
    await bury(queue, put, dead);
    await bury(queue, request(2, 10, { signal: 'logs' }));
    const letters = openDeadLetters(place.dir);
    const [first, second, ...others] = letters.list();
    expect(others).toEqual([]);
    expect(first).toEqual({
      id: expect.any(Number),
      signal: 'traces',
      encoding: 'json',
      project: PROJECT,
      pinned: true,
      spans: 9,
      dead,
      retrying: false,
      acceptedAtMs: expect.any(Number),
      buriedAtMs: expect.any(Number),
    });
    expect(second).toMatchObject({ signal: 'logs', encoding: 'protobuf', project: null, dead: refused });
    const times = [before, first?.acceptedAtMs, first?.buriedAtMs, second?.acceptedAtMs, systemClock.now()].map(Number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Buffer.from(letters.body(Number(first?.id)) ?? []).equals(put.body)).toBe(true);
    expect(letters.body(999)).toBeUndefined();
    expect(queue.depth().entries).toBe(0);
    letters.close();
    await queue.close();
  });

  it('stay after the queue is closed and opened again', async () => {
    const queue = openQueue(place.dir);
    await bury(queue, request(1));
    await queue.close();
    await openQueue(place.dir).close();
    const letters = openDeadLetters(place.dir);
    expect(letters.list()).toHaveLength(1);
    letters.close();
  });

  it('are purged by id, also while the queue is open', async () => {
    const queue = openQueue(place.dir);
    for (const number of [1, 2, 3]) await bury(queue, request(number));
    const letters = openDeadLetters(place.dir);
    const [first = 0, , third = 0] = letters.list().map(({ id }) => id);
    expect(letters.purge([first, third, 999])).toBe(2);
    expect(letters.list()).toHaveLength(1);
    letters.close();
    await bury(queue, request(4));
    await queue.close();
  });

  it('hold at most 1000 characters of a reason', async () => {
    const queue = openQueue(place.dir);
    await bury(queue, request(1), [{ spanId: SPAN_ID, reason: 'x'.repeat(5000) }]);
    await queue.close();
    const letters = openDeadLetters(place.dir);
    expect(letters.list()[0]?.dead[0]?.reason).toBe('x'.repeat(1000));
    letters.close();
  });

  it('are dropped, the oldest first, beyond a quarter of the bound, with a line in the log', async () => {
    const log = recordingLog();
    const counters = createCounters();
    const queue = openQueue(place.dir, { maxBytes: 400_000 }, log, counters);
    for (const number of [1, 2, 3, 4]) await bury(queue, request(number, 30_000));
    const letters = openDeadLetters(place.dir);
    expect(letters.list().map(({ id }) => id)).toEqual([2, 3, 4]);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'dropped the oldest dead letters: there were more than the queue keeps',
        fields: { letters: 1, spans: 1, max_bytes: 100_000 },
      },
    ]);
    await bury(queue, request(5, 350_000));
    expect(letters.list().map(({ id }) => id)).toEqual([5]);
    expect(counters.all()).toContainEqual({
      name: 'dead_letter_removed_spans',
      labels: { how: 'pushed_out' },
      value: 4,
    });
    letters.close();
    await queue.close();
  });

  it('have a bound of their own where one is given', async () => {
    const queue = openQueue(place.dir, { deadLetters: { maxBytes: 50_000, maxAgeMs: 0 } });
    for (const number of [1, 2]) await bury(queue, request(number, 30_000));
    expect(queue.deadLetters()).toEqual({ letters: 1, spans: 1, bytes: expect.any(Number) });
    await queue.close();
    expect(queue.deadLetters()).toBeUndefined();
  });

  it('say where there is no queue, and where it cannot be read', () => {
    const unreadable = (message: string) =>
      expect.objectContaining({ code: 'QUEUE_UNREADABLE', message: expect.stringContaining(message) });
    expect(() => openDeadLetters(place.dir)).toThrow(unreadable(`There is no queue in ${place.dir}.`));
    writeFileSync(join(place.dir, 'queue.db'), 'not a database at all'.repeat(1000));
    expect(() => openDeadLetters(place.dir)).toThrow(unreadable('file is not a database'));
  });

  it('say what is wrong where their disk or their file does not answer', async () => {
    const queue = openQueue(place.dir);
    const letters = openDeadLetters(place.dir);
    const other = openDatabase(queue.path);
    other.exec('DROP TABLE dead_letters');
    const unreadable = expect.objectContaining({
      code: 'QUEUE_UNREADABLE',
      message: expect.stringContaining(place.dir),
    });
    for (const ask of [() => letters.list(), () => letters.body(1), () => letters.retry([1]), () => letters.purge([1])])
      expect(ask).toThrow(unreadable);
    for (const open of [letters, other, queue]) await open.close();
  });

  it('are not read from a queue that a newer version wrote', async () => {
    const queue = openQueue(place.dir);
    await queue.close();
    const database = openDatabase(queue.path);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    database.close();
    expect(() => openDeadLetters(place.dir)).toThrow(expect.objectContaining({ code: 'QUEUE_NEWER' }));
  });
});
