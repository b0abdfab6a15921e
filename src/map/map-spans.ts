import type { Call, ProjectId } from '../core/call.ts';
import type { MapSpans, RoutedSpan } from '../core/ports.ts';
import type { Span } from '../core/span.ts';
import { createCallAttributes } from './call-attributes.ts';
import { CONVENTIONS } from './conventions/all.ts';
import { exceptionOf } from './exception.ts';
import { displayNameOf, opNameOf, turnIdOf } from './identity.ts';
import { inputsOutputOf } from './inputs-output.ts';
import { textOfValue } from './json-text.ts';
import { createKept } from './kept.ts';
import { createLayouts, type Layout } from './layout.ts';
import { createLedger, type Ledger, type Noted } from './ledger.ts';
import { fillTemplate } from './nest.ts';
import { createOtelDump } from './otel-dump.ts';
import { readSpan, type SpanReading } from './read-span.ts';
import { shortenCall } from './shorten.ts';
import { parsedAt, type SpanView, viewOf } from './span-view.ts';
import { createTimeFormatter } from './time.ts';
import { type Usage, usageOf, usageSummary } from './usage.ts';

export interface MapSettings {
  /** The bridge's own version, written into every call. */
  readonly version: string;
}

interface Read extends SpanReading {
  readonly view: SpanView;
  readonly layout: Layout;
  readonly usage: Usage | undefined;
  readonly noted: Noted;
}

/**
 * Makes the mapper: spans in, finished calls out, one each.
 * It keeps a ledger of the traces it has lately seen, so one mapper serves a whole process.
 */
export function createMapper(settings: MapSettings, ledger: Ledger = createLedger()): MapSpans {
  const layouts = createLayouts(CONVENTIONS);
  const attributes = createCallAttributes({ name: 'otel-weave-bridge', version: settings.version });
  const dump = createOtelDump();
  const times = createTimeFormatter();
  // Spans that stand for several model calls and have counted their tokens: until their children are seen to have, too.
  const kept = createKept<{ readonly project: ProjectId; readonly read: Read }>();

  function read(span: Span): Read {
    const view = viewOf(span);
    const layout = layouts.of(span);
    const found = readSpan(view, layout);
    const usage = usageOf(view, found.reading);
    const noted = {
      span,
      usage: found.reading.countedElsewhere ? undefined : usage,
      isModelCall: isModelCall(found),
      responseId: found.reading.responseId,
    };
    return { ...found, view, layout, usage, noted };
  }

  function write(project: ProjectId, { view, layout, usage, noted, ...found }: Read, counted: boolean): Call {
    const { span } = view;
    const { reading } = found;
    const texts = valueTexts(view);
    const startedAt = times.iso(span.startNs);
    const endedAt = times.iso(span.endNs < span.startNs ? span.startNs : span.endNs);
    const { inputs, output } = inputsOutputOf(reading, usage);
    const exception = exceptionOf(view, reading);
    const displayName = displayNameOf(span, reading);
    const turnId = turnIdOf(span, reading);
    let json =
      `{"project_id":${JSON.stringify(project)},"id":"${span.spanId}","trace_id":"${span.traceId}"` +
      `,"parent_id":${span.parentSpanId === '' ? 'null' : `"${span.parentSpanId}"`},"op_name":${JSON.stringify(opNameOf(span, reading))}`;
    if (displayName !== undefined) json += `,"display_name":${JSON.stringify(displayName)}`;
    json +=
      `,"started_at":"${startedAt}","ended_at":"${endedAt}"` +
      `,"attributes":${attributes.write(span, layout, found, texts, counted ? undefined : usage)}` +
      `,"inputs":${JSON.stringify(inputs)},"output":${JSON.stringify(output) ?? 'null'}` +
      `,"summary":${JSON.stringify({
        ...(counted && noted.usage && { usage: usageSummary(noted.usage, noted.isModelCall) }),
        status_counts: exception === undefined ? { success: 1, error: 0 } : { success: 0, error: 1 },
      })}`;
    if (exception !== undefined) json += `,"exception":${JSON.stringify(exception)}`;
    if (reading.threadId !== undefined) json += `,"thread_id":${JSON.stringify(reading.threadId)}`;
    if (turnId !== undefined) json += `,"turn_id":"${turnId}"`;
    if (reading.runId !== undefined) json += `,"wb_run_id":${JSON.stringify(reading.runId)}`;
    if (reading.runStep !== undefined) json += `,"wb_run_step":${reading.runStep}`;
    if (reading.runStepEnd !== undefined) json += `,"wb_run_step_end":${reading.runStepEnd}`;
    json += `,"otel_dump":${dump.write(span, fillTemplate(layout.template, texts), startedAt, endedAt)}}`;
    return { projectId: project, id: span.spanId, traceId: span.traceId, json: shortenCall(Buffer.from(json)).json };
  }

  return (spans: readonly RoutedSpan[]) => {
    const all = spans.map(({ span, project }) => ({ project, read: read(span) }));
    const repeated = ledger.note(all.map(({ read }) => read.noted));
    const calls = all.map(({ project, read }) => {
      const counted = ledger.counts(read.noted);
      const call = write(project, read, counted);
      if (counted && !read.noted.isModelCall) kept.keep(read.view.span, { project, read }, call.json.length);
      return call;
    });
    const corrected = repeated.flatMap((span) => {
      const before = kept.take(span);
      return before ? write(before.project, before.read, false) : [];
    });
    return { calls, corrected };
  };
}

/** One request to a model: what `requests` counts, and what may have other model calls below it that are its own. */
function isModelCall({ reading }: SpanReading): boolean {
  return reading.kind === 'llm' || reading.kind === 'embedding' || reading.kind === 'reranker';
}

/** The JSON text of every attribute, once: JSON held in a string goes in as it is, neither escaped nor written anew. */
function valueTexts(view: SpanView): readonly string[] {
  const texts: string[] = [];
  for (const [key, value] of view.span.attributes) {
    const isJson = typeof value === 'string' && parsedAt(view, key, value) !== undefined;
    texts.push(isJson ? value : textOfValue(value));
  }
  return texts;
}
