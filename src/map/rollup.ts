import type { Span } from '../core/span.ts';
import { type Usage, usageSummary } from './usage.ts';

/** Spans whose sums are remembered until their parent comes; the oldest are forgotten. */
const MAX_SUMS = 100_000;

export interface Rollup {
  /**
   * `map.usage: rollup`: what each span and all below it that have come so far have counted, by model, in the order
   * of `spans`. The call of a parent that came before its children shows its own only.
   */
  sums(
    spans: readonly { readonly span: Span; readonly counted: Usage | undefined; readonly isModelCall: boolean }[],
  ): readonly (Readonly<Record<string, unknown>> | undefined)[];
}

type Counts = Record<string, number>;
type Sums = Map<string, Counts>;

export function createRollup(): Rollup {
  /** What the children of a span have counted so far, by the span's trace and id. */
  const below = new Map<string, Sums>();

  return {
    sums(spans) {
      const result: (Readonly<Record<string, unknown>> | undefined)[] = [];
      for (const at of childrenFirst(spans)) {
        const one = spans[at];
        if (!one) continue;
        const { span, counted, isModelCall } = one;
        const id = span.traceId + span.spanId;
        const sums: Sums = below.get(id) ?? new Map();
        below.delete(id);
        if (counted) add(sums, usageSummary(counted, isModelCall) as Record<string, Counts>);
        if (span.parentSpanId !== '' && sums.size > 0) {
          const parent = span.traceId + span.parentSpanId;
          const above = below.get(parent) ?? new Map();
          add(above, Object.fromEntries(sums));
          below.set(parent, above);
        }
        result[at] = sums.size > 0 ? Object.fromEntries(sums) : undefined;
      }
      for (const id of below.keys()) {
        if (below.size <= MAX_SUMS) break;
        below.delete(id);
      }
      return result;
    },
  };
}

/** Positions of the spans, children before their parents. */
function childrenFirst(spans: readonly { readonly span: Span }[]): readonly number[] {
  const parents = new Map(spans.map(({ span }) => [span.spanId as string, span.parentSpanId as string]));
  const depths = spans.map(({ span }) => {
    let depth = 0;
    for (let id: string = span.spanId; parents.has(id) && depth <= spans.length; depth++) id = parents.get(id) ?? '';
    return depth;
  });
  return [...spans.keys()].sort((a, b) => (depths[b] ?? 0) - (depths[a] ?? 0));
}

function add(into: Sums, usage: Readonly<Record<string, Counts>>): void {
  for (const [model, counts] of Object.entries(usage)) {
    const sum = { ...into.get(model) };
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
    into.set(model, sum);
  }
}
