import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import { startChild } from './child-process.ts';
import { isDead, numberOf, numbersOf, openQueue, temporaryDir } from './world.ts';

const ROUNDS = 6;
/** To run a failed test again: QUEUE_SEED=… npm test -- test/queue/disk-kill */
const seed = Number(process.env['QUEUE_SEED'] ?? Date.now() % 1_000_000);

/** https://en.wikipedia.org/wiki/Linear_congruential_generator */
function dice(start: number): (sides: number) => number {
  let state = start;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * sides);
  };
}

describe('the disk queue in a process that is killed', () => {
  let place: ReturnType<typeof temporaryDir>;
  beforeEach(() => {
    place = temporaryDir();
  });
  afterEach(() => place.remove());

  function stored() {
    const queue = openQueue(place.dir);
    const letters = openDeadLetters(place.dir);
    const waiting = numbersOf(queue.claim(Number.MAX_SAFE_INTEGER));
    const dead = letters.list().map(({ id }) => numberOf({ body: letters.body(id) ?? new Uint8Array() }));
    letters.close();
    return { waiting, dead, close: () => queue.close() };
  }

  it(`keeps what it accepted, once, and what it settled stays gone (seed ${seed})`, async () => {
    const roll = dice(seed);
    const told = { accepted: new Set<number>(), settling: new Set<number>(), settled: new Set<number>() };
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = startChild('churn', place.dir, 1 + round * 1_000_000);
      await child.untilLines(50 + roll(600));
      await child.kill();
      for (const line of child.lines) {
        const [word, number] = line.split(' ');
        if (word === 'accepted' || word === 'settling' || word === 'settled') told[word].add(Number(number));
      }

      const { waiting, dead, close } = stored();
      await close();
      const inQueue = new Set(waiting);
      const buried = new Set(dead);
      expect(inQueue.size).toBe(waiting.length);
      expect(buried.size).toBe(dead.length);
      expect([...inQueue].filter((number) => buried.has(number))).toEqual([]);

      const lost = [...told.accepted].filter(
        (number) => !inQueue.has(number) && !buried.has(number) && !told.settling.has(number),
      );
      expect(lost).toEqual([]);
      const cameBack = [...told.settled].filter((number) => inQueue.has(number));
      expect(cameBack).toEqual([]);
      const deadAndGone = [...told.settled].filter((number) => isDead(number) && !buried.has(number));
      expect(deadAndGone).toEqual([]);
      expect(dead.filter((number) => !isDead(number) || !told.settling.has(number))).toEqual([]);
    }
    expect(told.settled.size).toBeGreaterThan(ROUNDS);
  });

  it('leaves no lock behind', async () => {
    const child = startChild('hold', place.dir);
    await child.until('open');
    expect(() => openQueue(place.dir)).toThrow(
      expect.objectContaining({ code: 'QUEUE_LOCKED', message: expect.stringContaining(place.dir) }),
    );
    await child.kill();
    await openQueue(place.dir).close();
  });
});
