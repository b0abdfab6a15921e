import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import type { Accepted } from './senders.ts';
import { PROJECTS, REFUSED } from './spans.ts';
import type { ChaosWeave } from './weave.ts';

/** What became of every span that was answered with success. */
export interface Balance {
  readonly accepted: number;
  readonly delivered: number;
  readonly dead: number;
  /** Those that somebody deleted from the dead letters. */
  readonly purged: number;
  /** Neither in Weave nor among the dead letters, nor deleted there, though the queue is empty. */
  readonly lost: readonly string[];
  /** More than once in Weave. */
  readonly doubled: readonly string[];
  /** Dead letters of spans that nothing is wrong with, and delivered ones that Weave refuses. */
  readonly misjudged: readonly string[];
}

export async function balanceOf(
  accepted: ReadonlyMap<string, Accepted>,
  weave: Pick<ChaosWeave, 'calls'>,
  queueDir: string,
  purged: ReadonlySet<string>,
): Promise<Balance> {
  const calls = new Map<string, number>();
  for (const project of PROJECTS) for (const [id, count] of await weave.calls(project)) calls.set(id, count);
  const dead = deadSpans(queueDir);

  const ids = [...accepted.keys()];
  const isBad = (id: string) => BAD_NAMES.has(accepted.get(id)?.name ?? '');
  return {
    accepted: ids.length,
    delivered: ids.filter((id) => calls.has(id)).length,
    dead: ids.filter((id) => dead.has(id)).length,
    purged: ids.filter((id) => purged.has(id)).length,
    lost: ids.filter((id) => !calls.has(id) && !dead.has(id) && !purged.has(id)),
    doubled: ids.filter((id) => (calls.get(id) ?? 0) > 1),
    misjudged: ids
      .filter((id) => (isBad(id) ? calls.has(id) : dead.has(id) || purged.has(id)))
      .map((id) => `${id} (${accepted.get(id)?.name}): ${dead.get(id) ?? 'delivered'}`),
  };
}

const BAD_NAMES = new Set(Object.keys(REFUSED));

/** Ids and reasons. */
function deadSpans(queueDir: string): ReadonlyMap<string, string> {
  const letters = openDeadLetters(queueDir);
  const dead = letters.list().flatMap((letter) => letter.dead.map(({ spanId, reason }) => [spanId, reason] as const));
  letters.close();
  return new Map(dead);
}
