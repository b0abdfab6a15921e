/** Cuts a list in two, each half with at least one item, where the weights of both come closest. For two items or more. */
export function halve<Item>(items: readonly Item[], weightOf: (item: Item) => number): readonly [Item[], Item[]] {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let before = 0;
  let cut = 1;
  let smallest = Number.POSITIVE_INFINITY;
  for (const [at, item] of items.slice(0, -1).entries()) {
    before += weightOf(item);
    const difference = Math.abs(total - 2 * before);
    if (difference < smallest) {
      smallest = difference;
      cut = at + 1;
    }
  }
  return [items.slice(0, cut), items.slice(cut)];
}
