import { describe, expect, it } from '@jest/globals';
import { silentLog } from '../../src/core/log.ts';
import type { RawRequest } from '../../src/core/ports.ts';
import { watchQueue } from '../../src/otel/watched-queue.ts';
import { createMemoryQueue } from '../../src/queue/memory-queue.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const REQUEST: RawRequest = { signal: 'traces', encoding: 'protobuf', project: null, spans: 1, body: Buffer.from('x') };
const NEVER = new AbortController().signal;

async function world(puts: number) {
  const memory = createMemoryQueue(
    { clock: createFakeClock(), log: silentLog },
    { maxBytes: 2 ** 20, retryAfterMs: 1 },
  );
  const queue = watchQueue(memory);
  for (let n = 0; n < puts; n += 1) await queue.put(REQUEST);
  const settle = (...ids: number[]) => queue.settle(ids.map((id) => ({ id, dead: [] })));
  return { memory, queue, settle };
}

/** Whether the promise has resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('a watched queue', () => {
  it('has nothing to wait for while it is empty', async () => {
    const { queue } = await world(0);
    expect(await isDone(queue.settled(NEVER))).toBe(true);
  });

  it('waits until all that was put before is settled, in whatever order', async () => {
    const { queue, settle } = await world(3);
    const settled = queue.settled(NEVER);
    queue.claim(1000);
    settle(3, 1);
    expect(await isDone(settled)).toBe(false);
    settle(2);
    expect(await isDone(settled)).toBe(true);
  });

  it('does not take a later request for an earlier one', async () => {
    const { queue, settle } = await world(1);
    const settled = queue.settled(NEVER);
    await queue.put(REQUEST);
    queue.claim(1000);
    settle(2);
    expect(await isDone(settled)).toBe(false);
    settle(1);
    expect(await isDone(settled)).toBe(true);
  });

  it('does not wait for what comes later', async () => {
    const { queue, settle } = await world(1);
    const settled = queue.settled(NEVER);
    await queue.put(REQUEST);
    queue.claim(1000);
    settle(1);
    expect(await isDone(settled)).toBe(true);
  });

  it('waits through being handed back and being parked', async () => {
    const { queue, settle } = await world(2);
    const settled = queue.settled(NEVER);
    queue.claim(1000);
    queue.release([1]);
    queue.park([2], 'team/app');
    expect(await isDone(settled)).toBe(false);
    queue.unpark('team/app', 1000);
    queue.claim(1000);
    settle(1, 2);
    expect(await isDone(settled)).toBe(true);
  });

  it('waits for what an earlier process has left', async () => {
    const { memory } = await world(2);
    const queue = watchQueue(memory);
    const settled = queue.settled(NEVER);
    expect(await isDone(settled)).toBe(false);
    for (const { id } of queue.claim(1000)) queue.settle([{ id, dead: [] }]);
    expect(await isDone(settled)).toBe(true);
  });

  it('stops waiting when it is told to', async () => {
    const { queue } = await world(1);
    const stop = new AbortController();
    const settled = queue.settled(stop.signal);
    expect(await isDone(settled)).toBe(false);
    stop.abort();
    expect(await isDone(settled)).toBe(true);
  });

  it('gives everything that is not settled: claimed, parked and waiting', async () => {
    const { queue, settle } = await world(5);
    queue.claim(0);
    queue.claim(0);
    queue.claim(0);
    settle(1);
    queue.park([2], 'team/app');
    expect(
      queue
        .takeAll()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([2, 3, 4, 5]);
  });
});
