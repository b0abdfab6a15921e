import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import type { DiskQueue } from '../../src/queue/disk-queue.ts';
import { createFresh } from '../../src/queue/fresh.ts';
import { createLedger, ENTRY_OVERHEAD_BYTES } from '../../src/queue/ledger.ts';
import { createMakeRoom } from '../../src/queue/make-room.ts';
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

  it('drops what is parked first, then the oldest, and never what is being delivered', async () => {
    await putAll(queue, range(4), BODY_BYTES);
    const [first = 0, second = 0, third = 0] = idsOf(queue.claim(3 * BODY_BYTES));
    queue.park([third], 'a/b');
    queue.park([second], 'c/d');
    queue.release([first]);
    await putAll(queue, [5, 6], BODY_BYTES);
    expect(queue.depth().parked).toBe(0);
    expect(numbersOf(queue.claim(BODY_BYTES))).toEqual([1]);
    await putAll(queue, [7], BODY_BYTES);
    expect(await reopened()).toEqual([1, 5, 6, 7]);
  });

  it('lets go of the bodies that it drops', async () => {
    const fresh = createFresh(MIB);
    const ledger = createLedger(MAX_BYTES, { entries: 0, spans: 0, bytes: 0 });
    const entry = { ...request(1, BODY_BYTES), id: 1, acceptedAtMs: 0 };
    fresh.add(entry);
    ledger.add(4 * BODY_BYTES, 1);
    const store = { nextAfter: (id: number) => (id < 1 ? { id: 1, bytes: 4 * BODY_BYTES, spans: 1 } : undefined) };
    const deps = { clock: systemClock, log, counters, ledger, fresh, store, writer: { settle: () => undefined } };
    expect(createMakeRoom(deps)(BODY_BYTES)).toBe(true);
    expect(fresh.take(1)).toBeUndefined();
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
