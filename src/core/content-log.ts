import type { LogRecord } from './log-record.ts';
import type { Attributes, SpanEvent, Value } from './span.ts';

/**
 * Log records that hold what a span leaves out: the messages of a model call. Official instrumentations write them
 * beside the span, joined by trace and span id: https://github.com/open-telemetry/semantic-conventions-genai
 */
const CONTENT_EVENTS: ReadonlySet<string> = new Set([
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
]);

/** The record as an event of its span; undefined for a record that holds no content or belongs to no span. */
export function contentEvent(record: LogRecord): SpanEvent | undefined {
  if (record.traceId === '' || record.spanId === '') return undefined;
  const name = namesOf(record).find((candidate) => CONTENT_EVENTS.has(candidate));
  if (name === undefined) return undefined;
  return { name, timeNs: record.timeNs, attributes: withBody(record, name), droppedAttributesCount: 0 };
}

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

/** Whether the event holds what the model answered: it comes last, so the span need not wait for more. */
export function isAnswer({ name, attributes }: SpanEvent): boolean {
  return ANSWER_EVENTS.has(name) || attributes.has('gen_ai.output.messages');
}

const ANSWER_EVENTS: ReadonlySet<string> = new Set([
  'gen_ai.choice',
  'gen_ai.content.completion',
  'claude_code.assistant_response',
]);
