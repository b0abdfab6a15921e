import type { QueueEntry } from '../core/ports.ts';

/** Entries just stored. While the queue keeps up, they are claimed from here, and their bodies are never read from disk. */
export interface Fresh {
  add(entry: QueueEntry): void;
  /** The entry if it is here; then it no longer is. */
  take(id: number): QueueEntry | undefined;
}

/** What does not fit is left out, not what is old: the oldest are claimed first. */
export function createFresh(maxBytes: number): Fresh {
  const entries = new Map<number, QueueEntry>();
  let bytes = 0;
  return {
    add(entry) {
      if (bytes + entry.body.byteLength > maxBytes) return;
      bytes += entry.body.byteLength;
      entries.set(entry.id, entry);
    },
    take(id) {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      entries.delete(id);
      bytes -= entry.body.byteLength;
      return entry;
    },
  };
}
