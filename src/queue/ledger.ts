import type { QueueDepth } from '../core/ports.ts';
import type { Item } from './item.ts';
import { createParked } from './parked.ts';

/** What an entry costs beyond its body, so that a flood of tiny requests is bounded, too. */
export const ENTRY_OVERHEAD_BYTES = 256;

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
  /** Sets claimed entries aside under a name. */
  park(ids: readonly number[], under: string): void;
  /** Makes entries that were set aside first under a name claimable again: as in `claim`. */
  unpark(under: string, maxBytes: number): void;
  parkedUnder(): Iterable<string>;
  /** Claims those of these entries that are set aside under a name. */
  recall(ids: Iterable<number>, under: string): readonly Item[];
  /**
   * Forgets one entry that is not claimed: of those that are set aside the oldest, else the oldest of all.
   * `nextAfter` as in `claim`.
   */
  dropOldest(nextAfter: (id: number) => Item | undefined): Item | undefined;
  /** Whether a body finds room once everything that is not claimed has been dropped. */
  couldFit(bytes: number): boolean;
  /** How many entries are stored and neither claimed nor set aside. */
  waiting(): number;
  /** The share of the room that is taken: 0 to 1. */
  fill(): number;
  depth(): QueueDepth;
}

/** Counts what a queue stores, and knows which of it is claimed and whose turn is next. Holds no bodies. */
export function createLedger(maxBytes: number, stored: Pick<QueueDepth, 'entries' | 'spans' | 'bytes'>): Ledger {
  let { entries, spans, bytes } = stored;
  let reservedBytes = 0;
  /** Every id up to this one has been claimed at least once. */
  let lastClaimedId = 0;
  const claimed = new Map<number, Item>();
  let claimedBytes = 0;
  const parked = createParked();
  /** Handed back, all older than what was never claimed; the oldest is the last one. */
  const released: Item[] = [];

  function setClaimed(item: Item): void {
    claimed.set(item.id, item);
    claimedBytes += costOf(item.bytes);
  }

  function takeClaimed(id: number): Item {
    const item = claimed.get(id);
    if (item === undefined) throw new Error(`Entry ${id} is not claimed.`);
    claimed.delete(id);
    claimedBytes -= costOf(item.bytes);
    return item;
  }

  function release(items: readonly Item[]): void {
    for (const item of items) released.push(item);
    released.sort((a, b) => b.id - a.id);
  }

  function forget(item: Item): void {
    entries -= 1;
    bytes -= item.bytes;
    spans -= item.spans;
  }

  return {
    reserve(bodyBytes) {
      const cost = costOf(bodyBytes);
      if (bytes + entries * ENTRY_OVERHEAD_BYTES + reservedBytes + cost > maxBytes) return false;
      reservedBytes += cost;
      return true;
    },
    unreserve(bodyBytes) {
      reservedBytes -= costOf(bodyBytes);
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
        setClaimed(item);
        items.push(item);
        left -= item.bytes;
      }
    },
    settle: (id) => forget(takeClaimed(id)),
    release: (ids) => release(ids.map(takeClaimed)),
    park(ids, under) {
      for (const id of ids) parked.add(takeClaimed(id), under);
    },
    unpark: (under, unparkBytes) => release(parked.take(under, unparkBytes)),
    parkedUnder: parked.names,
    recall(ids, under) {
      const items = [...ids].flatMap((id) => parked.takeOne(under, id) ?? []);
      items.forEach(setClaimed);
      return items;
    },
    dropOldest(nextAfter) {
      const item = parked.takeOldest() ?? released.pop() ?? nextAfter(lastClaimedId);
      if (item === undefined) return undefined;
      lastClaimedId = Math.max(lastClaimedId, item.id);
      forget(item);
      return item;
    },
    couldFit: (bodyBytes) => claimedBytes + reservedBytes + costOf(bodyBytes) <= maxBytes,
    waiting: () => entries - claimed.size - parked.count(),
    fill: () => (bytes + entries * ENTRY_OVERHEAD_BYTES + reservedBytes) / maxBytes,
    depth: () => ({ entries, spans, bytes, claimed: claimed.size, parked: parked.count() }),
  };
}

export const costOf = (bodyBytes: number): number => bodyBytes + ENTRY_OVERHEAD_BYTES;
