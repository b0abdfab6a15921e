import type { Span } from '../core/span.ts';
import { keyOf, type SpanKey } from './span-key.ts';

type Counts = Record<string, number>;
/** Token counts by model, as `summary.usage` has them. */
export type UsageByModel = Readonly<Record<string, Readonly<Counts>>>;

/**
 * `map.usage: rollup`: what each span and all that are below it have counted. Sums are kept as differences, so that spans
 * may come in any order, come again, and be judged otherwise later.
 */
export interface Rollup {
  /** Puts a span in its place; to be called for all of a request before any of it is counted. */
  place(span: Pick<Span, 'traceId' | 'spanId' | 'parentSpanId'>): void;
  /** Says what a span has counted itself. Returns the spans above, whose sums have that and all below it. */
  count(key: SpanKey, own: UsageByModel | undefined): readonly SpanKey[];
  /** The sum of a span and all below it. */
  sum(key: SpanKey): UsageByModel | undefined;
}

/** Spans remembered; the oldest are forgotten. */
export const MAX_REMEMBERED = 200_000;
/** What a span counts rises through so many spans above that are known by then. More only where parents are hostile. */
const MAX_HEIGHT = 100;

interface Node {
  readonly key: SpanKey;
  above: Node | undefined;
  isSeen: boolean;
  own: UsageByModel | undefined;
  readonly sum: Map<string, Counts>;
}

export function createRollup(): Rollup {
  const nodes = new Map<SpanKey, Node>();

  function nodeOf(key: SpanKey): Node {
    const known = nodes.get(key);
    if (known) return known;
    const node: Node = { key, above: undefined, isSeen: false, own: undefined, sum: new Map() };
    nodes.set(key, node);
    for (const oldest of nodes.keys()) {
      if (nodes.size <= MAX_REMEMBERED) break;
      nodes.delete(oldest);
    }
    return node;
  }

  return {
    place(span) {
      const node = nodeOf(keyOf(span));
      if (node.isSeen) return;
      node.isSeen = true;
      if (span.parentSpanId === '' || span.parentSpanId === span.spanId) return;
      const above = line(nodeOf(span.traceId + span.parentSpanId));
      if (above.includes(node)) return; // hostile parents go round in a circle: here it ends
      node.above = above[0];
      if (node.sum.size === 0) return;
      for (const { sum } of above) addTo(sum, Object.fromEntries(node.sum), 1);
    },
    count(key, own) {
      const node = nodeOf(key);
      const before = node.own;
      if (!before && !own && node.sum.size === 0) return [];
      node.own = own;
      const [, ...above] = line(node);
      for (const { sum } of before || own ? [node, ...above] : []) {
        if (before) addTo(sum, before, -1);
        if (own) addTo(sum, own, 1);
      }
      return above.filter(({ isSeen }) => isSeen).map((one) => one.key);
    },
    sum(key) {
      const sum = nodes.get(key)?.sum;
      if (!sum || sum.size === 0) return undefined;
      return Object.fromEntries([...sum].map(([model, counts]) => [model, { ...counts }]));
    },
  };
}

/** A span and those above it. */
function line(from: Node | undefined): readonly Node[] {
  const found: Node[] = [];
  for (let at = from; at && found.length < MAX_HEIGHT; at = at.above) found.push(at);
  return found;
}

/** The others are there only where they are more than zero. */
const ALWAYS: ReadonlySet<string> = new Set(['input_tokens', 'output_tokens', 'total_tokens']);

function addTo(sum: Map<string, Counts>, usage: UsageByModel, sign: 1 | -1): void {
  for (const [model, counts] of Object.entries(usage)) {
    const total = sum.get(model) ?? {};
    for (const [name, count] of Object.entries(counts)) {
      total[name] = (total[name] ?? 0) + sign * count;
      if (total[name] === 0 && !ALWAYS.has(name)) delete total[name];
    }
    if (Object.values(total).some((count) => count !== 0)) sum.set(model, total);
    else sum.delete(model);
  }
}
