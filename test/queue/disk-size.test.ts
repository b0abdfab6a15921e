import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import { MIB, openQueue, putAll, range, request, SPAN_ID, settleAll, temporaryDir } from './world.ts';

describe('the files of the disk queue', () => {
  let place: ReturnType<typeof temporaryDir>;
  beforeEach(() => {
    place = temporaryDir();
  });
  afterEach(() => place.remove());

  it('stay near the working set while fifteen times as much goes through', async () => {
    const bytes = 100_000;
    const workingSet = 200;
    const queue = openQueue(place.dir);
    const held: number[] = [];
    let peakDatabase = 0;
    let peakLog = 0;
    for (let sent = 0; sent < 15 * workingSet; sent += 10) {
      await putAll(queue, range(10, sent), bytes);
      held.push(...queue.claim(10 * bytes).map(({ id }) => id));
      queue.settle(held.splice(0, Math.max(0, held.length - workingSet)).map((id) => ({ id, dead: [] })));
      peakDatabase = Math.max(peakDatabase, statSync(queue.path).size);
      peakLog = Math.max(peakLog, statSync(`${queue.path}-wal`).size);
    }
    expect(peakDatabase).toBeGreaterThan(workingSet * bytes * 0.5);
    expect(peakDatabase).toBeLessThan(workingSet * bytes * 1.5);
    expect(peakLog).toBeLessThan(48 * MIB);
    await queue.close();
  });

  it('give the space of a backlog back to the disk once it is delivered', async () => {
    const queue = openQueue(place.dir, { maxBytes: 256 * MIB });
    for (const number of range(100)) await queue.put(request(number, MIB));
    const [kept] = queue.claim(1);
    for (let entries = queue.claim(8 * MIB); entries.length > 0; entries = queue.claim(8 * MIB)) {
      settleAll(queue, entries);
      await systemClock.yield();
    }
    expect(statSync(queue.path).size).toBeLessThan(20 * MIB);
    queue.release(kept ? [kept.id] : []);
    const [again] = queue.claim(1);
    expect(Buffer.from(again?.body ?? []).equals(request(1, MIB).body)).toBe(true);
    expect(await queue.put(request(101))).toEqual({ status: 'accepted' });
    await queue.close();
  });

  it('hold dead letters up to a quarter of the bound, the newest ones', async () => {
    const queue = openQueue(place.dir, { maxBytes: 4 * MIB });
    for (const number of range(30)) {
      await queue.put(request(number, 100_000));
      queue.settle(queue.claim(1).map(({ id }) => ({ id, dead: [{ spanId: SPAN_ID, reason: 'refused' }] })));
    }
    await queue.close();
    const letters = openDeadLetters(place.dir);
    expect(letters.list().map(({ id }) => id)).toEqual(range(10, 21));
    letters.close();
    expect(statSync(queue.path).size).toBeLessThan(2 * MIB);
  });
});
