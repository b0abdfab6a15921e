import type { RoutedSpan } from '../core/ports.ts';
import type { Span, SpanEvent } from '../core/span.ts';
import { CONVENTIONS } from './conventions/all.ts';
import { genericFor } from './conventions/generic.ts';
import { type CallJson, type ExplainedField, explainFields, type ReadView } from './explain-fields.ts';
import { explainNotes } from './explain-notes.ts';
import { createLayouts, type Layout } from './layout.ts';
import { createMapper, type MapSettings } from './map-spans.ts';
import { readSpan } from './read-span.ts';
import { createRedactor } from './redact.ts';
import type { Convention } from './rule.ts';
import { viewOf } from './span-view.ts';

export interface Explanation {
  readonly span: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly scope: string;
  /** Empty where the span becomes no call. */
  readonly opName: string;
  readonly kind: string | undefined;
  /** The conventions by which it was read, each with what gave it away. */
  readonly conventions: readonly { readonly name: string; readonly title: string; readonly because: string }[];
  readonly fields: readonly ExplainedField[];
  /** Attributes that a rule knows, but something else says the same: they are in otel_dump alone. */
  readonly passedOver: readonly string[];
  /** Attributes that no rule has read: they are the call's own attributes under their name. */
  readonly leftOver: readonly string[];
  /** Whether log records may hold what it does not say. */
  readonly lacksContent: boolean;
  /** What was shortened, left out or counted elsewhere, and why. */
  readonly notes: readonly string[];
}

/** A span, and which of its events came as log records. */
export interface SpanToExplain extends RoutedSpan {
  readonly logEvents?: readonly SpanEvent[];
}

/** Makes the function behind `otel-weave explain`: what becomes of each span, and why. Slower than mapping; for people. */
export function createExplainer(settings: MapSettings): (spans: readonly SpanToExplain[]) => readonly Explanation[] {
  const layouts = createLayouts(CONVENTIONS, genericFor);
  const map = createMapper(settings);
  const redactor = settings.redact?.length ? createRedactor(settings.redact) : undefined;
  const captureContent = settings.captureContent !== false;

  function explain(one: SpanToExplain, call: CallJson | undefined, lacksContent: boolean): Explanation {
    const { span, logEvents = [] } = one;
    const layout = layouts.of(span);
    const view = viewOf(span);
    const { reading, consumed } = readSpan(view, layout);
    const found: ReadView = { view, layout, reading, logEvents: new Set(logEvents) };
    const fields = call ? explainFields(found, call) : [];
    const used = new Set(fields.flatMap(({ from }) => from));
    return {
      span: span.name,
      traceId: span.traceId,
      spanId: span.spanId,
      scope: [span.scope.name, span.scope.version].filter((part) => part !== '').join('@'),
      opName: String(call?.['op_name'] ?? ''),
      kind: reading.kind,
      conventions: conventionsOf(layout, fields).map((convention) => ({
        name: convention.name,
        title: convention.title,
        because: reasonFor(convention, span, layout.keys),
      })),
      fields,
      passedOver: call ? layout.keys.filter((key, at) => consumed[at] && !used.has(key)) : [],
      leftOver: layout.keys.filter((_, at) => !consumed[at]),
      lacksContent,
      notes: explainNotes({
        span,
        redacted: redactor?.span(span) ?? span,
        reading,
        captureContent,
        lacksContent,
        call,
      }),
    };
  }

  return (spans) => {
    const { calls, lacking } = map(spans);
    const written = new Map(calls.map(({ traceId, id, json }) => [traceId + id, JSON.parse(json.toString())]));
    const lacks = new Set(lacking.map(({ span }) => span));
    return spans.map((one) => explain(one, written.get(one.span.traceId + one.span.spanId), lacks.has(one)));
  };
}

/** Those that say something of the call; where none does, all that know the span. */
function conventionsOf({ conventions }: Layout, fields: readonly ExplainedField[]): readonly Convention[] {
  const used = conventions.filter(({ name }) => fields.some(({ convention }) => convention === name));
  return used.length > 0 ? used : conventions;
}

function reasonFor({ prefixes, scopes = [] }: Convention, span: Span, keys: readonly string[]): string {
  if (scopes.some((pattern) => pattern.test(span.scope.name))) return `scope ${span.scope.name}`;
  const key = keys.find((one) => prefixes.some((prefix) => one.startsWith(prefix)));
  if (key !== undefined) return `attribute ${key}`;
  const event = span.events.find(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  return event ? `event ${event.name}` : 'the names of its attributes';
}
