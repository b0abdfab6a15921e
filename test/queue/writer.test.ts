import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createWriter } from '../../src/queue/writer.ts';
import { createFakeStore, type Transaction } from './fake-store.ts';
import { MIB, range, recordingLog, request, SPAN_ID } from './world.ts';

function start(fails: (transaction: Transaction) => boolean = () => false) {
  const { store, tried } = createFakeStore({
    onWrite(transaction) {
      if (fails(transaction)) throw new Error('disk full');
    },
  });
  const log = recordingLog();
  const writer = createWriter({ clock: systemClock, log, store });
  const done: (number | string)[] = [];
  const put = (bytes = 10) =>
    writer.put(request(1, bytes), (stored) => done.push(stored.status === 'stored' ? stored.entry.id : stored.message));
  const settle = (...ids: number[]) => writer.settle(ids.map((id) => ({ id, dead: [] })));
  return { writer, put, settle, tried, done, log };
}

describe('the writer of the disk queue', () => {
  it('writes all puts and settled entries of one turn in one transaction', async () => {
    const { put, settle, tried, done } = start();
    put();
    settle(7);
    put();
    settle(8, 9);
    expect(done).toEqual([]);
    await systemClock.yield();
    expect(tried).toEqual([{ puts: 2, bytes: 20, settled: [7, 8, 9] }]);
    expect(done).toEqual([1, 2]);
    await systemClock.yield();
    expect(tried).toHaveLength(1);
  });

  it('writes no more than 16 MiB of bodies in one transaction, but at least one body', async () => {
    const { put, tried, done } = start();
    for (const mib of [6, 6, 6, 40, 1]) put(mib * MIB);
    for (const _ of range(6)) await systemClock.yield();
    expect(tried.map(({ bytes }) => bytes / MIB)).toEqual([12, 6, 40, 1]);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('ends settled entries alone where they do not fit together with the puts', async () => {
    const { put, settle, tried, done } = start(({ puts }) => puts > 0);
    put();
    settle(7);
    await systemClock.yield();
    expect(tried.map(({ puts, settled }) => [puts, settled])).toEqual([
      [1, [7]],
      [0, [7]],
    ]);
    expect(done).toEqual(['disk full']);
    put();
    await systemClock.yield();
    expect(tried.at(-1)?.settled).toEqual([]);
  });

  it('ends what was delivered where there is no room for dead letters, and keeps those for later', async () => {
    let disk: 'full' | 'working' = 'full';
    const { writer, settle, tried } = start(({ settled }) => disk === 'full' && settled.includes(8));
    settle(7);
    writer.settle([{ id: 8, dead: [{ spanId: SPAN_ID, reason: 'refused' }] }]);
    await systemClock.yield();
    expect(tried.map(({ settled }) => settled)).toEqual([[7, 8], [7]]);
    disk = 'working';
    settle(9);
    await systemClock.yield();
    expect(tried.at(-1)?.settled).toEqual([8, 9]);
  });

  it('tries settled entries again until the disk takes them, and logs each change of the disk once', async () => {
    let disk: 'full' | 'working' = 'full';
    const { settle, tried, log } = start(() => disk === 'full');
    settle(7);
    await systemClock.yield();
    settle(8);
    await systemClock.yield();
    disk = 'working';
    settle(9);
    await systemClock.yield();
    expect(tried.map(({ settled }) => settled)).toEqual([[7], [7, 8], [7, 8, 9]]);
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('does not take the disk for mended where ends fit and requests still do not', async () => {
    let disk: 'full' | 'working' = 'full';
    const { put, settle, log } = start(({ puts }) => disk === 'full' && puts > 0);
    for (const id of range(3)) {
      put();
      settle(id);
      await systemClock.yield();
    }
    expect(log.lines.map(({ level }) => level)).toEqual(['error']);
    disk = 'working';
    put();
    await systemClock.yield();
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('writes everything when it closes, in as many transactions as it takes, and nothing afterwards', async () => {
    const { writer, put, settle, tried, done } = start();
    for (const _ of range(3)) put(10 * MIB);
    settle(7);
    writer.close();
    expect(tried.map(({ puts }) => puts)).toEqual([1, 1, 1]);
    expect(tried[0]?.settled).toEqual([7]);
    expect(done).toEqual([1, 2, 3]);
    await systemClock.yield();
    expect(tried).toHaveLength(3);
  });
});
