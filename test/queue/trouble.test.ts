import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { openDatabase } from '../../src/queue/database.ts';
import { prepareSchema } from '../../src/queue/schema.ts';
import { createStore } from '../../src/queue/store.ts';
import { MIB, openQueue, request, settleAll, temporaryDir } from './world.ts';

let place: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  place = temporaryDir();
});
afterEach(() => place.remove());

describe('the trouble of a disk queue', () => {
  it('is that it is full, from 95 percent on, until there is room', async () => {
    const queue = openQueue(place.dir, { maxBytes: 100_000 });
    await queue.put(request(1, 94_000));
    expect(queue.trouble()).toBeUndefined();
    await queue.put(request(2, 1500));
    expect(queue.trouble()).toBe('the queue is full: senders are told to come again');
    settleAll(queue, queue.claim(MIB).slice(1));
    expect(queue.trouble()).toBeUndefined();
    await queue.close();
  });

  it('is none where the oldest give way', async () => {
    const queue = openQueue(place.dir, { maxBytes: 100_000, onFull: 'drop_oldest' });
    await queue.put(request(1, 98_000));
    expect(queue.trouble()).toBeUndefined();
    await queue.close();
  });

  it('is that the disk cannot be written, until it can again, also where nobody puts anything', async () => {
    const queue = openQueue(place.dir);
    const other = openDatabase(queue.path);
    other.exec('BEGIN IMMEDIATE');
    expect(queue.trouble()).toBeUndefined();
    expect((await queue.put(request(1))).status).toBe('unavailable');
    expect(queue.trouble()).toBe('the queue cannot be written: database is locked');
    other.exec('COMMIT');
    other.close();
    expect(queue.trouble()).toBeUndefined();
    await queue.close();
    expect(queue.trouble()).toBeUndefined();
  });
});

it.each([
  [6 * MIB, 'ok'],
  [5 * MIB, 'the disk is full (5242880 bytes are free)'],
])('a probe of a disk with %d free bytes: %s', (free, verdict) => {
  const path = join(place.dir, 'queue.db');
  const database = openDatabase(path);
  prepareSchema(database, path, false);
  const deps = { database, log: silentLog, counters: createCounters(), freeBytes: () => free };
  const store = createStore(deps, MIB);
  const probed = () => {
    store.probe();
    return 'ok';
  };
  if (verdict === 'ok') expect(probed()).toBe(verdict);
  else expect(probed).toThrow(verdict);
  store.close();
});
