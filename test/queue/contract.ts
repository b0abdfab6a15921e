import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import type { Queue, RawRequest } from '../../src/core/ports.ts';
import { ENTRY_OVERHEAD_BYTES } from '../../src/queue/ledger.ts';
import {
  idsOf,
  MIB,
  numbersOf,
  PROJECT,
  putAll,
  RETRY_AFTER_MS,
  type RecordingLog,
  range,
  recordingLog,
  request,
  SPAN_ID,
  settleAll,
} from './world.ts';

export interface Opened {
  readonly queue: Queue;
  /** Closes the queue and removes what it left. */
  end(): Promise<void>;
}

const ALL = 64 * MIB;
const FULL = { status: 'full', retryAfterMs: RETRY_AFTER_MS };
const ACCEPTED = { status: 'accepted' };
const forever = new AbortController().signal;

/** What `promise` has come to once everything that is due has run. */
async function stateOf(promise: Promise<void>): Promise<'pending' | 'resolved'> {
  let state: 'pending' | 'resolved' = 'pending';
  void promise.then(() => {
    state = 'resolved';
  });
  for (let turn = 0; turn < 3; turn += 1) await systemClock.yield();
  return state;
}

/** The suite that every queue must pass. */
export function describeQueue(name: string, open: (maxBytes: number, log: RecordingLog) => Opened): void {
  describe(`${name}, as every queue,`, () => {
    let log: RecordingLog;
    let opened: Opened;
    let queue: Queue;

    beforeEach(() => {
      log = recordingLog();
      opened = open(ALL, log);
      queue = opened.queue;
    });

    afterEach(() => opened.end());

    async function reopenWith(maxBytes: number): Promise<void> {
      await opened.end();
      opened = open(maxBytes, log);
      queue = opened.queue;
    }

    it.each<[string, Partial<RawRequest>]>([
      ['a protobuf request without a project', {}],
      ['a JSON request for a project', { encoding: 'json', project: PROJECT, spans: 17 }],
      ['logs', { signal: 'logs' }],
      ['a request without a valid span', { spans: 0 }],
      ['an empty body', { body: new Uint8Array(0) }],
      ['a view into a larger buffer', { body: Buffer.from('xxhelloxx').subarray(2, 7) }],
    ])('gives back %s as it was put', async (_, more) => {
      const put = request(1, 100, more);
      const before = systemClock.now();
      expect(await queue.put(put)).toEqual(ACCEPTED);
      const [entry, ...others] = queue.claim(ALL);
      expect(others).toEqual([]);
      expect({ ...entry, body: Buffer.from(entry?.body ?? []).toString('hex') }).toEqual({
        ...put,
        body: Buffer.from(put.body).toString('hex'),
        id: expect.any(Number),
        acceptedAtMs: expect.any(Number),
      });
      expect(entry?.acceptedAtMs).toBeGreaterThanOrEqual(before);
      expect(entry?.acceptedAtMs).toBeLessThanOrEqual(systemClock.now());
    });

    it('claims in the order of arrival, and each entry once', async () => {
      await putAll(queue, range(3));
      await putAll(queue, range(3, 4));
      expect(numbersOf(queue.claim(250))).toEqual([1, 2]);
      expect(numbersOf(queue.claim(ALL))).toEqual([3, 4, 5, 6]);
      expect(queue.claim(ALL)).toEqual([]);
    });

    it.each([
      [0, [1]],
      [99, [1]],
      [299, [1, 2]],
      [300, [1, 2, 3]],
      [ALL, [1, 2, 3, 4]],
    ])('claims what fits into %d bytes, but at least one', async (maxBytes, expected) => {
      await putAll(queue, range(4), 100);
      expect(numbersOf(queue.claim(maxBytes))).toEqual(expected);
    });

    it('claims released entries again, in their old order and before later ones', async () => {
      await putAll(queue, range(5));
      const [first, second, third] = queue.claim(300);
      queue.release(idsOf([first, third].flatMap((entry) => entry ?? [])));
      expect(numbersOf(queue.claim(150))).toEqual([1]);
      queue.release(idsOf([second].flatMap((entry) => entry ?? [])));
      expect(numbersOf(queue.claim(ALL))).toEqual([2, 3, 4, 5]);
    });

    it('leaves parked entries alone until they are unparked: the first ones, in portions', async () => {
      await putAll(queue, range(5), 100);
      const ids = idsOf(queue.claim(400));
      queue.park([...ids].reverse(), 'a/b');
      expect([...queue.parkedUnder()]).toEqual(['a/b']);
      expect(queue.depth()).toEqual({ entries: 5, spans: 5, bytes: 500, claimed: 0, parked: 4 });
      expect(numbersOf(queue.claim(ALL))).toEqual([5]);

      queue.unpark('a/b', 0);
      expect(numbersOf(queue.claim(ALL))).toEqual([4]);
      queue.unpark('a/b', 200);
      expect(numbersOf(queue.claim(ALL))).toEqual([2, 3]);
      queue.unpark('a/b', 50);
      expect(numbersOf(queue.claim(ALL))).toEqual([1]);
      expect([...queue.parkedUnder()]).toEqual([]);
      queue.unpark('a/b', ALL);
      expect(queue.claim(ALL)).toEqual([]);
    });

    it('claims parked entries by their ids, where they are parked under that name', async () => {
      await putAll(queue, range(4));
      const ids = idsOf(queue.claim(300));
      queue.park(ids, 'a/b');
      expect(numbersOf(queue.recall([...ids.slice(1), 77], 'a/b'))).toEqual([2, 3]);
      expect(queue.recall(ids, 'c/d')).toEqual([]);
      expect(queue.recall([ids[1] ?? 0], 'a/b')).toEqual([]);
      expect(queue.depth()).toMatchObject({ claimed: 2, parked: 1 });
      settleAll(queue, [{ id: ids[1] ?? 0 }]);
      queue.unpark('a/b', ALL);
      expect(numbersOf(queue.claim(ALL))).toEqual([1, 4]);
    });

    it('lets each name have its turn', async () => {
      await putAll(queue, range(4));
      for (const [at, { id }] of queue.claim(ALL).entries()) queue.park([id], at < 3 ? 'a/b' : 'c/d');
      expect([...queue.parkedUnder()]).toEqual(['a/b', 'c/d']);
      queue.unpark('a/b', 0);
      expect([...queue.parkedUnder()]).toEqual(['c/d', 'a/b']);
    });

    it('forgets settled entries, delivered or dead', async () => {
      await putAll(queue, range(3));
      const [first, second, third] = idsOf(queue.claim(ALL));
      queue.settle([
        { id: Number(first), dead: [] },
        { id: Number(second), dead: [{ spanId: SPAN_ID, reason: 'too large' }] },
      ]);
      expect(queue.depth()).toEqual({ entries: 1, spans: 1, bytes: 100, claimed: 1, parked: 0 });
      queue.release([Number(third)]);
      expect(numbersOf(queue.claim(ALL))).toEqual([3]);
    });

    it.each(['settle', 'release', 'park'] as const)('refuses to %s an entry that is not claimed', async (act) => {
      await putAll(queue, [1]);
      const [id = 0] = idsOf(queue.claim(ALL));
      const acts = {
        settle: () => queue.settle([{ id, dead: [] }]),
        release: () => queue.release([id]),
        park: () => queue.park([id], 'a/b'),
      };
      const run = acts[act];
      run();
      expect(run).toThrow(`Entry ${id} is not claimed.`);
    });

    it('gives ids that grow and are never used again', async () => {
      await putAll(queue, range(2));
      const before = queue.claim(ALL);
      settleAll(queue, before);
      await putAll(queue, range(2));
      const ids = idsOf([...before, ...queue.claim(ALL)]);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    });

    it('knows its depth at every step', async () => {
      expect(queue.depth()).toEqual({ entries: 0, spans: 0, bytes: 0, claimed: 0, parked: 0 });
      await queue.put(request(1, 100, { spans: 3 }));
      await queue.put(request(2, 50, { spans: 4 }));
      expect(queue.depth()).toEqual({ entries: 2, spans: 7, bytes: 150, claimed: 0, parked: 0 });
      const [entry] = queue.claim(100);
      expect(queue.depth()).toEqual({ entries: 2, spans: 7, bytes: 150, claimed: 1, parked: 0 });
      queue.release(idsOf(entry ? [entry] : []));
      expect(queue.depth()).toEqual({ entries: 2, spans: 7, bytes: 150, claimed: 0, parked: 0 });
      settleAll(queue, queue.claim(100));
      expect(queue.depth()).toEqual({ entries: 1, spans: 4, bytes: 50, claimed: 0, parked: 0 });
    });

    it('is full at its bound, counts claimed entries, and has room again once they are settled', async () => {
      await reopenWith(2 * (1000 + ENTRY_OVERHEAD_BYTES));
      expect(await putAll(queue, range(2), 1000)).toEqual([ACCEPTED, ACCEPTED]);
      const entries = queue.claim(ALL);
      expect(await queue.put(request(3, 0))).toEqual(FULL);
      settleAll(queue, entries);
      expect(await putAll(queue, range(2), 1000)).toEqual([ACCEPTED, ACCEPTED]);
      expect(queue.depth().entries).toBe(2);
    });

    it('counts puts under way against its bound', async () => {
      await reopenWith(2 * (1000 + ENTRY_OVERHEAD_BYTES));
      const outcomes = await putAll(queue, range(4), 1000);
      expect(outcomes).toEqual([ACCEPTED, ACCEPTED, FULL, FULL]);
      expect(queue.depth()).toEqual({ entries: 2, spans: 2, bytes: 2000, claimed: 0, parked: 0 });
    });

    it('bounds how many empty requests it holds', async () => {
      await reopenWith(10 * ENTRY_OVERHEAD_BYTES);
      const outcomes = await putAll(queue, range(12), 0);
      expect(outcomes.filter(({ status }) => status === 'accepted')).toHaveLength(10);
    });

    it('answers full to a request that can never fit, and tells the operator', async () => {
      await reopenWith(10_000);
      expect(await queue.put(request(1, 10_001))).toEqual(FULL);
      expect(log.lines).toContainEqual({
        level: 'error',
        message: expect.stringContaining('larger than the whole queue'),
        fields: { bytes: 10_001, max_bytes: 10_000 },
      });
    });

    it('is ready at once while something is unclaimed', async () => {
      await putAll(queue, [1]);
      expect(await stateOf(queue.ready(forever))).toBe('resolved');
    });

    it.each<[string, (ids: readonly number[], abort: () => void) => unknown]>([
      ['a put', () => queue.put(request(2))],
      ['a release', (ids) => queue.release(ids)],
      [
        'an unpark',
        (ids) => {
          queue.park(ids, 'a/b');
          queue.unpark('a/b', 0);
        },
      ],
      ['an abort', (_, abort) => abort()],
      ['close', () => queue.close()],
    ])('is not ready while everything is claimed, until %s', async (_, act) => {
      await putAll(queue, [1]);
      const ids = idsOf(queue.claim(ALL));
      const controller = new AbortController();
      const ready = queue.ready(controller.signal);
      expect(await stateOf(ready)).toBe('pending');
      await act(ids, () => controller.abort());
      expect(await stateOf(ready)).toBe('resolved');
    });

    it('is not ready while everything is parked', async () => {
      await putAll(queue, [1]);
      queue.park(idsOf(queue.claim(ALL)), 'a/b');
      expect(await stateOf(queue.ready(forever))).toBe('pending');
    });

    it('does not wait for a signal that has aborted already', async () => {
      expect(await stateOf(queue.ready(AbortSignal.abort()))).toBe('resolved');
    });

    it('wakes everybody who waits', async () => {
      const waiting = [queue.ready(forever), queue.ready(forever)];
      await putAll(queue, [1]);
      await Promise.all(waiting);
    });

    it('answers puts under way when it closes, refuses later ones, and closes once', async () => {
      const early = queue.put(request(1));
      const closed = queue.close();
      expect(queue.close()).toBe(closed);
      expect(await early).toEqual(ACCEPTED);
      expect(await queue.put(request(2))).toEqual({
        status: 'unavailable',
        message: 'the queue is closed',
        retryAfterMs: RETRY_AFTER_MS,
      });
      await closed;
      expect(queue.claim(ALL)).toEqual([]);
      expect(await stateOf(queue.ready(forever))).toBe('resolved');
    });

    it('takes no notice of what is settled or released after it closed', async () => {
      await putAll(queue, range(2));
      const [first = 0, second = 0] = idsOf(queue.claim(ALL));
      await queue.close();
      queue.settle([{ id: first, dead: [] }]);
      queue.release([second]);
      queue.park([second], 'a/b');
      queue.unpark('a/b', ALL);
      expect(queue.depth().entries).toBe(2);
    });

    it('claims as fast from a long queue as from a short one', async () => {
      const claimMs = (count: number) => {
        const start = systemClock.monotonic();
        for (let claim = 0; claim < count; claim += 1) queue.claim(0);
        return systemClock.monotonic() - start;
      };
      await putAll(queue, range(600));
      claimMs(200);
      const shortMs = Math.max(claimMs(400), 0.5);
      await putAll(queue, range(20_000));
      const longMs = Math.min(claimMs(400), claimMs(400), claimMs(400));
      expect(longMs / shortMs).toBeLessThan(10);
      const held = queue.claim(ALL);
      queue.release(idsOf(held));
      expect(Math.min(claimMs(400), claimMs(400)) / shortMs).toBeLessThan(10);
    });
  });
}
