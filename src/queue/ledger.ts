import type { QueueDepth } from '../core/ports.ts';

/** What an entry costs beyond its body, so that a flood of tiny requests is bounded, too. */
export const ENTRY_OVERHEAD_BYTES = 256;

export interface Item {
  readonly id: number;
  /** Length of the body. */
  readonly bytes: number;
  readonly spans: number;
}

export interface Ledger {
  /** Sets room aside for a body that is being stored. False: there is none. */
  reserve(bytes: number): boolean;
  /** Gives back what `reserve` took. */
  unreserve(bytes: number): void;
  /** Counts an entry that has been stored. */
  add(bytes: number, spans: number): void;
  /**
   * Claims the oldest entries that fit into maxBytes, at least one if there is any.
   * `nextAfter` answers the stored entry with the smallest id above the given one.
   */
  claim(maxBytes: number, nextAfter: (id: number) => Item | undefined): readonly Item[];
  /** Forgets a claimed entry. */
  settle(id: number): void;
  /** Makes claimed entries claimable again. */
  release(ids: readonly number[]): void;
  /** How many entries are stored and not claimed. */
  waiting(): number;
  depth(): QueueDepth;
}

/** Counts what a queue stores, and knows which of it is claimed and whose turn is next. Holds no bodies. */
export function createLedger(maxBytes: number, stored: Pick<QueueDepth, 'entries' | 'spans' | 'bytes'>): Ledger {
  let { entries, spans, bytes } = stored;
  let reservedBytes = 0;
  /** Every id up to this one has been claimed at least once. */
  let lastClaimedId = 0;
  const claimed = new Map<number, Item>();
  /** Handed back, all older than what was never claimed; the oldest is the last one. */
  const released: Item[] = [];

  function takeClaimed(id: number): Item {
    const item = claimed.get(id);
    if (item === undefined) throw new Error(`Entry ${id} is not claimed.`);
    claimed.delete(id);
    return item;
  }

  return {
    reserve(bodyBytes) {
      const cost = bodyBytes + ENTRY_OVERHEAD_BYTES;
      if (bytes + entries * ENTRY_OVERHEAD_BYTES + reservedBytes + cost > maxBytes) return false;
      reservedBytes += cost;
      return true;
    },
    unreserve(bodyBytes) {
      reservedBytes -= bodyBytes + ENTRY_OVERHEAD_BYTES;
    },
    add(bodyBytes, bodySpans) {
      entries += 1;
      bytes += bodyBytes;
      spans += bodySpans;
    },
    claim(claimBytes, nextAfter) {
      const items: Item[] = [];
      let left = claimBytes;
      for (;;) {
        const item = released.at(-1) ?? nextAfter(lastClaimedId);
        if (item === undefined || (items.length > 0 && item.bytes > left)) return items;
        if (item.id > lastClaimedId) lastClaimedId = item.id;
        else released.pop();
        claimed.set(item.id, item);
        items.push(item);
        left -= item.bytes;
      }
    },
    settle(id) {
      const item = takeClaimed(id);
      entries -= 1;
      bytes -= item.bytes;
      spans -= item.spans;
    },
    release(ids) {
      for (const id of ids) released.push(takeClaimed(id));
      released.sort((a, b) => b.id - a.id);
    },
    waiting: () => entries - claimed.size,
    depth: () => ({ entries, spans, bytes, claimed: claimed.size }),
  };
}
