import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { BridgeError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Queue } from '../core/ports.ts';
import { databasePath } from './files.ts';

/** Processes that may share one directory, each with a queue of its own in it. */
export const MAX_SPOOLS = 16;
/** Bodies that are moved at a time. */
const MOVE_BYTES = 256 * 1024;

/** Where they have them: `dir` itself, then `dir/2` and so on. */
export function spoolDirs(dir: string): SpoolDirs {
  return [dir, ...Array.from({ length: MAX_SPOOLS - 1 }, (_, at) => join(dir, String(at + 2)))];
}

export type SpoolDirs = readonly [string, ...string[]];

export interface OpenSpool<Q> {
  readonly dir: string;
  readonly queue: Q;
}

/** The first one that no other process has. Throws QUEUE_LOCKED where there is none. */
export function openFirst<Q>(open: (dir: string) => Q, [dir, ...others]: SpoolDirs): OpenSpool<Q> {
  try {
    return { dir, queue: open(dir) };
  } catch (thrown) {
    const [next, ...rest] = others;
    if (!isTaken(thrown) || next === undefined) throw thrown;
    return openFirst(open, [next, ...rest]);
  }
}

const isTaken = (thrown: unknown) => thrown instanceof BridgeError && thrown.code === 'QUEUE_LOCKED';

export interface TakeOverDeps {
  /** Opens the queue of one of the directories; throws QUEUE_LOCKED where a process has it. */
  readonly open: (dir: string) => Queue;
  /** The queue that takes what waits. */
  readonly put: Queue['put'];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Moves what waits in queues that no process has any more into one that is delivered from: fewer processes may share the
 * directory now than before. What was moved when the process dies is moved again: sent twice, it is one call in Weave.
 * Stops where no more is taken, or when the signal aborts; the rest stays where it is. Never rejects.
 */
export async function takeOver(deps: TakeOverDeps, dirs: readonly string[], signal: AbortSignal): Promise<void> {
  const { open, put, clock, log } = deps;
  for (const dir of dirs) {
    if (signal.aborted) return;
    if (!existsSync(databasePath(dir))) continue;
    await clock.yield();
    try {
      const left = open(dir);
      await moveAll(left);
      await left.close();
    } catch (thrown) {
      if (!isTaken(thrown))
        log.warn('What an earlier process has left cannot be read.', { dir, reason: messageOf(thrown) });
    }
  }

  async function moveAll(left: Queue): Promise<void> {
    for (;;) {
      const entries = left.claim(MOVE_BYTES);
      if (entries.length === 0) return;
      for (const { id, acceptedAtMs: _, damaged, ...request } of entries) {
        // A damaged one is for whoever opens that queue: it knows what to do with it.
        if (damaged !== undefined) continue;
        if (signal.aborted || (await put(request)).status !== 'accepted') return;
        left.settle([{ id, dead: [] }]);
      }
      await clock.yield();
    }
  }
}
