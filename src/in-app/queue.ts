import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, Queue } from '../core/ports.ts';
import { createMemoryQueue } from '../queue/memory-queue.ts';

const RETRY_AFTER_MS = 1000;
const SPOOL_BYTES = 1024 * 1024 * 1024;

export interface AppQueueDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface Spool {
  readonly dir: string;
  readonly outbox: Outbox;
}

export interface AppQueue {
  readonly queue: Queue;
  /** Whether what it holds is there after the process. */
  readonly isOnDisk: boolean;
  /** Where it is on disk, and what its calls have triggered. */
  readonly spool?: Spool;
  /** Moves into it what processes that are gone have left beside it. */
  readonly takeOver?: (put: Queue['put'], signal: AbortSignal) => Promise<void>;
}

export function memoryQueue(deps: AppQueueDeps, maxBytes: number): AppQueue {
  return { queue: createMemoryQueue(deps, { maxBytes, retryAfterMs: RETRY_AFTER_MS }), isOnDisk: false };
}

/**
 * The first queue in `spoolDir` that no other process has: `spoolDir` itself, then `spoolDir/2` and so on. Each can be
 * delivered by a sidecar, too. What waits in those that nobody has any more is taken over. A spool that cannot be opened is
 * warned of, and memory takes its place. Never rejects.
 */
export async function spoolQueue(deps: AppQueueDeps, spoolDir: string, maxMemoryBytes: number): Promise<AppQueue> {
  try {
    // Here and not above: it loads the database.
    const { openDiskQueue } = await import('../queue/disk-queue.ts');
    const { openFirst, spoolDirs, takeOver } = await import('../queue/spools.ts');
    const bounds = { maxBytes: SPOOL_BYTES, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS, fsync: false } as const;
    const open = (dir: string) => openDiskQueue(deps, { dir, ...bounds });
    const dirs = spoolDirs(spoolDir);
    const { dir, queue } = openFirst(open, dirs);
    const others = dirs.filter((other) => other !== dir);
    return {
      queue,
      isOnDisk: true,
      spool: { dir, outbox: queue.outbox },
      takeOver: (put, signal) => takeOver({ ...deps, open, put }, others, signal),
    };
  } catch (thrown) {
    deps.log.error('The spool cannot be used: spans wait in memory only.', { reason: messageOf(thrown) });
    return memoryQueue(deps, maxMemoryBytes);
  }
}
