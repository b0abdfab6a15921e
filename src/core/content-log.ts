import type { LogRecord } from './log-record.ts';
import type { Attributes, Span, SpanEvent, Value } from './span.ts';

/** Claude Code logs it on the span of the whole interaction; the id of the tool's use joins it to the span of the tool. */
const TOOL_RESULT = 'claude_code.tool_result';
const TOOL_USE_ID = 'tool_use_id';
const CLAUDE_CODE = 'com.anthropic.claude_code';

/** What an evaluator found; it comes when it comes, perhaps long after the call. */
const EVALUATION = 'gen_ai.evaluation.result';

/**
 * Log records that hold what a span leaves out: the messages of a model call. Official instrumentations write them
 * beside the span, joined by trace and span id: https://github.com/open-telemetry/semantic-conventions-genai
 */
export const CONTENT_EVENTS: ReadonlySet<string> = new Set([
  'gen_ai.system.message',
  'gen_ai.user.message',
  'gen_ai.assistant.message',
  'gen_ai.tool.message',
  'gen_ai.choice',
  'gen_ai.content.prompt',
  'gen_ai.content.completion',
  'gen_ai.client.inference.operation.details',
  'claude_code.user_prompt',
  'claude_code.assistant_response',
  TOOL_RESULT,
  EVALUATION,
]);

/** The record as an event of its span; undefined for a record that holds no content or belongs to no span. */
export function contentEvent(record: LogRecord): SpanEvent | undefined {
  if (record.traceId === '' || record.spanId === '') return undefined;
  const name = namesOf(record).find((candidate) => CONTENT_EVENTS.has(candidate));
  if (name === undefined || (name === TOOL_RESULT && !record.attributes.has('tool_input'))) return undefined;
  return { name, timeNs: record.timeNs, attributes: withBody(record, name), droppedAttributesCount: 0 };
}

/** What a record that holds content and its span have in common, and no other span. */
export function joinIdOfRecord(record: LogRecord): string {
  const { traceId, spanId } = record;
  const use = namesOf(record).includes(TOOL_RESULT) ? record.attributes.get(TOOL_USE_ID) : undefined;
  return typeof use === 'string' ? toolUse(traceId, use) : traceId + spanId;
}

/** The same for a span. */
export function joinIdOfSpan(span: Span): string {
  const use = isClaudeTool(span) ? span.attributes.get(TOOL_USE_ID) : undefined;
  return typeof use === 'string' ? toolUse(span.traceId, use) : span.traceId + span.spanId;
}

/** The use of a tool by Claude Code: not the wait for a person before it, nor the run of the tool inside it. */
export function isClaudeTool({ scope, attributes }: Span): boolean {
  if (!scope.name.startsWith(CLAUDE_CODE)) return false;
  const type = attributes.get('span.type');
  return type === 'tool' || type === 'claude_code.tool';
}

const toolUse = (traceId: string, use: string) => `${traceId} tool ${use}`;

/** The name has moved over the years: a field of its own, an attribute, and with Claude Code the body. */
function namesOf({ eventName, attributes, body }: LogRecord): readonly string[] {
  return [eventName, attributes.get('event.name'), body].filter((name) => typeof name === 'string');
}

/** Body and attributes as one set of attributes: a message is now in the one, now in the other. */
function withBody({ attributes, body }: LogRecord, name: string): Attributes {
  if (body instanceof Map) return new Map<string, Value>([...attributes, ...(body as Attributes)]);
  return body === null || body === name || attributes.has('content')
    ? attributes
    : new Map<string, Value>([...attributes, ['content', body]]);
}

/** Whether the event holds no content but a judgement of it: a call is the better for it, and does not wait for it. */
export function isEvaluation({ name }: SpanEvent): boolean {
  return name === EVALUATION;
}

/** Whether the event holds what the model answered: it comes last, so the span need not wait for more. */
export function isAnswer({ name, attributes }: SpanEvent): boolean {
  return ANSWER_EVENTS.has(name) || attributes.has('gen_ai.output.messages');
}

const ANSWER_EVENTS: ReadonlySet<string> = new Set([
  'gen_ai.choice',
  'gen_ai.content.completion',
  'claude_code.assistant_response',
  TOOL_RESULT,
]);
