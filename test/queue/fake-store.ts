import type { QueueEntry } from '../../src/core/ports.ts';
import type { Store } from '../../src/queue/store.ts';

export interface Transaction {
  readonly puts: number;
  /** Body bytes. */
  readonly bytes: number;
  /** Ids of settled entries. */
  readonly settled: readonly number[];
}

/** What goes wrong: each throws when the disk is to fail. */
export interface Faults {
  readonly onWrite?: (transaction: Transaction) => void;
  readonly onRead?: (id: number) => void;
}

/** A store in memory that remembers every transaction that was tried, and fails where it is told to. */
export function createFakeStore(faults: Faults = {}) {
  const tried: Transaction[] = [];
  const entries = new Map<number, QueueEntry>();
  let lastId = 0;
  const store: Store = {
    totals: () => ({ entries: 0, spans: 0, bytes: 0 }),
    nextAfter(id) {
      const entry = entries.get(id + 1);
      return entry && { id: entry.id, bytes: entry.body.byteLength, spans: entry.spans };
    },
    read(id) {
      faults.onRead?.(id);
      const entry = entries.get(id);
      if (entry === undefined) throw new Error('not stored');
      return entry;
    },
    write(requests, settled, nowMs) {
      const bytes = requests.reduce((sum, { body }) => sum + body.byteLength, 0);
      const transaction = { puts: requests.length, bytes, settled: settled.map(({ id }) => id) };
      tried.push(transaction);
      faults.onWrite?.(transaction);
      return requests.map((request) => {
        lastId += 1;
        const entry = { ...request, id: lastId, acceptedAtMs: nowMs };
        entries.set(lastId, entry);
        return entry;
      });
    },
    probe: () => undefined,
    shrink: () => undefined,
    close: () => undefined,
  };
  return { store, tried };
}
