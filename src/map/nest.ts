/**
 * Dotted keys to nested JSON text: `a.b.c` becomes {"a":{"b":{"c":…}}}, as Weave shows attributes.
 * A scalar whose key is also the beginning of another key is kept below `_value`.
 */

/** Where the values go: `pieces[0] + value of order[0] + pieces[1] + …`. */
export interface NestTemplate {
  readonly pieces: readonly string[];
  readonly order: readonly number[];
  /** Of the outermost members. */
  readonly names: ReadonlySet<string>;
}

interface Node {
  value: number | undefined;
  /** Most nodes are leaves and need none. */
  children: Map<string, Node> | undefined;
}

/** Key parts beyond this stay together, dots and all, in the last one. */
export const MAX_KEY_PARTS = 32;

/** Works out the nesting of keys. Of a key that comes twice the last one counts. */
export function nestTemplate(keys: readonly string[]): NestTemplate {
  const root: Node = { value: undefined, children: undefined };
  for (const [position, key] of keys.entries()) {
    let node = root;
    for (const part of partsOf(key)) {
      node.children ??= new Map();
      let next = node.children.get(part);
      if (!next) {
        next = { value: undefined, children: undefined };
        node.children.set(part, next);
      }
      node = next;
    }
    node.value = position;
  }
  const pieces: string[] = [];
  const order: number[] = [];
  let text = '';
  const write = (node: Node, isRoot: boolean) => {
    if (node.value !== undefined && node.children === undefined) {
      pieces.push(text);
      text = '';
      order.push(node.value);
      return;
    }
    text += '{';
    let first = true;
    if (node.value !== undefined && !isRoot) {
      text += `${JSON.stringify(nameBeside(node.children))}:`;
      pieces.push(text);
      text = '';
      order.push(node.value);
      first = false;
    }
    for (const [part, child] of node.children ?? []) {
      text += `${first ? '' : ','}${JSON.stringify(part)}:`;
      first = false;
      write(child, false);
    }
    text += '}';
  };
  write(root, true);
  pieces.push(text);
  return { pieces, order, names: new Set(root.children?.keys()) };
}

function partsOf(key: string): readonly string[] {
  const parts = key.split('.');
  return parts.length <= MAX_KEY_PARTS
    ? parts
    : [...parts.slice(0, MAX_KEY_PARTS - 1), parts.slice(MAX_KEY_PARTS - 1).join('.')];
}

/** `_value`, or with more underscores where the sender has a key of that name itself. */
function nameBeside(children: ReadonlyMap<string, unknown> | undefined): string {
  let name = '_value';
  while (children?.has(name)) name = `_${name}`;
  return name;
}

/** Puts the JSON texts of the values, by position of their key, into the nesting. */
export function fillTemplate(template: NestTemplate, texts: readonly string[]): string {
  let text = template.pieces[0] ?? '{}';
  for (let at = 0; at < template.order.length; at++) {
    text += (texts[template.order[at] ?? -1] ?? 'null') + (template.pieces[at + 1] ?? '');
  }
  return text;
}
