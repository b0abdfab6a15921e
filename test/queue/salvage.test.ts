import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/queue/database.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import { salvage } from '../../src/queue/salvage.ts';
import { prepareSchema, SCHEMA_VERSION } from '../../src/queue/schema.ts';
import { MIB, numberOf, numbersOf, openQueue, putAll, range, request, SPAN_ID, temporaryDir } from './world.ts';

const PAGE_BYTES = 16 * 1024;

let place: ReturnType<typeof temporaryDir>;
let other: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  place = temporaryDir();
  other = temporaryDir();
});
afterEach(() => {
  place.remove();
  other.remove();
});

/** A queue of requests of this size; the first is a dead letter, the second has been delivered. */
async function filled(requests: number, bytes: number): Promise<string> {
  const queue = openQueue(place.dir);
  await putAll(queue, range(requests), bytes);
  const [dead, delivered] = queue.claim(2 * bytes);
  queue.settle([
    { id: dead?.id ?? 0, dead: [{ spanId: SPAN_ID, reason: 'refused' }] },
    { id: delivered?.id ?? 0, dead: [] },
  ]);
  await queue.close();
  return queue.path;
}

/** Salvages into a new queue and opens that. */
function salvaged(path: string, free = Number.MAX_SAFE_INTEGER) {
  const to = `${other.dir}/queue.db`;
  const database = openDatabase(to);
  prepareSchema(database, to, false);
  const report = salvage(path, database, () => free);
  database.close();
  return { report, queue: openQueue(other.dir) };
}

function spoil(path: string, from: number, bytes: number): void {
  writeFileSync(path, readFileSync(path).fill(0xff, from, from + bytes));
}

describe('what is salvaged of a queue', () => {
  it('is all of it where nothing is damaged, under the same ids', async () => {
    const { report, queue } = salvaged(await filled(50, 3000));
    expect(report).toEqual({ requests: 48, letters: 1 });
    const entries = queue.claim(MIB);
    expect(numbersOf(entries)).toEqual(range(48, 3));
    expect(entries.map(({ id }) => id)).toEqual(range(48, 3));
    const letters = openDeadLetters(other.dir);
    expect(letters.list()).toMatchObject([{ id: 1, spans: 1, dead: [{ spanId: SPAN_ID, reason: 'refused' }] }]);
    letters.close();
    await queue.put(request(99));
    expect(queue.claim(MIB).map(({ id }) => id)).toEqual([51]);
    await queue.close();
  });

  it.each([3000, 40_000])('is what is sound, wherever a page is not, and as it was (%d bytes each)', async (bytes) => {
    const count = Math.floor(MIB / bytes);
    const path = await filled(count, bytes);
    const original = readFileSync(path);
    const found: number[] = [];
    for (let page = 1; page < original.length / PAGE_BYTES; page += 7) {
      writeFileSync(path, original);
      spoil(path, page * PAGE_BYTES, PAGE_BYTES);
      const { report, queue } = salvaged(path);
      const entries = queue.claim(4 * MIB);
      expect(entries).toHaveLength(report.requests);
      expect(new Set(numbersOf(entries)).size).toBe(entries.length);
      for (const { body } of entries)
        expect(Buffer.from(body).equals(request(numberOf({ body }), bytes).body)).toBe(true);
      found.push(report.requests);
      await queue.close();
      other.remove();
      other = temporaryDir();
    }
    expect(found.filter((requests) => requests > count - 12).length).toBeGreaterThan(found.length * 0.7);
  });

  it('ends where the disk has no room for it, and says so', async () => {
    const { report, queue } = salvaged(await filled(50, 3000), 4 * MIB);
    expect(report).toEqual({ requests: 0, letters: 0, ended: expect.stringContaining('the disk is full') });
    await queue.close();
  });

  it('is nothing of a file that another version wrote, or that is no database', async () => {
    const path = await filled(10, 100);
    const database = openDatabase(path);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION - 1}`);
    database.close();
    const first = salvaged(path);
    expect(first.report).toEqual({ requests: 0, letters: 0 });
    await first.queue.close();
    spoil(path, 0, 100);
    const second = salvaged(path);
    expect(second.report).toMatchObject({ requests: 0, letters: 0, ended: expect.stringContaining('not a database') });
    await second.queue.close();
  });
});
