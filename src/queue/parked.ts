import type { Item } from './item.ts';

/** Entries that are set aside, each under a name. */
export interface Parked {
  add(item: Item, under: string): void;
  /** Takes out what was added first under this name: as many as fit into maxBytes, at least one if there is any. */
  take(under: string, maxBytes: number): readonly Item[];
  /** Takes out this entry, if it is there. */
  takeOne(under: string, id: number): Item | undefined;
  /** Takes out the entry with the smallest id of those that were added first under their names. */
  takeOldest(): Item | undefined;
  /** The one that was taken from last comes last. */
  names(): Iterable<string>;
  count(): number;
}

export function createParked(): Parked {
  /** By name, then by id, both in the order in which they were added. */
  const byName = new Map<string, Map<number, Item>>();
  let count = 0;

  function remove(name: string, items: readonly Item[]): void {
    const parked = byName.get(name);
    for (const { id } of items) if (parked?.delete(id)) count -= 1;
    if (parked?.size === 0) byName.delete(name);
  }

  function firstOf(parked: ReadonlyMap<number, Item>, maxBytes: number): readonly Item[] {
    const items: Item[] = [];
    let bytes = 0;
    for (const item of parked.values()) {
      bytes += item.bytes;
      if (items.length > 0 && bytes > maxBytes) break;
      items.push(item);
    }
    return items;
  }

  return {
    add(item, under) {
      const parked = byName.get(under) ?? new Map<number, Item>();
      byName.set(under, parked.set(item.id, item));
      count += 1;
    },
    take(under, maxBytes) {
      const parked = byName.get(under);
      if (parked === undefined) return [];
      const items = firstOf(parked, maxBytes);
      // A Map keeps the order of insertion: whoever was served stands in line again.
      byName.delete(under);
      byName.set(under, parked);
      remove(under, items);
      return items;
    },
    takeOne(under, id) {
      const item = byName.get(under)?.get(id);
      if (item) remove(under, [item]);
      return item;
    },
    takeOldest() {
      let oldest: { readonly name: string; readonly item: Item } | undefined;
      for (const [name, parked] of byName) {
        const [item] = parked.values();
        if (item && (oldest === undefined || item.id < oldest.item.id)) oldest = { name, item };
      }
      if (oldest) remove(oldest.name, [oldest.item]);
      return oldest?.item;
    },
    names: () => byName.keys(),
    count: () => count,
  };
}
