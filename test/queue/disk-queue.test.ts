import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/queue/database.ts';
import { SCHEMA_VERSION } from '../../src/queue/schema.ts';
import { startChild } from './child-process.ts';
import { describeQueue } from './contract.ts';
import { idsOf, MIB, numbersOf, openQueue, putAll, range, request, settleAll, temporaryDir } from './world.ts';

describeQueue('the disk queue', (maxBytes, log) => {
  const { dir, remove } = temporaryDir();
  const queue = openQueue(dir, { maxBytes }, log);
  return {
    queue,
    async end() {
      await queue.close();
      remove();
    },
  };
});

describe('the disk queue', () => {
  let place: ReturnType<typeof temporaryDir>;
  beforeEach(() => {
    place = temporaryDir();
  });
  afterEach(() => place.remove());

  it('holds at the next start what was not settled, claimed or not, as it was put', async () => {
    const before = openQueue(place.dir);
    await putAll(before, range(9), 50_000);
    await before.put(request(10, 0));
    const claimed = before.claim(250_000);
    settleAll(before, claimed.slice(1, 3));
    const depth = before.depth();
    await before.close();

    const after = openQueue(place.dir);
    expect(after.depth()).toEqual({ ...depth, claimed: 0 });
    const entries = after.claim(MIB);
    expect(entries.map((entry) => entry.body.byteLength)).toEqual([...Array(7).fill(50_000), 0]);
    expect(numbersOf(entries.slice(0, -1))).toEqual([1, 4, 5, 6, 7, 8, 9]);
    expect({ ...entries[0], body: Buffer.from(entries[0]?.body ?? []) }).toEqual(claimed[0]);
    await after.close();
  });

  it('never uses an id again, not even after a start with nothing in it', async () => {
    const before = openQueue(place.dir);
    await putAll(before, range(5));
    const entries = before.claim(MIB);
    settleAll(before, entries);
    await before.close();
    const after = openQueue(place.dir);
    await putAll(after, [6]);
    expect(idsOf(after.claim(MIB))).toEqual([Math.max(...idsOf(entries)) + 1]);
    await after.close();
  });

  it('counts what it found at the start against its bound', async () => {
    const before = openQueue(place.dir);
    await putAll(before, range(5), 10_000);
    await before.close();
    const after = openQueue(place.dir, { maxBytes: 55_000 });
    expect(await after.put(request(6, 10_000))).toMatchObject({ status: 'full' });
    settleAll(after, after.claim(10_000));
    expect(await after.put(request(6, 10_000))).toEqual({ status: 'accepted' });
    await after.close();
  });

  it('creates a directory and files that nobody else may read', async () => {
    const dir = join(place.dir, 'a', 'b');
    const queue = openQueue(dir);
    await putAll(queue, [1]);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const files = readdirSync(dir).sort();
    expect(files).toEqual(['queue.db', 'queue.db-shm', 'queue.db-wal', 'queue.lock']);
    expect(files.map((file) => statSync(join(dir, file)).mode & 0o777)).toEqual(files.map(() => 0o600));
    expect(queue.path).toBe(join(dir, 'queue.db'));
    await queue.close();
  });

  it('refuses a second queue in the same directory until the first is closed', async () => {
    const first = openQueue(place.dir);
    for (const _ of range(2)) {
      expect(() => openQueue(place.dir)).toThrow(expect.objectContaining({ code: 'QUEUE_LOCKED' }));
    }
    // A lock that only this process still knows of would not keep another one out.
    const child = startChild('hold', place.dir);
    await child.ended();
    expect(child.lines).toEqual(['QUEUE_LOCKED']);
    expect(await first.put(request(1))).toEqual({ status: 'accepted' });
    await first.close();
    await openQueue(place.dir).close();
  });

  it.each<[string, (dir: string) => string]>([
    ['is a file', (dir) => join(dir, 'file')],
    ['lies below a file', (dir) => join(dir, 'file', 'queue')],
    ['has a directory in the place of its database', (dir) => dir],
  ])('refuses a directory that %s', (_, dirOf) => {
    writeFileSync(join(place.dir, 'file'), '');
    mkdirSync(join(place.dir, 'queue.db'));
    const dir = dirOf(place.dir);
    const unreadable = { code: 'QUEUE_UNREADABLE', message: expect.stringContaining(dir) };
    expect(() => openQueue(dir)).toThrow(expect.objectContaining(unreadable));
    expect(() => openQueue(dir)).toThrow(expect.objectContaining(unreadable));
  });

  it('refuses a queue that a newer version wrote, and leaves it as it is', async () => {
    const before = openQueue(place.dir);
    await putAll(before, range(3));
    await before.close();
    const setVersion = (version: number) => {
      const database = openDatabase(before.path);
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
    };
    setVersion(SCHEMA_VERSION + 1);
    expect(() => openQueue(place.dir)).toThrow(
      expect.objectContaining({
        code: 'QUEUE_NEWER',
        message: expect.stringContaining(`has format ${SCHEMA_VERSION + 1}`),
      }),
    );
    setVersion(SCHEMA_VERSION);
    const after = openQueue(place.dir);
    expect(after.depth().entries).toBe(3);
    await after.close();
  });
});
