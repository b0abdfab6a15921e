import { readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { corruptName } from '../../src/core/set-aside.ts';
import { inTransaction, openDatabase } from '../../src/queue/database.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import { openDiskQueue } from '../../src/queue/disk-queue.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startChild } from './child-process.ts';
import {
  idsOf,
  MIB,
  numberOf,
  numbersOf,
  openQueue,
  putAll,
  RETRY_AFTER_MS,
  range,
  recordingLog,
  request,
  SPAN_ID,
  settleAll,
  temporaryDir,
} from './world.ts';

function overwrite(path: string, start: number, bytes: number): void {
  writeFileSync(path, readFileSync(path).fill(0xff, start, start + bytes));
}

describe('the disk queue, when the disk fails,', () => {
  let place: ReturnType<typeof temporaryDir>;
  beforeEach(() => {
    place = temporaryDir();
  });
  afterEach(() => place.remove());

  it('answers unavailable while it cannot write, says so once, and works again afterwards', async () => {
    const log = recordingLog();
    const queue = openQueue(place.dir, {}, log);
    const other = openDatabase(queue.path);
    other.exec('BEGIN IMMEDIATE');
    for (const number of range(2)) {
      expect(await queue.put(request(number))).toEqual({
        status: 'unavailable',
        message: 'database is locked',
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    expect(queue.depth()).toEqual({ entries: 0, spans: 0, bytes: 0, claimed: 0, parked: 0 });
    other.close();
    expect(await queue.put(request(3))).toEqual({ status: 'accepted' });
    expect(numbersOf(queue.claim(MIB))).toEqual([3]);
    expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'error: the queue cannot be written: senders are told to come again',
      'info: the queue can be written again',
    ]);
    await queue.close();
  });

  it('gives back the room of a request that it could not write', async () => {
    const queue = openQueue(place.dir, { maxBytes: 10_000 });
    const other = openDatabase(queue.path);
    other.exec('BEGIN IMMEDIATE');
    expect(await queue.put(request(1, 9000))).toMatchObject({ status: 'unavailable' });
    other.close();
    expect(await queue.put(request(1, 9000))).toEqual({ status: 'accepted' });
    await queue.close();
  });

  it('writes later what was settled meanwhile, dead letters once', async () => {
    const queue = openQueue(place.dir);
    await putAll(queue, range(3));
    const [first = 0, second = 0] = idsOf(queue.claim(200));
    const other = openDatabase(queue.path);
    other.exec('BEGIN IMMEDIATE');
    queue.settle([
      { id: first, dead: [] },
      { id: second, dead: [{ spanId: SPAN_ID, reason: 'refused' }] },
    ]);
    expect(await queue.put(request(4))).toMatchObject({ status: 'unavailable' });
    expect(queue.depth().entries).toBe(1);
    other.close();
    await queue.close();
    const after = openQueue(place.dir);
    expect(numbersOf(after.claim(MIB))).toEqual([3]);
    const letters = openDeadLetters(place.dir);
    expect(letters.list()).toHaveLength(1);
    letters.close();
    await after.close();
  });

  it('delivers once more what it could not end before it closed, and says so', async () => {
    const log = recordingLog();
    const queue = openQueue(place.dir, {}, log);
    await putAll(queue, range(2));
    const other = openDatabase(queue.path);
    other.exec('BEGIN IMMEDIATE');
    settleAll(queue, queue.claim(MIB));
    await queue.close();
    other.close();
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('delivered once more'),
      fields: { requests: 2 },
    });
    const after = openQueue(place.dir);
    expect(numbersOf(after.claim(MIB))).toEqual([1, 2]);
    await after.close();
  });

  it('finds nothing to claim while it cannot read, waits before it looks again, and then has it all', async () => {
    const filled = openQueue(place.dir);
    await putAll(filled, range(40), 100_000);
    await filled.close();
    const whole = readFileSync(filled.path);

    const log = recordingLog();
    const clock = createFakeClock({ skipSleeps: true });
    const queue = openDiskQueue(
      { clock, log, counters: createCounters() },
      { dir: place.dir, maxBytes: 64 * MIB, fsync: false, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS },
    );
    truncateSync(queue.path, whole.length / 4);
    for (const _ of range(2)) {
      expect(queue.claim(64 * MIB)).toEqual([]);
      await queue.ready(new AbortController().signal);
    }
    expect(clock.sleeps).toEqual([RETRY_AFTER_MS, RETRY_AFTER_MS]);
    expect(queue.depth()).toMatchObject({ entries: 40, claimed: 0 });

    writeFileSync(queue.path, whole);
    expect(numbersOf(queue.claim(64 * MIB))).toEqual(range(40));
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'info']);
    await queue.close();
  });

  it('leaves a damaged request where it is and claims the others', async () => {
    const filled = openQueue(place.dir);
    await putAll(filled, range(4), MIB);
    await filled.close();
    const log = recordingLog();
    const queue = openQueue(place.dir, {}, log);
    overwrite(queue.path, 1.5 * MIB, 32 * 1024);
    const claimed = range(4).flatMap(() => numbersOf(queue.claim(1)));
    expect(claimed).toEqual([1, 3, 4]);
    expect(queue.depth()).toMatchObject({ entries: 4, claimed: 4 });
    expect(log.lines.map(({ message, fields }) => [message, fields['id']])).toEqual([
      ['a request in the queue is damaged: going on without it', 2],
    ]);
    await queue.close();
  });

  it('does not let the wait before the next look delay its end', async () => {
    const filled = openQueue(place.dir);
    await putAll(filled, range(40), 100_000);
    await filled.close();
    const clock = createFakeClock();
    const queue = openDiskQueue(
      { clock, log: silentLog, counters: createCounters() },
      { dir: place.dir, maxBytes: 64 * MIB, fsync: false, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS },
    );
    truncateSync(queue.path, 32 * 1024);
    queue.claim(64 * MIB);
    const ready = queue.ready(new AbortController().signal);
    expect(clock.waiting()).toBe(2);
    await queue.close();
    await ready;
    expect(clock.waiting()).toBe(0);
  });

  it('answers unavailable on a full disk, keeps what it accepted, and goes on when there is room', async () => {
    const child = startChild('fill', place.dir, 1, 8192);
    await child.until('unavailable');
    const refused = child.lines.at(-1)?.split(' ').slice(2).join(' ') ?? '';
    expect(JSON.parse(refused)).toEqual({
      status: 'unavailable',
      message: expect.stringMatching(/disk/),
      retryAfterMs: RETRY_AFTER_MS,
    });
    const accepted = child.lines.filter((line) => line.startsWith('accepted')).length;
    expect(accepted).toBeGreaterThan(3);
    // The limit holds for each file of the child: emptying the log of changes makes room in it.
    const outside = openDatabase(`${place.dir}/queue.db`);
    outside.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    outside.close();
    child.write('go on\n');
    await child.ended();
    expect(child.lines.at(-1)).toBe(`accepted ${accepted + 2}`);

    const after = openQueue(place.dir);
    expect(numbersOf(after.claim(64 * MIB))).toEqual([...range(accepted - 1, 2), accepted + 2]);
    await after.close();
  });
});

describe('the disk queue, when its file is damaged,', () => {
  let place: ReturnType<typeof temporaryDir>;
  beforeEach(() => {
    place = temporaryDir();
  });
  afterEach(() => place.remove());

  it.each<[string, (path: string) => void, number]>([
    ['has become something else', (path) => writeFileSync(path, 'not a database at all'.repeat(1000)), 0],
    ['has a bad header', (path) => overwrite(path, 0, 100), 0],
    ['has bad pages', (path) => overwrite(path, 20 * 16 * 1024, 32 * 1024), 25],
    ['was cut short', (path) => truncateSync(path, statSync(path).size - 64 * 1024), 25],
  ])('sets a file aside that %s, says where, and goes on with what can be read', async (_, damage, least) => {
    const before = openQueue(place.dir);
    await putAll(before, range(30), 20_000);
    await before.close();
    damage(before.path);
    const damaged = readFileSync(before.path);

    const log = recordingLog();
    const after = openQueue(place.dir, {}, log);
    const { entries } = after.depth();
    expect(entries).toBeGreaterThanOrEqual(least);
    expect(entries).toBeLessThan(30);
    for (const { body } of after.claim(MIB))
      expect(Buffer.from(body).equals(request(numberOf({ body }), 20_000).body)).toBe(true);
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'the queue was damaged: it was set aside, and what could be read of it is in a new one',
        fields: expect.objectContaining({
          error: expect.any(String),
          set_aside: expect.stringMatching(/queue\.db\.corrupt-\d{4}-[\dTZ.-]+$/),
          requests: entries,
          letters: 0,
        }),
      },
    ]);
    const setAside = String(log.lines[0]?.fields['set_aside']);
    expect(readFileSync(setAside).equals(damaged)).toBe(true);
    expect(statSync(after.path).mode & 0o777).toBe(0o600);
    await putAll(after, [31]);
    await after.close();

    const again = openQueue(place.dir, {}, log);
    expect(numbersOf(again.claim(MIB)).at(-1)).toBe(31);
    expect(log.lines).toHaveLength(1);
    await again.close();
  });

  it.each<[string, string, (path: string) => void]>([
    ['log has lost its head', '-wal', (path) => overwrite(path, 0, 32)],
    ['log has become something else', '-wal', (path) => writeFileSync(path, 'not a log at all'.repeat(1000))],
    ['file is empty and its log is not', '', (path) => writeFileSync(path, '')],
  ])('says so after a kill where the %s, keeps what there was, and goes on', async (_, suffix, damage) => {
    const child = startChild('churn', place.dir, 1000);
    await child.untilLines(50);
    await child.kill();
    damage(`${place.dir}/queue.db${suffix}`);
    const logged = readFileSync(`${place.dir}/queue.db-wal`);
    const log = recordingLog();
    const queue = openQueue(place.dir, {}, log);
    expect(await queue.put(request(1))).toEqual({ status: 'accepted' });
    await queue.close();
    expect(log.lines.map(({ level }) => level)).toEqual(['error']);
    const kept = readdirSync(place.dir).find((name) => /^queue\.db\.corrupt-.*-wal$/.test(name));
    expect(readFileSync(`${place.dir}/${kept}`).equals(logged)).toBe(true);

    await openQueue(place.dir, {}, log).close();
    expect(log.lines).toHaveLength(1);
  });

  it('goes on, and says so, where a log that cannot be read cannot be copied either', async () => {
    const child = startChild('churn', place.dir, 1000);
    await child.untilLines(50);
    await child.kill();
    const path = `${place.dir}/queue.db`;
    overwrite(`${path}-wal`, 0, 32);
    const clock = createFakeClock();
    symlinkSync(`${place.dir}/nowhere/copy`, `${corruptName(path, clock.now())}-wal`);
    const log = recordingLog();
    const queue = openDiskQueue(
      { clock, log, counters: createCounters() },
      { dir: place.dir, maxBytes: 64 * MIB, fsync: false, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS },
    );
    expect(log.lines).toMatchObject([{ level: 'error', fields: { error: expect.stringContaining('ENOENT') } }]);
    await queue.close();
  });

  it('says the same of a request that is no longer known to be whole', async () => {
    const before = openQueue(place.dir);
    await putAll(before, range(3), 1000);
    await before.close();
    const database = openDatabase(before.path);
    database.exec(`UPDATE entries SET more = '{"crc":' WHERE id = 2`);
    database.close();
    const queue = openQueue(place.dir);
    const entries = queue.claim(MIB);
    expect(entries.map(({ damaged }) => damaged)).toEqual([undefined, 'its body is not what was stored', undefined]);
    await queue.close();
  });

  it('says of a request of which a bit has turned that it is damaged, and keeps it as a dead letter', async () => {
    const before = openQueue(place.dir);
    await putAll(before, range(3), 20_000);
    await before.close();
    const bytes = readFileSync(before.path);
    const at = bytes.indexOf(Buffer.alloc(10_000, 2)) + 5000;
    bytes[at] = 3;
    writeFileSync(before.path, bytes);
    const queue = openQueue(place.dir);
    const entries = queue.claim(MIB);
    expect(entries.map(({ damaged }) => damaged)).toEqual([undefined, 'its body is not what was stored', undefined]);
    queue.settle([{ id: entries[1]?.id ?? 0, dead: [{ spanId: '', reason: 'damaged' }] }]);
    await queue.close();

    const letters = openDeadLetters(place.dir);
    const [letter] = letters.list();
    expect(letter).toMatchObject({ spans: 1, dead: [{ spanId: '', reason: 'damaged' }] });
    expect(letters.retry([letter?.id ?? 0])).toBe(1);
    letters.close();
    const again = openQueue(place.dir);
    await again.ready(AbortSignal.timeout(10_000));
    expect(again.claim(MIB)).toHaveLength(2);
    await again.close();
  });

  it('says nothing of a log that is as it should be after a kill', async () => {
    const child = startChild('churn', place.dir, 1000);
    await child.untilLines(50);
    await child.kill();
    expect(statSync(`${place.dir}/queue.db-wal`).size).toBeGreaterThan(0);
    const log = recordingLog();
    await openQueue(place.dir, {}, log).close();
    expect(log.lines).toEqual([]);
  });

  it('sets the log of changes aside, too', async () => {
    const filled = openQueue(place.dir);
    await putAll(filled, range(300), 10_000);
    await filled.close();
    const child = startChild('churn', place.dir, 1000);
    await child.untilLines(100);
    await child.kill();
    writeFileSync(filled.path, 'not a database at all'.repeat(1000));

    const log = recordingLog();
    const queue = openQueue(place.dir, {}, log);
    expect(queue.depth().entries).toBeLessThan(300);
    expect(statSync(`${log.lines[0]?.fields['set_aside']}-wal`).size).toBeGreaterThan(0);
    await queue.close();
  });
});

describe('a transaction', () => {
  it('writes nothing when it throws, and throws what was thrown', () => {
    const { dir, remove } = temporaryDir();
    const database = openDatabase(`${dir}/test.db`);
    database.exec('CREATE TABLE numbers (number INTEGER)');
    expect(() =>
      inTransaction(database, () => {
        database.exec('INSERT INTO numbers VALUES (1)');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(database.prepare('SELECT * FROM numbers').all()).toEqual([]);
    expect(database.isTransaction).toBe(false);
    database.close();
    remove();
  });
});
