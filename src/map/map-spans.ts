import type { ProjectId } from '../core/call.ts';
import type { MapSpans, RoutedSpan } from '../core/ports.ts';
import type { Span, SpanId } from '../core/span.ts';
import { CONVENTIONS } from './conventions/all.ts';
import { genericFor } from './conventions/generic.ts';
import { createKept } from './kept.ts';
import { createLayouts } from './layout.ts';
import { createLedger, type Noted } from './ledger.ts';
import { createPacker, type WrittenCall } from './pack.ts';
import { readSpan } from './read-span.ts';
import { createRedactor, type RedactRule } from './redact.ts';
import { createRollup } from './rollup.ts';
import { createShape, type ShapeSettings } from './shape.ts';
import { viewOf } from './span-view.ts';
import { usageOf, usageSummary } from './usage.ts';
import { createContentStripper, withoutContent } from './without-content.ts';
import { type Context, createCallWriter, type ReadSpan } from './write-call.ts';

export interface MapSettings {
  /** The bridge's own version, written into every call. */
  readonly version: string;
  /** `leaf`: tokens on the span that used them, once. `rollup`: on every span above it, too. */
  readonly usage?: 'leaf' | 'rollup';
  /** False: calls without messages, arguments, results and documents. */
  readonly captureContent?: boolean;
  readonly redact?: readonly RedactRule[];
  readonly shape?: ShapeSettings;
  /** Told of a span that could not be read as what it is, and became a plain call: a defect of ours. */
  readonly onFailure?: (reason: unknown) => void;
}

interface Mapped {
  readonly read: ReadSpan;
  readonly context: Context;
}

/**
 * Makes the mapper: spans in, finished calls out. It remembers the traces it has lately seen, so one mapper serves
 * a whole process.
 *
 *   span ─> redact ─> read (rules) ─┬─> ledger: who counts which tokens ─┬─> write ─> call
 *                                   └─> shape: who stays, whose parent ──┘
 */
export function createMapper(settings: MapSettings): MapSpans {
  const layouts = createLayouts(CONVENTIONS, genericFor);
  const ledger = createLedger();
  const writer = createCallWriter(settings.version);
  const shape = settings.shape && createShape(settings.shape);
  const rollup = settings.usage === 'rollup' ? createRollup() : undefined;
  const redact = settings.redact?.length ? createRedactor(settings.redact) : undefined;
  const strip = settings.captureContent === false ? createContentStripper(CONVENTIONS, genericFor) : undefined;
  /** Calls that may have to be written anew: they count for several model calls, or their parent may be dropped. */
  const kept = createKept<Mapped>();

  function read({ span: source, project }: RoutedSpan): ReadSpan {
    const span = redact ? redact(source) : source;
    const view = viewOf(span);
    try {
      const layout = layouts.of(span);
      const found = readSpan(view, layout);
      const { kind } = found.reading;
      const isModelCall = kind === 'llm' || kind === 'embedding' || kind === 'reranker';
      const whole = { ...found, project, view, layout, usage: usageOf(view, found.reading), isModelCall };
      return strip ? { ...whole, ...stripped(span), reading: withoutContent(found.reading) } : whole;
    } catch (thrown) {
      settings.onFailure?.(thrown);
      return plainRead(project, span);
    }
  }

  /** The span as it is shown without its content; tokens and models were read from the whole one. */
  function stripped(span: Span): Pick<ReadSpan, 'view' | 'layout' | 'consumed'> {
    const bare = strip?.(span) ?? span;
    const view = viewOf(bare);
    const layout = layouts.of(bare);
    return { view, layout, consumed: readSpan(view, layout).consumed };
  }

  /** No convention at all: every attribute is left over. */
  function plainRead(project: ProjectId, span: Span): ReadSpan {
    const layout = { ...layouts.of(span), conventions: [], fields: [] };
    const consumed = layout.keys.map(() => false);
    return { project, view: viewOf(span), layout, reading: {}, consumed, usage: undefined, isModelCall: false };
  }

  function write({ read: one, context }: Mapped): WrittenCall {
    try {
      return writer.write(one, context);
    } catch (thrown) {
      settings.onFailure?.(thrown);
      return writer.write(plainRead(one.project, one.view.span), { ...context, repeated: undefined });
    }
  }

  /** Writes a call of an earlier request anew with another context. */
  function rewrite(id: string, change: (before: Mapped) => Partial<Context>): readonly WrittenCall[] {
    const before = kept.take(id);
    if (!before) return [];
    const after = { ...before, context: { ...before.context, ...change(before) } };
    const call = write(after);
    kept.keep(id, after, call.text.length);
    return [call];
  }

  return (spans) => {
    const all = spans.map(read);
    const noted = all.map(notedOf);
    const repeated = ledger.note(noted);
    const counted = noted.map((one) => ledger.counts(one));
    const sums = rollup?.sums(
      all.map(({ view, usage, isModelCall }, at) => ({
        span: view.span,
        counted: counted[at] ? usage : undefined,
        isModelCall,
      })),
    );
    const shaped = shape?.shape(
      all.map(({ view, reading }) => ({ span: view.span, isLlm: reading.kind !== undefined })),
    );

    const calls = createPacker();
    const corrected = createPacker();
    const lacking: { call: number; span: RoutedSpan }[] = [];
    for (const [at, one] of all.entries()) {
      if (shaped && !shaped.kept[at]) continue;
      const { span } = one.view;
      const isCounted = counted[at] === true;
      const own = isCounted && one.usage ? usageSummary(one.usage, one.isModelCall) : undefined;
      const mapped: Mapped = {
        read: one,
        context: {
          parentId: shaped ? (shaped.parents[at] as SpanId | '') : span.parentSpanId,
          usage: sums ? sums[at] : own,
          repeated: isCounted ? undefined : one.usage,
        },
      };
      const call = write(mapped);
      if (shape !== undefined || (isCounted && !one.isModelCall)) kept.keep(keyOf(span), mapped, call.text.length);
      const routed = spans[at];
      if (routed && settings.captureContent !== false && lacksContent(one))
        lacking.push({ call: calls.size(), span: routed });
      calls.add(call);
    }
    for (const key of repeated) {
      for (const call of rewrite(key, ({ read }) => ({ usage: undefined, repeated: read.usage }))) corrected.add(call);
    }
    for (const { span, parent } of shaped?.moved ?? []) {
      for (const call of rewrite(span, () => ({ parentId: parent as SpanId | '' }))) corrected.add(call);
    }
    return {
      calls: calls.done(),
      lacking,
      filtered: all.length - calls.size(),
      corrected: corrected.done(),
    };
  };
}

const keyOf = (span: Span) => span.traceId + span.spanId;

function notedOf({ view, usage, isModelCall, reading }: ReadSpan): Noted {
  return {
    span: view.span,
    usage: reading.notCounted ? undefined : usage,
    isModelCall,
    responseId: reading.responseId,
  };
}

/** Instrumentations that write the content of their agent's spans to log records. */
const AGENTS_WITH_LOGS = /^com\.anthropic\.claude_code/;

/** Whether log records may hold what this span should have said. */
function lacksContent({ reading, view }: ReadSpan): boolean {
  if (reading.choices || reading.output !== undefined) return false;
  return reading.kind === 'llm' || (reading.kind === 'agent' && AGENTS_WITH_LOGS.test(view.span.scope.name));
}
