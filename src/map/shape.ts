import type { Span } from '../core/span.ts';

/** Spans by what they are: all conditions that are given must hold. */
export interface SpanFilter {
  readonly scope?: RegExp;
  readonly name?: RegExp;
  readonly attribute?: { readonly key: string; readonly value?: RegExp };
}

export interface ShapeSettings {
  /** `llm`: spans of LLM work and those above them. */
  readonly keep: 'all' | 'llm';
  /** Where there are any, only spans that match one (and those above them). */
  readonly include: readonly SpanFilter[];
  /** Spans that match one are dropped whatever the others say; their children move up. */
  readonly exclude: readonly SpanFilter[];
}

export interface Shaped {
  /** By position: whether the span becomes a call. */
  readonly kept: readonly boolean[];
  /** By position: the nearest span above that becomes a call, '' for none. */
  readonly parents: readonly string[];
  /** Spans of earlier requests whose parent is dropped only now, with their new one. */
  readonly moved: readonly { readonly span: string; readonly parent: string }[];
}

/** Decides which spans become calls, and what the parents of the others' children are. */
export interface Shape {
  shape(spans: readonly { readonly span: Span; readonly isLlm: boolean }[]): Shaped;
}

/** Spans remembered, so that a child finds the nearest kept span above it; the oldest are forgotten. */
export const MAX_REMEMBERED = 200_000;

interface Known {
  readonly parent: string;
  /** Undefined until it is decided. */
  dropped?: boolean;
  /** A kept span is below it. */
  needed: boolean;
}

export function matches(filter: SpanFilter, span: Span): boolean {
  if (filter.scope && !filter.scope.test(span.scope.name)) return false;
  if (filter.name && !filter.name.test(span.name)) return false;
  if (!filter.attribute) return true;
  const value = span.attributes.get(filter.attribute.key);
  if (value === undefined || value === null) return false;
  return filter.attribute.value?.test(typeof value === 'string' ? value : String(value)) ?? true;
}

export function createShape(settings: ShapeSettings): Shape {
  const known = new Map<string, Known>();
  /** Calls that were sent with a parent that nobody has seen yet, by that parent. */
  const awaiting = new Map<string, string[]>();

  const idOf = (span: Span, id: string) => (id === '' ? '' : span.traceId + id);

  function isWanted(span: Span, isLlm: boolean): boolean {
    if (settings.keep === 'llm' && !isLlm) return false;
    return settings.include.length === 0 || settings.include.some((filter) => matches(filter, span));
  }

  function announce(id: string): void {
    for (let at = known.get(id)?.parent ?? ''; at !== ''; ) {
      const above = known.get(at) ?? { parent: '', needed: false };
      if (above.needed && known.has(at)) return;
      above.needed = true;
      known.set(at, above);
      at = above.parent;
    }
  }

  /** The nearest span above that is not known to be dropped. */
  function parentOf(id: string): string {
    let at = known.get(id)?.parent ?? '';
    for (let hops = 0; at !== '' && known.get(at)?.dropped === true && hops < MAX_REMEMBERED; hops++) {
      at = known.get(at)?.parent ?? '';
    }
    return at;
  }

  function forgetOldest(): void {
    for (const id of known.keys()) {
      if (known.size <= MAX_REMEMBERED) return;
      known.delete(id);
      awaiting.delete(id);
    }
  }

  return {
    shape(spans) {
      for (const { span } of spans) {
        const id = idOf(span, span.spanId);
        const needed = known.get(id)?.needed ?? false;
        known.set(id, { parent: idOf(span, span.parentSpanId), needed });
      }
      const wanted = spans.map(({ span, isLlm }) => isWanted(span, isLlm));
      for (const [at, { span }] of spans.entries()) {
        const id = idOf(span, span.spanId);
        if (wanted[at] || known.get(id)?.needed) announce(id);
      }
      const kept = spans.map(({ span }, at) => {
        const entry = known.get(idOf(span, span.spanId));
        const isKept =
          (wanted[at] === true || entry?.needed === true) && !settings.exclude.some((filter) => matches(filter, span));
        if (entry) entry.dropped = !isKept;
        return isKept;
      });
      const moved: { span: string; parent: string }[] = [];
      const parents = spans.map(({ span }, at) => {
        const id = idOf(span, span.spanId);
        const parent = parentOf(id);
        if (kept[at] && parent !== '' && known.get(parent)?.dropped === undefined) {
          awaiting.set(parent, [...(awaiting.get(parent) ?? []), id]);
        }
        for (const child of kept[at] ? [] : (awaiting.get(id) ?? [])) {
          const above = parentOf(child);
          moved.push({ span: child, parent: above.slice(span.traceId.length) });
          if (above !== '' && known.get(above)?.dropped === undefined) {
            awaiting.set(above, [...(awaiting.get(above) ?? []), child]);
          }
        }
        // of a dropped span it is kept: should its request come again, the children have to be told again
        if (kept[at]) awaiting.delete(id);
        return parent.slice(span.traceId.length);
      });
      forgetOldest();
      return { kept, parents, moved };
    },
  };
}
