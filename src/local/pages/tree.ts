/** Puts the calls of a trace in the order of a tree. */
import type { TreeNode } from '../store/traces.ts';

export interface PlacedNode {
  readonly node: TreeNode;
  /** 0 at the top. */
  readonly depth: number;
}

/**
 * Parents before their children, children in the order they came (`nodes` is sorted by start). A call whose parent
 * is not there stands at the top; so does the first call of a ring of parents. Every node comes out exactly once.
 */
export function treeOrder(nodes: readonly TreeNode[]): readonly PlacedNode[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const children = Map.groupBy(nodes, ({ parent_id }) => (parent_id !== null && ids.has(parent_id) ? parent_id : null));
  const placed: PlacedNode[] = [];
  const seen = new Set<TreeNode>();

  function place(top: TreeNode): void {
    const waiting: PlacedNode[] = [{ node: top, depth: 0 }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node, depth } = next;
      if (seen.has(node)) continue;
      seen.add(node);
      placed.push(next);
      for (const child of (children.get(node.id) ?? []).toReversed()) waiting.push({ node: child, depth: depth + 1 });
    }
  }

  for (const top of children.get(null) ?? []) place(top);
  // What is left hangs on a ring.
  for (const node of nodes) if (!seen.has(node)) place(node);
  return placed;
}
