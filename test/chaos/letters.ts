import { join } from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import type { Dice } from './dice.ts';
import type { Tally } from './tally.ts';

/** Somebody at the dead letters of a bridge that lives or does not: has all tried again, or purges one. */
export function meddle(dir: string, dice: Dice, tally: Tally, purged: Set<string>): void {
  try {
    const letters = openDeadLetters(join(dir, 'queue'));
    try {
      const all = letters.list();
      if (dice.chance(0.7)) {
        tally.add('dead letters asked to be tried again', letters.retry(all.map(({ id }) => id)));
        return;
      }
      const [letter] = all;
      if (letter === undefined || letters.purge([letter.id]) === 0) return;
      tally.add('dead letters purged');
      for (const { spanId } of letter.dead) purged.add(spanId);
    } finally {
      letters.close();
    }
  } catch (thrown) {
    tally.add(`dead letters not to be had: ${messageOf(thrown).slice(0, 40)}`);
  }
}
