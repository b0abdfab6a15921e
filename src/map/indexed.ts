import type { Attributes } from '../core/span.ts';
import { plain } from './json-text.ts';
import type { SpanView } from './span-view.ts';

/** Lists are rebuilt from keys such as `llm.input_messages.3.message.role`; an index beyond this is hostile, not a message. */
export const MAX_INDEX = 10_000;

/**
 * Rebuilds what was flattened below a prefix: `gen_ai.prompt.0.role` … becomes [{role}], gaps closed.
 * Only keys whose next part is a number count, so that `gen_ai.prompt.name` is no message.
 */
export function listAt(view: SpanView, prefix: string): readonly unknown[] | undefined {
  return listIn(view.span.attributes, prefix);
}

/** The same of an event's attributes. */
export function listIn(attributes: Attributes, prefix: string): readonly unknown[] | undefined {
  const items: Tree = new Map();
  for (const [key, value] of attributes) {
    if (!key.startsWith(prefix) || value === null) continue;
    const path = key.slice(prefix.length).split('.');
    const index = path[0];
    if (index === undefined || !isIndex(index)) continue;
    insert(items, path, plain(value));
  }
  return items.size === 0 ? undefined : (collapse(items) as readonly unknown[]);
}

type Tree = Map<string, unknown>;

const isIndex = (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= MAX_INDEX;

function insert(tree: Tree, path: readonly string[], value: unknown): void {
  let node = tree;
  for (const [depth, part] of path.entries()) {
    if (depth === path.length - 1) {
      if (!(node.get(part) instanceof Map)) node.set(part, value);
      return;
    }
    const next = node.get(part);
    if (next instanceof Map) node = next;
    else {
      const made: Tree = new Map();
      node.set(part, made);
      node = made;
    }
  }
}

/** Maps whose keys are all indexes become lists in index order; the others objects. */
function collapse(node: unknown): unknown {
  if (!(node instanceof Map)) return node;
  const keys = [...(node as Tree).keys()];
  if (keys.every(isIndex)) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => collapse(node.get(key)));
  }
  return Object.fromEntries(keys.map((key) => [key, collapse(node.get(key))]));
}
