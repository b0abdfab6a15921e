import type { Call } from '../core/call.ts';
import type { Counters } from '../core/counters.ts';
import type { CountedSpan, MapSpans, RoutedSpan, TraceMemory } from '../core/ports.ts';
import type { SpanId } from '../core/span.ts';
import { createKept, MAX_KEPT_BYTES } from './kept.ts';
import { lacksContent } from './lacks-content.ts';
import { createLedger } from './ledger.ts';
import { createPacker, type Packer, type WrittenCall } from './pack.ts';
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
  const reader = createSpanReader(settings);
  const ledger = createLedger(settings.memory);
  const writer = createCallWriter(settings.version);
  const shape = settings.shape && createShape(settings.shape);
  const rollup = settings.usage === 'rollup' ? createRollup() : undefined;
  const tally = settings.counters && createTally(settings.counters);
  const kept = createKept<Written>(settings.keptBytes ?? MAX_KEPT_BYTES);

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

  function isCountedHere({ span, usage }: Noted): boolean {
    // the ledger has forgotten what is beyond its memory at once: then each span counts for itself
    return usage !== undefined && ledger.counts(span) !== false;
  }

  const countInRollup = (noted: Noted) =>
    rollup?.count(keyOf(noted.span), isCountedHere(noted) ? ownUsage(noted) : undefined) ?? [];

  /** Notes the spans of a request wherever spans decide about each other. Returns those of earlier requests that change. */
  function note(all: readonly ReadSpan[], noted: readonly Noted[]): ReadonlySet<SpanKey> {
    const changed = new Set<SpanKey>();
    for (const key of ledger.note(noted)) {
      changed.add(key);
      const before = kept.get(key);
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

  /** Calls of earlier requests as they are now. */
  function rewritten(keys: Iterable<SpanKey>): readonly Call[] {
    const calls: Call[] = [];
    for (const key of keys) {
      const before = kept.get(key);
      if (!before || shape?.isKept(key) === false) continue;
      const context = contextOf(before.noted);
      const call = rewriteCall(before.call, before.context, context);
      kept.keep(key, { ...before, call, context });
      calls.push(call);
    }
    return calls;
  }

  return (spans) => {
    const all = spans.map(reader.read);
    const noted = all.map(notedOf);
    const changed = note(all, noted);

    const calls = createPacker(tally?.shortened);
    /** Spans that are left out unless one below them turns out to be kept. */
    const mayReturn = createPacker();
    const written: { packer: Packer; at: number; noted: Noted; context: Context }[] = [];
    const lacking: { call: number; span: RoutedSpan }[] = [];
    for (const [at, one] of all.entries()) {
      const own = noted[at] as Noted;
      const isKept = shape?.isKept(keyOf(own.span)) ?? true;
      if (!isKept && !shape?.mayReturn(keyOf(own.span))) continue;
      const packer = isKept ? calls : mayReturn;
      const context = contextOf(own);
      if (isKept && own.stated) tally?.tokens(own.stated, context.repeated === undefined);
      const routed = spans[at];
      if (isKept && routed && settings.captureContent !== false && lacksContent(one)) {
        lacking.push({ call: calls.size(), span: routed });
      }
      if (shape || rollup || own.usage) {
        written.push({ packer, at: packer.size(), noted: { ...own, span: idsOf(own.span) }, context });
      }
      packer.add(write(one, context));
    }
    const done = calls.done();
    const returning = mayReturn.done();
    for (const { packer, at, ...rest } of written) {
      const call = (packer === calls ? done : returning)[at];
      if (call) kept.keep(keyOf(rest.noted.span), { call, ...rest });
    }
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

function notedOf({ view: { span }, usage, isModelCall, reading }: ReadSpan): Noted {
  const { responseId, notCounted } = reading;
  return { span, usage: notCounted ? undefined : usage, stated: usage, isModelCall, responseId };
}

/** The ids alone: a span that is remembered must not keep its texts in memory. */
function idsOf({ traceId, spanId, parentSpanId }: Noted['span']): Noted['span'] {
  return { traceId, spanId, parentSpanId };
}

const ownUsage = ({ usage, isModelCall }: Noted) =>
  usage ? (usageSummary(usage, isModelCall) as UsageByModel) : undefined;
