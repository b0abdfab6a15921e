import type { Queue, QueueEntry } from '../core/ports.ts';

export interface WatchedQueue extends Queue {
  /** Resolves when every request put before has been settled, or when the signal aborts. */
  settled(signal: AbortSignal): Promise<void>;
  /** All that is not settled, claimed or not: for a process that ends now. The queue is of no use afterwards. */
  takeAll(): readonly QueueEntry[];
}

/** A queue that can be waited for. Entries are claimed for the first time in the order in which they were put. */
export function watchQueue(queue: Queue): WatchedQueue {
  /** The place of each entry in that order, by id: those that were claimed and are not settled. */
  const places = new Map<number, number>();
  /** Claimed now, and not handed back. */
  const claimed = new Map<number, QueueEntry>();
  const waiters = new Set<() => void>();
  let puts = queue.depth().entries;
  let claims = 0;
  let lastId = 0;

  function note(entry: QueueEntry): void {
    claimed.set(entry.id, entry);
    if (entry.id <= lastId) return;
    lastId = entry.id;
    claims += 1;
    places.set(entry.id, claims);
  }

  function handBack(ids: readonly number[]): void {
    for (const id of ids) claimed.delete(id);
  }

  function isSettled(place: number): boolean {
    if (claims < place) return false;
    for (const other of places.values()) if (other <= place) return false;
    return true;
  }

  return {
    ...queue,
    async put(request) {
      const outcome = await queue.put(request);
      if (outcome.status === 'accepted') puts += 1;
      return outcome;
    },
    claim(maxBytes) {
      const entries = queue.claim(maxBytes);
      for (const entry of entries) note(entry);
      return entries;
    },
    settle(settled) {
      queue.settle(settled);
      for (const { id } of settled) {
        places.delete(id);
        claimed.delete(id);
      }
      for (const look of waiters) look();
    },
    release(ids) {
      handBack(ids);
      queue.release(ids);
    },
    park(ids, under) {
      handBack(ids);
      queue.park(ids, under);
    },
    settled(signal) {
      const last = puts;
      return new Promise((resolve) => {
        const look = () => {
          if (!signal.aborted && !isSettled(last)) return;
          waiters.delete(look);
          signal.removeEventListener('abort', look);
          resolve();
        };
        waiters.add(look);
        signal.addEventListener('abort', look);
        look();
      });
    },
    takeAll() {
      const underWay = [...claimed.values()];
      for (const name of [...queue.parkedUnder()]) queue.unpark(name, Number.POSITIVE_INFINITY);
      return [...underWay, ...queue.claim(Number.POSITIVE_INFINITY)];
    },
  };
}
