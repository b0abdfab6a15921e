import type { RoutedSpan } from '../core/ports.ts';
import type { Span } from '../core/span.ts';
import { CONVENTIONS } from './conventions/all.ts';
import { genericFor } from './conventions/generic.ts';
import { createLayouts, type Layout } from './layout.ts';
import { createMapper, type MapSettings } from './map-spans.ts';
import { readSpan } from './read-span.ts';
import type { Field, Reading } from './reading.ts';
import { type SpanView, viewOf } from './span-view.ts';

/** Where a field of the call comes from. */
export interface ExplainedField {
  /** The place in the call: `inputs.messages`, `summary.usage`. */
  readonly callField: string;
  readonly convention: string;
  /** The attributes and events that the winning rule has read. */
  readonly from: readonly string[];
}

export interface Explanation {
  readonly span: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly scope: string;
  readonly opName: string;
  readonly kind: string | undefined;
  /** The conventions recognised, each with what gave it away. */
  readonly conventions: readonly { readonly name: string; readonly because: string }[];
  readonly fields: readonly ExplainedField[];
  /** Attributes that no rule has read: they are the call's own attributes under their name. */
  readonly leftOver: readonly string[];
  /** What was shortened, left out or counted elsewhere, and why. */
  readonly notes: readonly string[];
}

/** Where each field that rules find ends up in the call. */
export const CALL_FIELDS: Readonly<Record<Field, string>> = {
  kind: 'attributes.kind, attributes.weave.kind',
  operation: 'attributes.operation',
  opName: 'op_name',
  displayName: 'display_name',
  requestModel: 'inputs.model',
  responseModel: 'output.model, attributes.model',
  provider: 'attributes.provider',
  responseId: 'output.id',
  parameters: 'inputs, attributes.model_parameters',
  system: 'inputs.messages (system)',
  messages: 'inputs.messages',
  toolDefinitions: 'inputs.tools',
  choices: 'output.choices',
  finishReasons: 'output.choices[].finish_reason',
  input: 'inputs',
  output: 'output',
  toolName: 'op_name, display_name',
  toolCallId: 'attributes.tool.call_id',
  toolArguments: 'inputs',
  toolResult: 'output',
  toolDescription: 'attributes.tool.description',
  query: 'inputs.query',
  documents: 'output',
  embeddingInput: 'inputs.texts',
  embeddingDimensions: 'output.dimensions',
  inputTokens: 'summary.usage.*.input_tokens',
  outputTokens: 'summary.usage.*.output_tokens',
  totalTokens: 'summary.usage.*.total_tokens',
  cacheReadTokens: 'summary.usage.*.cache_read_input_tokens',
  cacheWriteTokens: 'summary.usage.*.cache_creation_input_tokens',
  reasoningTokens: 'summary.usage.*.reasoning_tokens',
  audioInputTokens: 'summary.usage.*.audio_input_tokens',
  audioOutputTokens: 'summary.usage.*.audio_output_tokens',
  notCounted: 'summary.usage (left out)',
  inputExcludesCache: 'summary.usage.*.input_tokens (cached tokens added)',
  cost: 'attributes.cost_usd',
  timeToFirstTokenMs: 'attributes.time_to_first_token_ms',
  evaluations: 'attributes.evaluations',
  promptName: 'attributes.prompt.name',
  promptTemplate: 'attributes.prompt',
  promptVersion: 'attributes.prompt.version',
  environment: 'attributes.environment',
  release: 'attributes.release',
  agentName: 'attributes.agent.name, display_name',
  agentId: 'attributes.agent.id',
  userId: 'attributes.user.id',
  threadId: 'thread_id',
  isTurn: 'turn_id',
  startNs: 'started_at',
  endNs: 'ended_at',
  tags: 'attributes.tags',
  metadata: 'attributes.metadata',
  failure: 'exception',
  runId: 'wb_run_id',
  runStep: 'wb_run_step',
  runStepEnd: 'wb_run_step_end',
  extraAttributes: 'attributes',
};

/** Makes the function behind `otel-weave explain`: what becomes of each span, and why. Slower than mapping; for people. */
export function createExplainer(settings: MapSettings): (spans: readonly RoutedSpan[]) => readonly Explanation[] {
  const layouts = createLayouts(CONVENTIONS, genericFor);
  const map = createMapper(settings);
  return (spans) => {
    const { calls } = map(spans);
    const written = new Map(calls.map((call) => [call.traceId + call.id, JSON.parse(call.json.toString())]));
    return spans.map(({ span }) => explain(span, layouts.of(span), written.get(span.traceId + span.spanId)));
  };
}

function explain(span: Span, layout: Layout, call: Readonly<Record<string, unknown>> | undefined): Explanation {
  const view = viewOf(span);
  const { reading, consumed } = readSpan(view, layout);
  return {
    span: span.name,
    traceId: span.traceId,
    spanId: span.spanId,
    scope: [span.scope.name, span.scope.version].filter((part) => part !== '').join('@'),
    opName: String(call?.['op_name'] ?? ''),
    kind: reading.kind,
    conventions: layout.conventions.map((convention) => ({
      name: convention.title,
      because: reasonFor(convention, span, layout.keys),
    })),
    fields: fieldsOf(view, layout, reading),
    leftOver: layout.keys.filter((_, at) => !consumed[at]),
    notes: call ? notesOf(call) : ['left out: map.keep, map.include or map.exclude'],
  };
}

function reasonFor(
  { prefixes, scopes = [] }: Layout['conventions'][number],
  span: Span,
  keys: readonly string[],
): string {
  if (scopes.some((pattern) => pattern.test(span.scope.name))) return `scope ${span.scope.name}`;
  const key = keys.find((one) => prefixes.some((prefix) => one.startsWith(prefix)));
  if (key !== undefined) return `attribute ${key}`;
  const event = span.events.find(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  return event ? `event ${event.name}` : 'the shape of its attributes';
}

/** Asks the rules again, one by one, to see which of them wins. */
function fieldsOf(view: SpanView, layout: Layout, reading: Partial<Reading>): readonly ExplainedField[] {
  return layout.fields.flatMap(({ field, candidates }) => {
    if (isUnused(field, reading)) return [];
    const winner = candidates.find(({ rule }) => rule.read(view) !== undefined);
    if (!winner) return [];
    const attributes = winner.reads.map((position) => layout.keys[position] ?? '');
    const events = winner.rule.keys.filter((key) => key.startsWith('event '));
    const named = new Set(view.span.events.map((event) => `event ${event.name}`));
    const from = [...attributes, ...events.filter((event) => named.has(event))];
    return [{ callField: CALL_FIELDS[field], convention: winner.convention.name, from }];
  });
}

/** Found, but of no use for a call of this kind: another field says the same better. */
function isUnused(field: Field, { kind, messages, choices }: Partial<Reading>): boolean {
  switch (field) {
    case 'toolName':
    case 'toolArguments':
    case 'toolResult':
      return kind !== 'tool';
    case 'query':
    case 'documents':
      return kind !== 'retriever' && kind !== 'reranker';
    case 'input':
      return messages !== undefined;
    case 'output':
      return choices !== undefined;
    default:
      return false;
  }
}

function notesOf(call: Readonly<Record<string, unknown>>): readonly string[] {
  const notes: string[] = [];
  const attributes = (call['attributes'] ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  if (attributes['usage_repeated']) {
    notes.push('its tokens are counted by another span of the trace; what it states is in attributes.usage_repeated');
  }
  const truncated = attributes['otel_weave_bridge']?.['truncated'];
  for (const cut of Array.isArray(truncated) ? truncated : []) {
    notes.push(`shortened: ${cut.path} from ${cut.length} to ${cut.kept}, since Weave stores 3.5 MiB of a call`);
  }
  return notes;
}
