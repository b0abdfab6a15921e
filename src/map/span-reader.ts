import type { ProjectId } from '../core/call.ts';
import type { RoutedSpan } from '../core/ports.ts';
import type { Span } from '../core/span.ts';
import { CONVENTIONS } from './conventions/all.ts';
import { genericFor } from './conventions/generic.ts';
import { exceptionOf } from './exception.ts';
import { createLayouts } from './layout.ts';
import { readSpan, type SpanReading } from './read-span.ts';
import type { Reading } from './reading.ts';
import type { Redactor } from './redact.ts';
import type { RedactRule } from './redact-text.ts';
import { type SpanView, viewOf } from './span-view.ts';
import { usageOf } from './usage.ts';
import { createContentStripper, withoutContent } from './without-content.ts';
import { withoutQuotes } from './without-quotes.ts';
import type { ReadSpan } from './write-call.ts';

export interface ReaderSettings {
  /** False: calls without messages, arguments, results and documents. */
  readonly captureContent?: boolean;
  readonly redact?: readonly RedactRule[];
  /** Told of a span that could not be read as what it is, and became a plain call: a defect of ours. */
  readonly onFailure?: (reason: unknown) => void;
}

/** Reads spans by the rules of their conventions: redact ─> recognise ─> rules ─> what was found. */
export interface SpanReader {
  /** Never throws. */
  read(span: RoutedSpan): ReadSpan;
  /** A span by no convention at all: every attribute is left over. */
  plain(project: ProjectId, span: Span): ReadSpan;
}

const SILENT_FAILURE = 'It failed (what it said of that is left out: map.capture_content is false)';

export function createSpanReader(settings: ReaderSettings, redactor: Redactor | undefined): SpanReader {
  const layouts = createLayouts(CONVENTIONS, genericFor);
  const strip = settings.captureContent === false ? createContentStripper(CONVENTIONS, genericFor) : undefined;

  function read({ span: source, project }: RoutedSpan): ReadSpan {
    const span = redactor ? redactor.span(source) : source;
    const view = viewOf(span);
    try {
      const layout = layouts.of(span);
      const found = readSpan(view, layout);
      const { kind } = found.reading;
      const isModelCall = kind === 'llm' || kind === 'embedding' || kind === 'reranker';
      const whole = { ...found, project, view, layout, usage: usageOf(view, found.reading), isModelCall };
      return strip ? { ...whole, ...stripped(view, found.reading) } : whole;
    } catch (thrown) {
      settings.onFailure?.(thrown);
      return plain(project, span);
    }
  }

  /** The span as it is shown without its content; tokens, models and whether it failed were read from the whole one. */
  function stripped(whole: SpanView, found: Partial<Reading>): SpanReading & Pick<ReadSpan, 'view' | 'layout'> {
    const bare = withoutQuotes(strip?.(whole.span) ?? whole.span, found);
    const view = viewOf(bare);
    const layout = layouts.of(bare);
    const { consumed, reading: left } = readSpan(view, layout);
    const reading = withoutContent(found, left);
    const isSilent = exceptionOf(whole, found) !== undefined && exceptionOf(view, reading) === undefined;
    return { view, layout, consumed, reading: isSilent ? { ...reading, failure: SILENT_FAILURE } : reading };
  }

  function plain(project: ProjectId, span: Span): ReadSpan {
    const layout = { ...layouts.of(span), conventions: [], fields: [] };
    const consumed = layout.keys.map(() => false);
    return { project, view: viewOf(span), layout, reading: {}, consumed, usage: undefined, isModelCall: false };
  }

  return { read, plain };
}
