import type { Span } from '../core/span.ts';
import type { Usage } from './usage.ts';

/**
 * Who has counted which tokens of a trace, so that each is counted once:
 * agents, workflows and SDK root spans repeat what the model calls below them have said, and some calls are seen by two instrumentations.
 * Spans end, and so arrive, before their parents: by the time the parent comes its children are here.
 */
export interface Ledger {
  /** Notes the spans of one request; must come before `counts` is asked about any of them. */
  note(spans: readonly Noted[]): void;
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

/** Traces remembered; beyond it the one that was not touched for the longest time is forgotten. */
export const MAX_TRACES = 10_000;
/** Spans remembered over all traces. At some 150 bytes each this is the ledger's share of memory. */
export const MAX_SPANS = 200_000;

interface Entry {
  readonly parent: string;
  readonly noted: Pick<Noted, 'usage' | 'isModelCall' | 'responseId'> | undefined;
}

interface Trace {
  readonly entries: Map<string, Entry>;
  /** The nearest carriers of usage below a span, by the span's id. */
  readonly below: Map<string, Set<string>>;
  /** Which span has counted a response, by response id. */
  readonly responses: Map<string, string>;
}

export function createLedger(): Ledger {
  const traces = new Map<string, Trace>();
  let spans = 0;

  function traceOf(id: string): Trace {
    const known = traces.get(id);
    if (known) {
      traces.delete(id); // set again below: a Map keeps the order of insertion, so the first key is the least recently used
      traces.set(id, known);
      return known;
    }
    const made: Trace = { entries: new Map(), below: new Map(), responses: new Map() };
    traces.set(id, made);
    return made;
  }

  function forget(): void {
    for (const [id, trace] of traces) {
      if (traces.size <= MAX_TRACES && spans <= MAX_SPANS) return;
      if (traces.size === 1) trace.entries.clear();
      spans -= trace.entries.size;
      traces.delete(id);
    }
  }

  return {
    note(request) {
      for (const { span, usage, isModelCall, responseId } of request) {
        const trace = traceOf(span.traceId);
        if (!trace.entries.has(span.spanId)) spans++;
        trace.entries.set(span.spanId, {
          parent: span.parentSpanId,
          noted: usage ? { usage, isModelCall, responseId } : undefined,
        });
      }
      for (const { span, usage } of request) {
        const trace = traceOf(span.traceId);
        if (usage) announce(trace, span.spanId, span.spanId);
        // a span that came after its children: what they announced goes on upwards from here
        else for (const carrier of trace.below.get(span.spanId) ?? []) announce(trace, span.spanId, carrier);
      }
      forget();
    },
    counts({ span, usage, isModelCall, responseId }) {
      if (!usage) return false;
      const trace = traceOf(span.traceId);
      if (repeatsChildren(trace, span.spanId, usage, isModelCall, responseId)) return false;
      if (responseId === undefined || !isModelCall) return true;
      const counted = trace.responses.get(responseId);
      if (counted !== undefined && counted !== span.spanId) return false;
      trace.responses.set(responseId, span.spanId);
      return true;
    },
  };
}

/** Tells the spans above `from`, up to and including the next one that states usage itself, that `carrier` is below them. */
function announce(trace: Trace, from: string, carrier: string): void {
  let at = trace.entries.get(from)?.parent ?? '';
  // A cycle of parents (hostile) ends at the first span that has heard of the carrier.
  while (at !== '') {
    const heard = trace.below.get(at) ?? new Set();
    if (heard.has(carrier)) return;
    heard.add(carrier);
    trace.below.set(at, heard);
    const entry = trace.entries.get(at);
    if (!entry || entry.noted) return;
    at = entry.parent;
  }
}

/**
 * Whether what a span states is what its nearest carriers below have stated already.
 * A model call may have others below it that are their own (a tool that asks a model, under the call that asked for the tool):
 * it is a repetition only where the same response, the same counts or their sum come again.
 */
function repeatsChildren(
  trace: Trace,
  spanId: string,
  usage: Usage,
  isModelCall: boolean,
  responseId: string | undefined,
): boolean {
  const below = trace.below.get(spanId);
  if (!below || below.size === 0) return false;
  if (!isModelCall) return true;
  let input = 0;
  let output = 0;
  for (const id of below) {
    const carrier = trace.entries.get(id)?.noted;
    if (!carrier?.usage) continue;
    if (responseId !== undefined && carrier.responseId === responseId) return true;
    const oneUnnamed = responseId === undefined || carrier.responseId === undefined;
    if (
      oneUnnamed &&
      carrier.usage.inputTokens === usage.inputTokens &&
      carrier.usage.outputTokens === usage.outputTokens
    )
      return true;
    input += carrier.usage.inputTokens;
    output += carrier.usage.outputTokens;
  }
  return below.size > 1 && input === usage.inputTokens && output === usage.outputTokens;
}
