import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { BridgeError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, Queue } from '../core/ports.ts';
import { createMemoryQueue } from '../queue/memory-queue.ts';

/** Processes that may share one `spoolDir`, each with a queue of its own in it. */
export const MAX_SPOOLS = 16;
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
}

export function memoryQueue(deps: AppQueueDeps, maxBytes: number): AppQueue {
  return { queue: createMemoryQueue(deps, { maxBytes, retryAfterMs: RETRY_AFTER_MS }), isOnDisk: false };
}

/**
 * The first queue in `spoolDir` that no other process has: `spoolDir` itself, then `spoolDir/2` and so on. Each can be
 * delivered by a sidecar, too. A spool that cannot be opened is warned of, and memory takes its place. Never rejects.
 */
export async function spoolQueue(deps: AppQueueDeps, spoolDir: string, maxMemoryBytes: number): Promise<AppQueue> {
  try {
    // Here and not above: it loads the database.
    const { openDiskQueue } = await import('../queue/disk-queue.ts');
    for (let at = 1; ; at += 1) {
      const dir = at === 1 ? spoolDir : join(spoolDir, String(at));
      try {
        const bounds = { maxBytes: SPOOL_BYTES, onFull: 'refuse', retryAfterMs: RETRY_AFTER_MS } as const;
        const queue = openDiskQueue(deps, { dir, ...bounds, fsync: false });
        return { queue, isOnDisk: true, spool: { dir, outbox: queue.outbox } };
      } catch (thrown) {
        const isTaken = thrown instanceof BridgeError && thrown.code === 'QUEUE_LOCKED';
        if (!isTaken || at === MAX_SPOOLS) throw thrown;
      }
    }
  } catch (thrown) {
    deps.log.error('The spool cannot be used: spans wait in memory only.', { reason: messageOf(thrown) });
    return memoryQueue(deps, maxMemoryBytes);
  }
}
