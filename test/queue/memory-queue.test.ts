import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import { createMemoryQueue } from '../../src/queue/memory-queue.ts';
import { describeQueue } from './contract.ts';
import { idsOf, MIB, putAll, RETRY_AFTER_MS, range, recordingLog, request, SPAN_ID, settleAll } from './world.ts';

const create = (maxBytes: number, log: Log) =>
  createMemoryQueue({ clock: systemClock, log }, { maxBytes, retryAfterMs: RETRY_AFTER_MS });

describeQueue('the memory queue', (maxBytes, log) => {
  const queue = create(maxBytes, log);
  return { queue, end: () => queue.close() };
});

/** What is not held is gone after it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

describe('the memory queue', () => {
  it('logs how many spans were dead, since it keeps no dead letters', async () => {
    const log = recordingLog();
    const queue = create(MIB, log);
    await putAll(queue, range(2));
    const [first = 0, second = 0] = idsOf(queue.claim(MIB));
    queue.settle([
      { id: first, dead: [{ spanId: SPAN_ID, reason: 'secret payload' }] },
      { id: second, dead: [] },
    ]);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'Spans that Weave refused are dropped: a queue in memory keeps no dead letters.',
        fields: { spans: 1 },
      },
    ]);
    await queue.close();
  });

  it('logs what is lost when it closes, and nothing when it is empty', async () => {
    const log = recordingLog();
    const empty = create(MIB, log);
    await empty.close();
    expect(log.lines).toEqual([]);
    const queue = create(MIB, log);
    await putAll(queue, range(3));
    await queue.close();
    expect(log.lines).toEqual([
      { level: 'warn', message: expect.stringContaining('are lost'), fields: { requests: 3, spans: 3 } },
    ]);
  });

  it('lets go of the bodies that are settled', async () => {
    const queue = create(64 * MIB, silentLog);
    const bodies: WeakRef<Uint8Array>[] = [];
    for (const number of range(40)) {
      const one = request(number, MIB);
      bodies.push(new WeakRef(one.body));
      await queue.put(one);
      settleAll(queue, queue.claim(MIB));
    }
    // What a WeakRef was made of is held until the turn ends.
    await systemClock.yield();
    collectGarbage();
    expect(bodies.filter((body) => body.deref() !== undefined).length).toBeLessThan(5);
    await queue.close();
  });
});
