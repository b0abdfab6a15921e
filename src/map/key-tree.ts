/**
 * Remembers something for a list of keys, such as a span's attribute keys in their order.
 * A tree of Maps, walked key by key: nothing is put together or compared as a whole, since this happens for every span.
 */
export interface KeyTree<T> {
  /** What was made for these keys before, or is made now. */
  of(keys: readonly string[], make: () => T): T;
}

interface Node<T> {
  readonly next: Map<string, Node<T>>;
  value: T | undefined;
}

/** A longer list is not remembered: it would drive out hundreds of others. */
const MAX_SHARE = 0.01;

/** Forgets everything when it has grown to `maxNodes`: a sender that makes up keys without end gains nothing. */
export function createKeyTree<T>(maxNodes: number): KeyTree<T> {
  let root: Node<T> = { next: new Map(), value: undefined };
  let nodes = 1;

  return {
    of(keys, make) {
      if (keys.length > maxNodes * MAX_SHARE) return make();
      let node = root;
      for (const key of keys) {
        let next = node.next.get(key);
        if (next === undefined) {
          next = { next: new Map(), value: undefined };
          node.next.set(key, next);
          nodes += 1;
        }
        node = next;
      }
      node.value ??= make();
      const { value } = node;
      if (nodes > maxNodes) {
        root = { next: new Map(), value: undefined };
        nodes = 1;
      }
      return value;
    },
  };
}
