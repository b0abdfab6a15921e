import type { Span } from '../core/span.ts';
import type { Usage } from './usage.ts';

/**
 * Who has counted which tokens of a trace, so that each is counted once: agents, workflows and SDK root spans repeat
 * what the model calls below them have said, and some calls are seen by two instrumentations.
 *
 * Spans end, and so arrive, before their parents: mostly the children are here when the parent comes. Where the parent
 * came first and has counted, `note` says so when the children come, and the parent's call is written anew without.
 */
export interface Ledger {
  /**
   * Notes the spans of one request; must come before `counts` is asked about any of them.
   * Returns the spans of earlier requests that have counted what is now known to be repeated.
   */
  note(spans: readonly Noted[]): readonly SpanKey[];
  /** Whether the usage that this span states is to be counted here, and nowhere else. */
  counts(noted: Noted): boolean;
}

export interface Noted {
  readonly span: Span;
  /** What the span states, if anything. */
  readonly usage: Usage | undefined;
  /** True for a span that is itself one request to a model; false for those that stand for several. */
  readonly isModelCall: boolean;
  readonly responseId: string | undefined;
}

/** Which span: trace id and span id together. */
export type SpanKey = string;

/** Traces remembered; beyond it the one that was not touched for the longest time is forgotten. */
export const MAX_TRACES = 10_000;
/** Spans remembered over all traces. At some 150 bytes each this is the ledger's share of memory. */
export const MAX_SPANS = 200_000;

/** What is remembered of a span that states usage: not the span, which would keep its texts in memory. */
interface Carrier {
  readonly key: SpanKey;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly isModelCall: boolean;
  readonly responseId: string | undefined;
  counted: boolean | undefined;
  /** It was counted once, so Weave may have it so, even where it is not counted any more. */
  hasCounted: boolean;
}

interface Trace {
  /** The parent of each span, by id. */
  readonly parents: Map<string, string>;
  readonly carriers: Map<string, Carrier>;
  /** The nearest carriers below a span, by the span's id. */
  readonly below: Map<string, Set<string>>;
  /** Which span has counted a response, by response id. */
  readonly responses: Map<string, string>;
}

export function createLedger(): Ledger {
  const traces = new Map<string, Trace>();
  let spans = 0;
  /** The spans of one trace mostly come one after the other. */
  let last: { readonly id: string; readonly trace: Trace } | undefined;

  /** Moves the trace to the end of the Map, whose order is that of insertion: the first one is the least recently used. */
  function traceOf(id: string): Trace {
    if (last?.id === id && traces.has(id)) return last.trace;
    const trace = traces.get(id) ?? { parents: new Map(), carriers: new Map(), below: new Map(), responses: new Map() };
    traces.delete(id);
    traces.set(id, trace);
    last = { id, trace };
    return trace;
  }

  function forgetOldest(): void {
    for (const [id, trace] of traces) {
      if (traces.size <= MAX_TRACES && spans <= MAX_SPANS) return;
      spans -= trace.parents.size;
      traces.delete(id);
    }
  }

  return {
    note(request) {
      for (const noted of request) {
        const { span, usage } = noted;
        const trace = traceOf(span.traceId);
        if (!trace.parents.has(span.spanId)) spans++;
        trace.parents.set(span.spanId, span.parentSpanId);
        if (usage && !trace.carriers.has(span.spanId)) trace.carriers.set(span.spanId, carrierOf(noted, usage));
      }
      const repeated = new Set<Carrier>();
      for (const { span, usage } of request) {
        const trace = traceOf(span.traceId);
        // a span that came after its children passes on what they have announced
        const carriers = usage ? [span.spanId] : (trace.below.get(span.spanId) ?? []);
        for (const carrier of carriers) {
          const above = announce(trace, span.spanId, carrier);
          // also where it was told before: the request is here again, so the correction may never have been sent
          if (above?.hasCounted && !above.isModelCall) repeated.add(above);
        }
      }
      for (const carrier of repeated) carrier.counted = false;
      forgetOldest();
      return [...repeated].map((carrier) => carrier.key);
    },
    counts(noted) {
      const { span, usage } = noted;
      if (!usage) return false;
      const trace = traceOf(span.traceId);
      const carrier = trace.carriers.get(span.spanId);
      if (!carrier) return true; // forgotten at once: a request of more spans than the ledger holds
      carrier.counted = decide(trace, span.spanId, carrier);
      if (carrier.counted) carrier.hasCounted = true;
      return carrier.counted;
    },
  };
}

/**
 * Tells the spans above `from`, up to and including the next carrier, that `carrier` is below them.
 * Returns that next carrier, if it is known already.
 */
function announce(trace: Trace, from: string, carrier: string): Carrier | undefined {
  let at = trace.parents.get(from) ?? '';
  while (at !== '' && at !== carrier) {
    const heard = trace.below.get(at) ?? new Set();
    if (heard.has(carrier)) return trace.carriers.get(at); // also where hostile parents go round in a circle
    heard.add(carrier);
    trace.below.set(at, heard);
    const above = trace.carriers.get(at);
    if (above) return above;
    at = trace.parents.get(at) ?? '';
  }
  return undefined;
}

function carrierOf({ span, isModelCall, responseId }: Noted, usage: Usage): Carrier {
  return {
    key: span.traceId + span.spanId,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    isModelCall,
    responseId,
    counted: undefined,
    hasCounted: false,
  };
}

function decide(trace: Trace, spanId: string, carrier: Carrier): boolean {
  const { responseId } = carrier;
  if (repeatsChildren(trace, spanId, carrier) || repeatsParent(trace, spanId, carrier)) return false;
  if (responseId === undefined || !carrier.isModelCall) return true;
  const countedBy = trace.responses.get(responseId);
  if (countedBy !== undefined && countedBy !== spanId) return false;
  trace.responses.set(responseId, spanId);
  return true;
}

/**
 * Whether a span states what its nearest carriers below have stated already.
 * A model call may have others below it that are their own (a tool that asks a model, under the call that asked for the tool):
 * it is a repetition only where the same response, the same counts or their sum come again.
 */
function repeatsChildren(trace: Trace, spanId: string, carrier: Carrier): boolean {
  const below = trace.below.get(spanId);
  if (!below || below.size === 0) return false;
  if (!carrier.isModelCall) return true;
  let input = 0;
  let output = 0;
  for (const id of below) {
    const child = trace.carriers.get(id);
    if (!child) continue;
    if (carrier.responseId !== undefined && child.responseId === carrier.responseId) return true;
    if (isSameCall(child, carrier)) return true;
    input += child.inputTokens;
    output += child.outputTokens;
  }
  return below.size > 1 && input === carrier.inputTokens && output === carrier.outputTokens;
}

/** Whether the model call above, which came first and has counted, was this very call. */
function repeatsParent(trace: Trace, spanId: string, carrier: Carrier): boolean {
  if (!carrier.isModelCall) return false;
  let at = trace.parents.get(spanId) ?? '';
  for (let hops = 0; at !== '' && hops < MAX_HOPS; hops++) {
    const above = trace.carriers.get(at);
    if (above) return above.counted === true && above.isModelCall && isSameCall(above, carrier);
    at = trace.parents.get(at) ?? '';
  }
  return false;
}

/** Spans between two instrumentations of one call: a few; more only where hostile parents go round in a circle. */
const MAX_HOPS = 32;

/** Two spans of one line with the same counts are one call, unless both name a response: then these differ. */
function isSameCall(one: Carrier, other: Carrier): boolean {
  if (one.responseId !== undefined && other.responseId !== undefined) return false;
  return one.inputTokens === other.inputTokens && one.outputTokens === other.outputTokens;
}
