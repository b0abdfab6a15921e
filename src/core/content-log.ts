import type { LogRecord } from './log-record.ts';
import type { Attributes, Span, SpanEvent, Value } from './span.ts';

/**
 * Coding agents log on a span around or inside that of the tool what it was given and what came of it: the id of the
 * tool's use joins the two. For each such record the attribute that is the id, and those that it is wanted for.
 */
const TOOL_RESULTS: Readonly<Record<string, { readonly id: string; readonly says: readonly string[] }>> = {
  'claude_code.tool_result': { id: 'tool_use_id', says: ['tool_input'] },
  'codex.tool_result': { id: 'call_id', says: ['arguments', 'output'] },
};
const CLAUDE_CODE = 'com.anthropic.claude_code';
const CODEX = /^codex[_-]/;

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
  'codex.user_prompt',
  ...Object.keys(TOOL_RESULTS),
  EVALUATION,
]);

/** The record as an event of its span; undefined for a record that holds no content or belongs to no span. */
export function contentEvent(record: LogRecord): SpanEvent | undefined {
  if (record.traceId === '' || record.spanId === '') return undefined;
  const name = namesOf(record).find((candidate) => CONTENT_EVENTS.has(candidate));
  if (name === undefined || toolResultOf(record)?.says.some((key) => record.attributes.has(key)) === false)
    return undefined;
  return { name, timeNs: record.timeNs, attributes: withBody(record, name), droppedAttributesCount: 0 };
}

/** What a record that holds content and its span have in common, and no other span. */
export function joinIdOfRecord(record: LogRecord): string {
  const { traceId, spanId } = record;
  const use = record.attributes.get(toolResultOf(record)?.id ?? '');
  return typeof use === 'string' ? toolUse(traceId, use) : traceId + spanId;
}

/** The same for a span. */
export function joinIdOfSpan(span: Span): string {
  const use = isLoggedTool(span) ? (span.attributes.get('tool_use_id') ?? span.attributes.get('call_id')) : undefined;
  return typeof use === 'string' ? toolUse(span.traceId, use) : span.traceId + span.spanId;
}

/**
 * The use of a tool by Claude Code or Codex: not the wait for a person before it, nor what goes on inside it.
 * What it was given stands in a log record.
 */
export function isLoggedTool({ name, scope, attributes }: Span): boolean {
  if (CODEX.test(scope.name)) {
    const tool = attributes.get('tool_name');
    return attributes.has('call_id') && tool !== undefined && (name === tool || name === 'handle_tool_call');
  }
  if (!scope.name.startsWith(CLAUDE_CODE)) return false;
  const type = attributes.get('span.type');
  return type === 'tool' || type === 'claude_code.tool';
}

/** The span of Codex that takes what a user has said, which stands in a log record. */
export function isLoggedPrompt({ scope, name }: Span): boolean {
  return name === 'codex.turn_input' && CODEX.test(scope.name);
}

function toolResultOf(record: LogRecord) {
  const name = namesOf(record).find((candidate) => Object.hasOwn(TOOL_RESULTS, candidate));
  return name === undefined ? undefined : TOOL_RESULTS[name];
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
  'codex.user_prompt', // Codex logs no answer
  ...Object.keys(TOOL_RESULTS),
]);
