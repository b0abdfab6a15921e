import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import type { DiskQueue } from '../../src/queue/disk-queue.ts';
import { ENTRY_OVERHEAD_BYTES } from '../../src/queue/ledger.ts';
import { idsOf, MIB, numbersOf, openQueue, putAll, range, recordingLog, request, temporaryDir } from './world.ts';

const BODY_BYTES = 1000;
/** Room for four. */
const MAX_BYTES = 4 * (BODY_BYTES + ENTRY_OVERHEAD_BYTES);

describe('a full disk queue that drops the oldest', () => {
  let place: ReturnType<typeof temporaryDir>;
  let queue: DiskQueue;
  let counters = createCounters();
  const log = recordingLog();

  const open = () => openQueue(place.dir, { maxBytes: MAX_BYTES, onFull: 'drop_oldest' }, log, counters);
  beforeEach(() => {
    place = temporaryDir();
    counters = createCounters();
    queue = open();
  });
  afterEach(async () => {
    await queue.close();
    place.remove();
  });

  /** What is there after a restart, too. */
  async function reopened(): Promise<readonly number[]> {
    await queue.close();
    queue = open();
    return numbersOf(queue.claim(MIB));
  }

  it('takes what comes, counts what it dropped for it, and says so once', async () => {
    await putAll(queue, range(4), BODY_BYTES);
    const outcomes = await putAll(queue, range(2, 5), BODY_BYTES);
    expect(outcomes).toEqual([{ status: 'accepted' }, { status: 'accepted' }]);
    expect(queue.depth()).toMatchObject({ entries: 4, spans: 4 });
    expect(counters.total('queue_dropped_spans')).toBe(2);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(await reopened()).toEqual([3, 4, 5, 6]);
  });

  it('drops what is parked before what was never tried, and what is being delivered not at all', async () => {
    await putAll(queue, range(4), BODY_BYTES);
    const [first = 0, second = 0, third = 0] = idsOf(queue.claim(3 * BODY_BYTES));
    queue.park([third], 'a/b');
    queue.park([second], 'c/d');
    await putAll(queue, [5], BODY_BYTES);
    queue.unpark('a/b', 0);
    expect(numbersOf(queue.claim(BODY_BYTES))).toEqual([3]);
    queue.settle([{ id: first, dead: [] }]);
    expect(await reopened()).toEqual([3, 4, 5]);
  });

  it('refuses, and drops nothing, where that would not make the room', async () => {
    await putAll(queue, range(4), BODY_BYTES);
    queue.claim(3 * BODY_BYTES);
    expect(await queue.put(request(5, 2 * BODY_BYTES + 1000))).toMatchObject({ status: 'full' });
    expect(await queue.put(request(6, MAX_BYTES))).toMatchObject({ status: 'full' });
    expect(queue.depth().entries).toBe(4);
    expect(counters.total('queue_dropped_spans')).toBe(0);
  });
});
