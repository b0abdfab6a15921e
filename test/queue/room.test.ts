import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Settled } from '../../src/core/ports.ts';
import { openDatabase } from '../../src/queue/database.ts';
import { freeBytes } from '../../src/queue/files.ts';
import { prepareSchema } from '../../src/queue/schema.ts';
import { createStore } from '../../src/queue/store.ts';
import { MIB, request, SPAN_ID, temporaryDir } from './world.ts';

let place: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  place = temporaryDir();
});
afterEach(() => place.remove());

/** A store on a disk of this size, which nobody else uses. */
function storeOn(capacity: number) {
  const path = join(place.dir, 'queue.db');
  const database = openDatabase(path);
  prepareSchema(database, path, false);
  const sizeOf = (file: string) => (existsSync(file) ? statSync(file).size : 0);
  const used = () => sizeOf(path) + sizeOf(`${path}-wal`);
  const deps = { database, log: silentLog, counters: createCounters(), freeBytes: () => capacity - used() };
  return { store: createStore(deps, MIB), used };
}

/** Stores requests until one is refused; answers the ids of those that were stored. */
function fill({ store, used }: ReturnType<typeof storeOn>, bytes: number, capacity: number): readonly number[] {
  const ids: number[] = [];
  for (;;) {
    expect(used()).toBeLessThan(capacity);
    try {
      for (const { id } of store.write([request(ids.length, bytes)], [], 0)) ids.push(id);
    } catch (thrown) {
      expect(String(thrown)).toMatch(/^Error: the disk is full \(\d+ bytes are free\)$/);
      return ids;
    }
  }
}

const DELIVERED: Settled['dead'] = [];
const DEAD: Settled['dead'] = [{ spanId: SPAN_ID, reason: 'refused' }];

describe.each([10, 40])('a queue that is as large as its disk of %d MiB', (size) => {
  const capacity = size * MIB;

  it.each([
    ['delivered', DELIVERED],
    ['dead', DEAD],
  ])('never fills it: what it took can be %s, and then it takes as much again', (_, dead) => {
    const disk = storeOn(capacity);
    const first = fill(disk, 200_000, capacity);
    expect(first.length * 200_000).toBeGreaterThan((capacity - 5 * MIB) * 0.6);
    for (const id of first) {
      disk.store.write([], [{ id, dead }], 0);
      expect(disk.used()).toBeLessThan(capacity);
    }
    expect(disk.store.totals().entries).toBe(0);
    // Of the dead ones 1 MiB is kept.
    expect(fill(disk, 200_000, capacity).length).toBeGreaterThanOrEqual(first.length - 8);
    disk.store.close();
  });
});

it('a disk that others have filled keeps no request from its end where the log still has room for that', () => {
  const path = join(place.dir, 'queue.db');
  const database = openDatabase(path);
  prepareSchema(database, path, false);
  let free = Number.MAX_SAFE_INTEGER;
  const store = createStore({ database, log: silentLog, counters: createCounters(), freeBytes: () => free }, MIB);
  const [entry] = store.write([request(1)], [], 0);
  free = 0;
  const { exec } = database;
  database.exec = (sql) => {
    // As SQLite throws it where the database cannot grow.
    if (sql.includes('wal_checkpoint')) throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
    exec.call(database, sql);
  };
  store.write([], [{ id: entry?.id ?? 0, dead: DELIVERED }], 0);
  expect(store.totals().entries).toBe(0);
  expect(() => store.write([request(2)], [], 0)).toThrow('full');
  store.close();
});

it('a request that is larger than what is free is refused, and smaller ones are taken', () => {
  const disk = storeOn(20 * MIB);
  expect(() => disk.store.write([request(1, 12 * MIB)], [], 0)).toThrow('the disk is full');
  expect(disk.store.write([request(1, MIB)], [], 0)).toHaveLength(1);
  disk.store.close();
});

const onLinux = process.platform === 'linux' ? it : it.skip;
onLinux('a file system that does not say how large it is counts as one with room', () => {
  expect(freeBytes('/proc')).toBe(Number.POSITIVE_INFINITY);
  expect(freeBytes(place.dir)).toBeLessThan(Number.POSITIVE_INFINITY);
});
