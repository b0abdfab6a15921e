import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import { openDiskQueue } from '../../src/queue/disk-queue.ts';
import { createMemoryQueue } from '../../src/queue/memory-queue.ts';
import { MAX_SPOOLS, openFirst, spoolDirs, takeOver } from '../../src/queue/spools.ts';
import { tempDir } from '../support/app-world.ts';
import { MIB, numbersOf, putAll, RETRY_AFTER_MS, range, recordingLog } from './world.ts';

const DEPS = { clock: systemClock, log: silentLog, counters: createCounters() };
const open = (dir: string) =>
  openDiskQueue(DEPS, { dir, maxBytes: MIB, fsync: false, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS });
const { signal: never } = new AbortController();

/** Queues in the directories 2 and 3 with the requests of these numbers, that nobody has any more. */
async function abandoned(base: string): Promise<void> {
  for (const [at, numbers] of [
    [1, range(50)],
    [2, range(50, 51)],
  ] as const) {
    const queue = open(String(spoolDirs(base)[at]));
    await putAll(queue, numbers, 1000);
    await queue.close();
  }
}

describe('queues in one directory', () => {
  it('are taken one after the other, and one that is free again first', async () => {
    const dirs = spoolDirs(tempDir());
    const first = openFirst(open, dirs);
    const second = openFirst(open, dirs);
    expect([first.dir, second.dir]).toEqual([dirs[0], join(dirs[0], '2')]);
    await first.queue.close();
    const third = openFirst(open, dirs);
    expect(third.dir).toBe(dirs[0]);
    await Promise.all([second.queue.close(), third.queue.close()]);
  });

  it('are no more than a bound', async () => {
    const dirs = spoolDirs(tempDir());
    expect(dirs).toHaveLength(MAX_SPOOLS);
    const all = dirs.map(() => openFirst(open, dirs).queue);
    expect(() => openFirst(open, dirs)).toThrow(expect.objectContaining({ code: 'QUEUE_LOCKED' }));
    await Promise.all(all.map((queue) => queue.close()));
  });

  it('are emptied into one that is delivered from, and none is made for that', async () => {
    const base = tempDir();
    await abandoned(base);
    const own = open(base);
    await takeOver({ ...DEPS, open, put: own.put }, spoolDirs(base).slice(1), never);
    expect(numbersOf(own.claim(MIB))).toEqual(range(100));
    await own.close();
    for (const dir of [join(base, '2'), join(base, '3')]) {
      const left = open(dir);
      expect(left.depth().entries).toBe(0);
      await left.close();
    }
    expect(existsSync(join(base, '4'))).toBe(false);
  });

  it('are left alone where a process has them', async () => {
    const base = tempDir();
    await abandoned(base);
    const taken = open(join(base, '2'));
    const own = open(base);
    const log = recordingLog();
    await takeOver({ ...DEPS, log, open, put: own.put }, spoolDirs(base).slice(1), never);
    expect(numbersOf(own.claim(MIB))).toEqual(range(50, 51));
    expect(taken.depth().entries).toBe(50);
    expect(log.lines).toEqual([]);
    await Promise.all([own.close(), taken.close()]);
  });

  it('keep what is not taken, and all when the process is about to end', async () => {
    const base = tempDir();
    await abandoned(base);
    const small = createMemoryQueue(DEPS, { maxBytes: 20_000, retryAfterMs: RETRY_AFTER_MS });
    await takeOver({ ...DEPS, open, put: small.put }, spoolDirs(base).slice(1), never);
    await takeOver({ ...DEPS, open, put: open(base).put }, spoolDirs(base).slice(1), AbortSignal.abort());
    const moved = numbersOf(small.claim(MIB));
    expect(moved.length).toBeGreaterThan(5);
    const left = open(join(base, '2'));
    expect([...moved, ...numbersOf(left.claim(MIB))].toSorted((a, b) => a - b)).toEqual(range(50));
    await left.close();
  });

  it('that cannot be read are told of, and the others are not kept waiting', async () => {
    const base = tempDir();
    await abandoned(base);
    const log = recordingLog();
    const own = open(base);
    const broken = (dir: string) => {
      if (dir.endsWith('2')) throw new Error('no disk');
      return open(dir);
    };
    await takeOver({ ...DEPS, log, open: broken, put: own.put }, spoolDirs(base).slice(1), never);
    expect(own.depth().entries).toBe(50);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { reason: 'no disk' } }]);
    await own.close();
  });
});
