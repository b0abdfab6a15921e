import type { CountedSpan, TraceMemory } from '../core/ports.ts';
import type { Span } from '../core/span.ts';
import { type Carrier, carrierOf, settle, weigh } from './carrier.ts';
import type { SpanKey } from './span-key.ts';
import { connect, type Place, placeIn, see, type TraceTree } from './trace-tree.ts';

/**
 * Who counts which tokens of a trace, so that each is counted once: agents, workflows and SDK root spans repeat what the
 * model calls below them have said, and some calls are seen by two instrumentations.
 *
 * Who counts follows from the spans that are known, and not from the order in which they came. Where a span that was
 * judged before is judged otherwise now, `note` says so, and its call is written anew.
 */
export interface Ledger {
  /**
   * Notes the spans of one request. Returns the spans of earlier ones that are judged otherwise now. When a request comes
   * again it returns the same ones again: their calls may never have been sent.
   */
  note(spans: readonly CountedSpan[]): readonly SpanKey[];
  /** Whether it was noted before: it comes again, or is mapped again with its log records. */
  has(span: Pick<Span, 'traceId' | 'spanId'>): boolean;
  /** Whether what this span states is counted here, and nowhere else; undefined where it states nothing or is forgotten. */
  counts(span: Pick<Span, 'traceId' | 'spanId'>): boolean | undefined;
}

/** Traces remembered; beyond it the one that was not touched for the longest time is forgotten. */
export const MAX_TRACES = 10_000;
/** Spans remembered over all traces. At some 150 bytes each this is the ledger's share of memory. */
export const MAX_SPANS = 200_000;
/** Spans of one trace that name the same response: two or three instrumentations. More than this are not counted. */
const MAX_TWINS = 16;

interface Trace {
  readonly tree: TraceTree<Carrier>;
  /** Whether any of its spans states usage. Only then is there anything to remember. */
  hasCarriers: boolean;
  /** The first model call that names a response, by its id. */
  twins: Map<string, Carrier> | undefined;
  /** Those of earlier requests that were judged otherwise, by the span that has brought it about. */
  changed: Map<Place<Carrier>, Carrier[]> | undefined;
}

export function createLedger(memory?: TraceMemory): Ledger {
  const traces = new Map<string, Trace>();
  let spans = 0;
  /** The spans of one trace mostly come one after the other. */
  let last: { readonly id: string; readonly trace: Trace } | undefined;

  /** Moves the trace to the end of the Map, whose order is that of insertion: the first one is the least recently used. */
  function traceOf(id: string): Trace {
    if (last?.id === id) return last.trace;
    const trace = traces.get(id) ?? newTrace();
    traces.delete(id);
    traces.set(id, trace);
    last = { id, trace };
    return trace;
  }

  function forgetOldest(): void {
    for (const [id, trace] of traces) {
      if (traces.size <= MAX_TRACES && spans <= MAX_SPANS) return;
      spans -= trace.tree.size;
      traces.delete(id);
      if (last?.id === id) last = undefined;
    }
  }

  function note(request: readonly CountedSpan[]): readonly SpanKey[] {
    const seen = request.map((counted) => {
      const trace = traceOf(counted.span.traceId);
      const { tree } = trace;
      const { spanId, parentSpanId } = counted.span;
      const before = tree.size;
      const place = placeIn(tree, spanId);
      const isAgain = place.isSeen;
      const isRoot = parentSpanId === '' || parentSpanId === spanId;
      if (!isAgain) see(place, isRoot ? undefined : placeIn(tree, parentSpanId), carrierOf(counted), counted.runs);
      if (place.value) trace.hasCarriers = true;
      spans += tree.size - before;
      return { trace, place, isAgain, counted };
    });
    memory?.remember(seen.filter(({ trace, isAgain }) => trace.hasCarriers && !isAgain).map(({ counted }) => counted));

    /** Each with the span on whose account it is judged. */
    const toJudge = new Map<Carrier, { readonly trace: Trace; readonly place: Place<Carrier> }>();
    const changed = new Set<SpanKey>();
    for (const one of seen) {
      const { trace, place, isAgain } = one;
      if (isAgain) {
        for (const { key } of trace.changed?.get(place) ?? []) changed.add(key);
        continue;
      }
      if (place.value) {
        pair(trace, place.value);
        toJudge.set(place.value, one);
      }
      connect(trace.tree, place, (above, below, between) => {
        for (const heavier of weigh(above, below, between)) toJudge.set(heavier, one);
        return above.isStandIn;
      });
    }
    const settled: typeof toJudge = new Map();
    for (const [carrier, one] of toJudge) {
      toJudge.delete(carrier); // it comes again where one below it is judged otherwise
      settled.set(carrier, one);
      for (const above of settle(carrier, twinsOf(one.trace, carrier))) toJudge.set(above, one);
    }
    for (const [carrier, { trace, place }] of settled) {
      for (const otherwise of judge(trace, carrier)) {
        changed.add(otherwise.key);
        trace.changed ??= new Map();
        const byPlace = trace.changed.get(place);
        if (byPlace) byPlace.push(otherwise);
        else trace.changed.set(place, [otherwise]);
      }
    }
    forgetOldest();
    return [...changed];
  }

  const recalled = memory?.recall() ?? [];
  if (recalled.length > 0) note(recalled);

  return {
    note,
    has: ({ traceId, spanId }) => traces.get(traceId)?.tree.get(spanId)?.isSeen === true,
    counts: ({ traceId, spanId }) => traces.get(traceId)?.tree.get(spanId)?.value?.counted,
  };
}

const newTrace = (): Trace => ({ tree: new Map(), hasCarriers: false, twins: undefined, changed: undefined });

/** Adds a carrier to those that name the same response. */
function pair(trace: Trace, carrier: Carrier): void {
  const { responseId } = carrier;
  if (responseId === undefined) return;
  trace.twins ??= new Map();
  const first = trace.twins.get(responseId);
  if (!first) trace.twins.set(responseId, carrier);
  else if (twinsOf(trace, carrier).length < MAX_TWINS) {
    carrier.twin = first.twin;
    first.twin = carrier;
  }
}

/** All that name its response, itself included. */
function twinsOf(trace: Trace, carrier: Carrier): readonly Carrier[] {
  if (carrier.responseId === undefined) return [carrier];
  const twins: Carrier[] = [];
  for (let twin = trace.twins?.get(carrier.responseId); twin; twin = twin.twin) twins.push(twin);
  return twins;
}

/** Judges a carrier, and those that name the same response: the one that states most of it counts. Returns those judged otherwise than before. */
function judge(trace: Trace, carrier: Carrier): readonly Carrier[] {
  const twins = twinsOf(trace, carrier);
  if (!twins.includes(carrier)) carrier.counted = false; // beyond MAX_TWINS
  let best: Carrier | undefined;
  for (const twin of twins) {
    if (!twin.repeats && (!best || statesMore(twin, best))) best = twin;
  }
  const changed: Carrier[] = [];
  for (const twin of twins) {
    const before = twin.counted;
    twin.counted = twin === best;
    if (before !== undefined && before !== twin.counted) changed.push(twin);
  }
  return changed;
}

/** Of two that state the same the one that has counted goes on. */
function statesMore(one: Carrier, other: Carrier): boolean {
  const more = one.inputTokens + one.outputTokens - other.inputTokens - other.outputTokens;
  return more > 0 || (more === 0 && one.counted === true && !other.counted);
}
