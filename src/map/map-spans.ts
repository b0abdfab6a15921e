import type { Call } from '../core/call.ts';
import type { Counters } from '../core/counters.ts';
import type { CountedSpan, MapSpans, RoutedSpan, TraceMemory } from '../core/ports.ts';
import type { SpanId } from '../core/span.ts';
import { createKept, MAX_MODEL_CALL_BYTES, MAX_PARENT_BYTES } from './kept.ts';
import { lacksContent } from './lacks-content.ts';
import { createLedger } from './ledger.ts';
import { createDesk, createPacker, type WrittenCall } from './pack.ts';
import { createRedactor } from './redact.ts';
import { type Context, rewriteCall } from './rewrite-call.ts';
import { createRollup, type UsageByModel } from './rollup.ts';
import { createShape, type ShapeSettings } from './shape.ts';
import { keyOf, type SpanKey } from './span-key.ts';
import { createSpanReader, type ReaderSettings } from './span-reader.ts';
import { createTally } from './tally.ts';
import { type Usage, usageSummary } from './usage.ts';
import { createCallWriter, type ReadSpan } from './write-call.ts';

export interface MapSettings extends ReaderSettings {
  /** The bridge's own version, written into every call. */
  readonly version: string;
  /** `leaf`: tokens on the span that used them, once. `rollup`: on every span above it, too. */
  readonly usage?: 'leaf' | 'rollup';
  readonly shape?: ShapeSettings;
  /** Calls that are kept in memory for corrections, in bytes. */
  readonly keptBytes?: number;
  /** Where tokens that were counted are remembered across a restart. */
  readonly memory?: TraceMemory;
  readonly counters?: Counters;
}

/**
 * Makes the mapper: spans in, finished calls out. It remembers the traces it has lately seen, so one mapper serves
 * a whole process.
 *
 *   span ─> redact ─> read (rules) ─┬─> ledger, rollup: who counts which tokens ─┬─> write ─> call
 *                                   └─> shape: who stays, whose parent ──────────┘
 */
export function createMapper(settings: MapSettings): MapSpans {
  const redactor = settings.redact?.length ? createRedactor(settings.redact) : undefined;
  const reader = createSpanReader(settings, redactor);
  const ledger = createLedger(settings.memory);
  const writer = createCallWriter(settings.version, redactor);
  const shape = settings.shape && createShape(settings.shape);
  const rollup = settings.usage === 'rollup' ? createRollup() : undefined;
  const tally = settings.counters && createTally(settings.counters);
  const parents = createKept<Written>(settings.keptBytes ?? MAX_PARENT_BYTES);
  const modelCalls = createKept<Written>(Math.min(settings.keptBytes ?? MAX_MODEL_CALL_BYTES, MAX_MODEL_CALL_BYTES));
  const desk = createDesk();
  const deskOfLeftOut = shape ? createDesk() : desk;

  function write(one: ReadSpan, context: Context): WrittenCall {
    try {
      return writer.write(one, context);
    } catch (thrown) {
      settings.onFailure?.(thrown);
      return writer.write(reader.plain(one.project, one.view.span), { ...context, repeated: undefined });
    }
  }

  /** What other spans say of a call, as far as they are known now. */
  function contextOf(noted: Noted): Context {
    const { span, stated } = noted;
    const isCounted = isCountedHere(noted);
    return {
      parentId: shape ? (shape.parentOf(keyOf(span)) as SpanId | '') : span.parentSpanId,
      usage: rollup ? rollup.sum(keyOf(span)) : isCounted ? ownUsage(noted) : undefined,
      repeated: isCounted ? undefined : stated,
    };
  }

  function isCountedHere({ span, usage, isStandIn }: Noted): boolean {
    // the ledger has forgotten what is beyond its memory at once: then each span counts for itself, and nobody stands in
    return usage !== undefined && (ledger.counts(span) ?? !isStandIn);
  }

  const countInRollup = (noted: Noted) =>
    rollup?.count(keyOf(noted.span), isCountedHere(noted) ? ownUsage(noted) : undefined) ?? [];

  /** Notes the spans of a request wherever spans decide about each other. Returns those of earlier requests that change. */
  function note(all: readonly ReadSpan[], noted: readonly Noted[]): ReadonlySet<SpanKey> {
    const changed = new Set<SpanKey>();
    for (const key of ledger.note(noted)) {
      changed.add(key);
      const before = keptCall(key);
      for (const above of before ? countInRollup(before.noted) : []) changed.add(above);
    }
    if (rollup) {
      for (const { span } of noted) rollup.place(span);
      for (const one of noted) for (const above of countInRollup(one)) changed.add(above);
    }
    const shaped = shape?.note(
      all.map(({ view, reading }) => ({ span: view.span, isLlm: reading.kind !== undefined })),
    );
    for (const key of shaped ?? []) changed.add(key);
    if (changed.size > 0) for (const { span } of noted) changed.delete(keyOf(span));
    return changed;
  }

  function keep(written: Written): void {
    const { isModelCall, isStandIn } = written.noted; // a stand-in changes wherever its agent comes in a later request
    if (isModelCall && !isStandIn && !shape && !rollup) modelCalls.keep(written);
    else parents.keepCopy(written);
  }

  const keptCall = (key: SpanKey) => parents.get(key) ?? modelCalls.get(key);

  /** Keeps the calls of a request that others may have to say something about. */
  function remember(
    noted: readonly Noted[],
    contexts: readonly Context[],
    calls: readonly Call[],
    mayReturn: readonly Call[],
  ): void {
    let nextCall = 0;
    let nextReturning = 0;
    for (let at = 0; at < noted.length; at += 1) {
      const [own, context] = [noted[at], contexts[at]];
      if (!own || !context) continue; // left out for good
      const isKept = shape?.isKept(keyOf(own.span)) ?? true;
      const call = isKept ? calls[nextCall++] : mayReturn[nextReturning++];
      if (call && (shape || rollup || own.usage)) keep({ call, noted: own, context });
    }
  }

  /** Calls of earlier requests as they are now. */
  function rewritten(keys: Iterable<SpanKey>): readonly Call[] {
    const calls: Call[] = [];
    for (const key of keys) {
      const before = keptCall(key);
      if (!before || shape?.isKept(key) === false) continue;
      const context = contextOf(before.noted);
      const call = rewriteCall(before.call, before.context, context);
      keep({ ...before, call, context });
      calls.push(call);
    }
    return calls;
  }

  return (spans) => {
    const all = spans.map(reader.read);
    const noted = all.map(notedOf);
    const isNew = noted.map(({ span }) => tally !== undefined && !ledger.has(span));
    const changed = note(all, noted);

    const calls = createPacker(desk, tally?.shortened);
    /** Spans that are left out unless one below them turns out to be kept. */
    const mayReturn = createPacker(deskOfLeftOut);
    const contexts: Context[] = [];
    const lacking: { call: number; span: RoutedSpan }[] = [];
    for (const [at, one] of all.entries()) {
      const own = noted[at] as Noted;
      const isKept = shape?.isKept(keyOf(own.span)) ?? true;
      if (!isKept && !shape?.mayReturn(keyOf(own.span))) continue;
      const context = contextOf(own);
      contexts[at] = context;
      if (isKept && own.stated && isNew[at]) tally?.tokens(own.stated, context.repeated === undefined);
      const routed = spans[at];
      if (isKept && routed && settings.captureContent !== false && lacksContent(one)) {
        lacking.push({ call: calls.size(), span: routed });
      }
      (isKept ? calls : mayReturn).add(write(one, context));
    }
    const done = calls.done();
    remember(noted, contexts, done, mayReturn.done().map(returning));
    return {
      calls: done,
      lacking,
      filtered: all.length - calls.size(),
      corrections: changed.size > 0 ? () => rewritten(changed) : undefined,
    };
  };
}

/** A call that may have to be written anew. */
interface Written {
  readonly call: Call;
  readonly noted: Noted;
  readonly context: Context;
}

interface Noted extends CountedSpan {
  readonly usage: Usage | undefined;
  /** As `usage`, also where a rule knows that the tokens are those of others. */
  readonly stated: Usage | undefined;
}

function notedOf({ view, usage, isModelCall, reading }: ReadSpan): Noted {
  const { responseId, notCounted, standsIn } = reading;
  // the ids alone: what is remembered of a span must not keep its texts in memory
  const { traceId, spanId, parentSpanId } = view.span;
  const span = { traceId, spanId, parentSpanId };
  const { kind } = reading;
  const runs = kind === 'tool' || kind === 'agent' ? { runs: kind } : {};
  const standIn = standsIn ? { isStandIn: true as const } : {};
  return { span, usage: notCounted ? undefined : usage, stated: usage, isModelCall, ...standIn, ...runs, responseId };
}

const returning = (call: Call): Call => ({ ...call, returns: true });

const ownUsage = ({ usage, isModelCall }: Noted) =>
  usage ? (usageSummary(usage, isModelCall) as UsageByModel) : undefined;
