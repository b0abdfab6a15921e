import type { Span } from '../core/span.ts';
import { nearestAbove } from './nearest-above.ts';
import { keyOf, type SpanKey } from './span-key.ts';

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

/**
 * Decides which spans become calls, and what the parents of the others' children are. Both follow from the spans that are
 * known, in whatever order they came.
 */
export interface Shape {
  /** Notes the spans of a request. Returns those of earlier ones that are kept after all, or have another parent now. */
  note(spans: readonly { readonly span: Span; readonly isLlm: boolean }[]): readonly SpanKey[];
  isKept(key: SpanKey): boolean;
  /** Whether a dropped span is kept as soon as one below it is. */
  mayReturn(key: SpanKey): boolean;
  /** Of a kept span: the id of the nearest one above that is not known to be dropped; '' for none. */
  parentOf(key: SpanKey): string;
}

/** Spans remembered, so that a child finds the nearest kept span above it; the oldest are forgotten. */
export const MAX_REMEMBERED = 200_000;

interface Known {
  readonly key: SpanKey;
  readonly spanId: string;
  /** Its parent; later a short cut past excluded spans. */
  above: Known | undefined;
  /** False while only its children have told of it. */
  isSeen: boolean;
  isWanted: boolean;
  isExcluded: boolean;
  /** A wanted span is below it. */
  isNeeded: boolean;
  /** It was dropped first, and needed later. */
  hasReturned: boolean;
  /** Kept spans whose nearest one above it is, as long as nobody knows whether it is dropped. */
  awaiting: Set<Known> | undefined;
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
  const spans = new Map<SpanKey, Known>();

  function knownOf(traceId: string, spanId: string): Known {
    const key = keyOf({ traceId, spanId } as Span);
    const known = spans.get(key);
    if (known) return known;
    const made: Known = {
      key,
      spanId,
      above: undefined,
      isSeen: false,
      isWanted: false,
      isExcluded: false,
      isNeeded: false,
      hasReturned: false,
      awaiting: undefined,
    };
    spans.set(key, made);
    return made;
  }

  function see(span: Span, isLlm: boolean): { readonly known: Known; readonly isAgain: boolean } {
    const known = knownOf(span.traceId, span.spanId);
    if (known.isSeen) return { known, isAgain: true };
    known.isSeen = true;
    if (span.parentSpanId !== '' && span.parentSpanId !== span.spanId) {
      known.above = knownOf(span.traceId, span.parentSpanId);
    }
    known.isExcluded = settings.exclude.some((filter) => matches(filter, span));
    known.isWanted =
      (settings.keep !== 'llm' || isLlm) &&
      (settings.include.length === 0 || settings.include.some((filter) => matches(filter, span)));
    return { known, isAgain: false };
  }

  /** The nearest span above a kept one that is kept, too, or of which that is not known yet. */
  const above = (known: Known) => nearestAbove(known, (one) => !one.isSeen || isKept(one), spans.size);

  /** A kept span waits for its parent, should that be dropped. */
  function wait(known: Known): void {
    const parent = above(known);
    if (parent && !parent.isSeen) parent.awaiting = (parent.awaiting ?? new Set()).add(known);
  }

  /**
   * Tells the spans above that a wanted one is below them. Returns those that were dropped before they knew. One that comes
   * again tells them all anew; `told`: those to whom the others of its request have.
   */
  function announce(known: Known, isAgain: boolean, fresh: ReadonlySet<Known>, told: Set<Known>): readonly Known[] {
    const returned: Known[] = [];
    for (let at = known.above; at && !(isAgain ? told.has(at) : at.isNeeded); at = at.above) {
      if (at.isSeen && !at.isExcluded && !isKept(at) && !fresh.has(at)) at.hasReturned = true;
      at.isNeeded = true;
      if (isAgain) told.add(at);
      if (at.hasReturned) returned.push(at);
    }
    return returned;
  }

  function forgetOldest(): void {
    for (const key of spans.keys()) {
      if (spans.size <= MAX_REMEMBERED) return;
      spans.delete(key);
    }
  }

  return {
    note(request) {
      forgetOldest();
      const changed = new Set<SpanKey>();
      const seen = request.map(({ span, isLlm }) => see(span, isLlm));
      const fresh = new Set(seen.flatMap(({ known, isAgain }) => (isAgain ? [] : [known])));
      const told = new Set<Known>();
      const returned = seen.flatMap(({ known, isAgain }) =>
        known.isNeeded || (known.isWanted && !known.isExcluded) ? announce(known, isAgain, fresh, told) : NONE,
      );
      for (const known of returned) {
        changed.add(known.key);
        wait(known);
      }
      for (const { known } of seen) {
        if (isKept(known)) {
          known.awaiting = undefined;
          wait(known);
          continue;
        }
        // They are not forgotten: should this request come again, they have to be told again.
        for (const child of known.awaiting ?? NONE) {
          changed.add(child.key);
          wait(child);
        }
      }
      return [...changed];
    },
    isKept: (key) => isKept(spans.get(key)),
    mayReturn: (key) => spans.get(key)?.isExcluded === false,
    parentOf(key) {
      const known = spans.get(key);
      return (isKept(known) && known && above(known)?.spanId) || '';
    },
  };
}

function isKept(known: Known | undefined): boolean {
  return known !== undefined && !known.isExcluded && (known.isWanted || known.isNeeded);
}

const NONE: readonly Known[] = [];
