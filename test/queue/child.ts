/** Run as a process of its own by the tests: `node child.ts hold|churn|fill <dir> [first number]`. Tells what happened on stdout. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/core/clock.ts';
import { BridgeError } from '../../src/core/errors.ts';
import type { DiskQueue } from '../../src/queue/disk-queue.ts';
import { isDead, MIB, numberOf, openQueue, request, SPAN_ID } from './world.ts';

const [, , command, dir = '', first = '1'] = process.argv;
/** Synchronous: what was told before a SIGKILL is in the pipe. */
const tell = (...words: readonly (string | number)[]) => writeSync(1, `${words.join(' ')}\n`);

/** Four senders and one taker, until the process is killed. */
async function churn(queue: DiskQueue): Promise<void> {
  let next = Number(first);
  async function send(): Promise<void> {
    const number = next++;
    const { status } = await queue.put(request(number, 10 + ((number * 7919) % 200_000)));
    tell(status, number);
  }
  async function sendForever(): Promise<void> {
    for (;;) {
      if (queue.depth().entries < 40) await send();
      else await systemClock.yield();
    }
  }
  async function takeForever(): Promise<void> {
    for (;;) {
      const entries = queue.claim(300_000);
      for (const entry of entries) tell('settling', numberOf(entry));
      queue.settle(
        entries.map((entry) => ({
          id: entry.id,
          dead: isDead(numberOf(entry)) ? [{ spanId: SPAN_ID, reason: 'refused' }] : [],
        })),
      );
      // Settled entries are gone for good once a later put is accepted.
      await send();
      for (const entry of entries) tell('settled', numberOf(entry));
    }
  }
  await Promise.all([sendForever(), sendForever(), sendForever(), sendForever(), takeForever()]);
}

/** Puts until the disk has no room, then waits for a word on stdin and puts once more. */
async function fill(queue: DiskQueue): Promise<void> {
  const bytes = MIB / 2;
  let number = Number(first);
  for (;;) {
    const outcome = await queue.put(request(number, bytes));
    tell(outcome.status, number, JSON.stringify(outcome));
    if (outcome.status !== 'accepted') break;
    number += 1;
  }
  const [entry] = queue.claim(1);
  if (entry) queue.settle([{ id: entry.id, dead: [] }]);
  await once(process.stdin, 'data');
  const { status } = await queue.put(request(number + 1, bytes));
  tell(status, number + 1);
  await queue.close();
}

async function run(): Promise<void> {
  /** Large enough that no dead letter is dropped. */
  const queue = openQueue(dir, { maxBytes: 2048 * MIB });
  tell('open');
  switch (command) {
    case 'hold':
      await once(process.stdin, 'data');
      return;
    case 'churn':
      return churn(queue);
    case 'fill':
      return fill(queue);
    default:
      throw new Error(`unknown command ${command}`);
  }
}

try {
  await run();
} catch (thrown) {
  if (!(thrown instanceof BridgeError)) throw thrown;
  tell(thrown.code);
}
process.exit();
