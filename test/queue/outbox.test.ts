import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import type { Trigger } from '../../src/core/ports.ts';
import type { SpanId, TraceId } from '../../src/core/span.ts';
import { openDatabase } from '../../src/queue/database.ts';
import type { DiskQueue } from '../../src/queue/disk-queue.ts';
import { idsOf, openQueue, PROJECT, putAll, range, recordingLog, temporaryDir } from './world.ts';

const ALL = Number.MAX_SAFE_INTEGER;

function trigger(number: number, request: string | null = null): Trigger {
  return {
    project: PROJECT,
    callId: number.toString(16).padStart(16, '0') as SpanId,
    traceId: 'a'.repeat(32) as TraceId,
    rule: 'judge',
    version: 'v1',
    acceptedAtMs: 1000 + number,
    request,
  };
}

describe('the outbox of the disk queue', () => {
  let place: ReturnType<typeof temporaryDir>;
  let queue: DiskQueue;
  beforeEach(() => {
    place = temporaryDir();
    queue = openQueue(place.dir);
  });
  afterEach(async () => {
    await queue.close();
    place.remove();
  });

  async function reopen(): Promise<void> {
    await queue.close();
    queue = openQueue(place.dir);
  }

  /** Puts and settles one entry with these triggers, and waits until that is on disk. */
  async function settleWith(...triggers: readonly Trigger[]): Promise<void> {
    await putAll(queue, [1]);
    queue.settle(idsOf(queue.claim(ALL)).map((id) => ({ id, dead: [], triggers })));
    await putAll(queue, [2]);
    queue.settle(idsOf(queue.claim(ALL)).map((id) => ({ id, dead: [] })));
  }

  it('holds what settled entries have triggered, in their order, over a restart', async () => {
    await settleWith(trigger(1), trigger(2, '{"model":"m"}'));
    await settleWith(trigger(3));
    await reopen();
    const read = queue.outbox.read(10);
    expect(read.map(({ id, ...rest }) => rest)).toEqual([trigger(1), trigger(2, '{"model":"m"}'), trigger(3)]);
    expect(read.map(({ id }) => id)).toEqual(read.map(({ id }) => id).toSorted((a, b) => a - b));
    expect(queue.outbox.read(2)).toHaveLength(2);
  });

  it('holds nothing of an entry that was released', async () => {
    await putAll(queue, [1]);
    queue.release(idsOf(queue.claim(ALL)));
    await reopen();
    expect(queue.outbox.read(10)).toEqual([]);
    expect(queue.depth().entries).toBe(1);
  });

  it('forgets what was taken over, and gives no id again', async () => {
    await settleWith(trigger(1), trigger(2), trigger(3));
    const [, second, third] = queue.outbox.read(10);
    queue.outbox.forget(second?.id ?? 0);
    expect(queue.outbox.read(10).map(({ callId }) => callId)).toEqual([third?.callId]);
    queue.outbox.forget(third?.id ?? 0);
    await reopen();
    await settleWith(trigger(4));
    expect(queue.outbox.read(10).every(({ id }) => id > (third?.id ?? 0))).toBe(true);
  });

  it('reads no more than 32 MiB at once, but at least one', async () => {
    const large = trigger(1, 'x'.repeat(20 * 1024 * 1024));
    await settleWith(large, large, trigger(2));
    expect(queue.outbox.read(10)).toHaveLength(1);
    queue.outbox.forget(queue.outbox.read(1)[0]?.id ?? 0);
    expect(queue.outbox.read(10)).toHaveLength(2);
  });

  it.each<[string, (abort: () => void) => unknown]>([
    ['something is written', () => settleWith(trigger(1))],
    ['the signal aborts', (abort) => abort()],
    ['the queue closes', () => queue.close()],
  ])('is not ready until %s', async (_, act) => {
    const stop = new AbortController();
    let state = 'waiting';
    const ready = queue.outbox.ready(stop.signal).then(() => {
      state = 'ready';
    });
    for (const _turn of range(3)) await systemClock.yield();
    expect(state).toBe('waiting');
    await act(() => stop.abort());
    await ready;
  });

  it('is ready at once where something waits from before', async () => {
    await settleWith(trigger(1));
    await reopen();
    await queue.outbox.ready(new AbortController().signal);
  });

  it('has nothing to read on a failing disk, says so once, and takes its time', async () => {
    await queue.close();
    const log = recordingLog();
    queue = openQueue(place.dir, { retryAfterMs: 1 }, log);
    const database = openDatabase(queue.path);
    database.exec('ALTER TABLE outbox RENAME TO elsewhere');
    database.close();
    expect(queue.outbox.read(10)).toEqual([]);
    expect(queue.outbox.read(10)).toEqual([]);
    queue.outbox.forget(1);
    await queue.outbox.ready(new AbortController().signal);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
