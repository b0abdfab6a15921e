import { STATUS_ERROR } from '../core/span.ts';
import { toolMessageIn } from './chat/langchain.ts';
import { isObject } from './chat/message.ts';
import { resultText } from './chat/tool-call.ts';
import type { Field, Reading } from './reading.ts';
import { type SpanView, textAt } from './span-view.ts';

/**
 * The call's exception. For a span with status ERROR it is never empty: Weave reads an empty one as success.
 * A span without that status fails only where its convention says so.
 */
export function exceptionOf(view: SpanView, reading: Partial<Reading>): string | undefined {
  const { span } = view;
  const isError = span.status.code === STATUS_ERROR;
  const reported = toolFailure(reading) ?? modelFailure(reading) ?? reading.failure ?? brokenAnswer(reading);
  if (!isError && reported === undefined && !wasBrokenOff(view, reading)) return undefined;
  // OTel gives the message of a status a meaning for errors only
  const said = [isError ? span.status.message : undefined, reported].find(isSaid);
  const type = textAt(view, 'error.type');
  const withType = said !== undefined && type !== undefined && !said.includes(type) ? `${type}: ${said}` : said;
  const reasons = [thrown(view), withType, type, textAt(view, 'error.message'), httpFailure(view)];
  return reasons.find(isSaid) ?? 'Error (the span says no reason)';
}

/** MCP's tools do not throw: they return `{content, isError: true}`; LangChain's return a message with status `error`. */
function toolFailure({ kind, toolResult, output }: Partial<Reading>): string | undefined {
  const result = kind === 'tool' ? (toolResult ?? output) : undefined;
  const said = toolMessageIn(result);
  if (said?.['status'] === 'error') return resultText(said['content']) || 'The tool reported an error';
  if (!isObject(result)) return undefined;
  if (result['isError'] !== true && result['is_error'] !== true) return undefined;
  return resultText(result['content'] ?? result) || 'The tool reported an error';
}

/**
 * OpenAI's Responses do not throw either: a response whose status is `failed` says why in its `error`.
 * https://platform.openai.com/docs/api-reference/responses/object
 */
function modelFailure({ kind, output }: Partial<Reading>): string | undefined {
  if (kind !== 'llm' || !isObject(output) || output['status'] !== 'failed') return undefined;
  // the model itself may answer with a status
  if (!Array.isArray(output['output'])) return undefined;
  const error = isObject(output['error']) ? output['error'] : {};
  return [error['code'], error['message']].filter(Boolean).map(String).join(': ') || 'The response says no reason';
}

/** An answer that broke off: the AI SDK, Mastra and OpenRouter have a reason to finish for that. */
function brokenAnswer({ kind, finishReasons, choices }: Partial<Reading>): string | undefined {
  if (kind !== 'llm' && kind !== 'agent') return undefined;
  const reasons = [...(finishReasons ?? []), ...(choices ?? []).map((choice) => choice.finish_reason)];
  return reasons.includes('error') ? 'The model call ended with finish reason error' : undefined;
}

/**
 * Some instrumentations record what was thrown and leave the status unset. Of work that has a result that is a failure;
 * with a result it was a try before the one that went well. Other spans may record what they have handled.
 */
function wasBrokenOff({ span }: SpanView, reading: Partial<Reading>): boolean {
  if (reading.kind === undefined || span.status.code !== 0) return false;
  const hasResult = RESULTS.some((field) => reading[field] !== undefined) || (reading.outputTokens ?? 0) > 0;
  return !hasResult && span.events.some((one) => one.name === 'exception');
}

/** Fields of which one at least is there where a model, a tool or an agent came to an end. */
const RESULTS = [
  'choices',
  'output',
  'toolResult',
  'documents',
  'embeddingDimensions',
  'responseId',
  'finishReasons',
] as const satisfies readonly Field[];

const isSaid = (text: string | undefined) => text !== undefined && text.trim() !== '';

/** The last exception event: type, message and stack. Most stack traces begin with the other two; then they are not said twice. */
function thrown({ span }: SpanView): string | undefined {
  const event = span.events.findLast((one) => one.name === 'exception');
  if (!event) return undefined;
  const [type, message, stack] = ['type', 'message', 'stacktrace'].map((name) => {
    const value = event.attributes.get(`exception.${name}`);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  });
  const head = [type, message].filter((part) => part !== undefined).join(': ');
  if (stack === undefined) return head;
  return message !== undefined && stack.includes(message) ? stack : [head, stack].filter(isSaid).join('\n');
}

function httpFailure(view: SpanView): string | undefined {
  const status = textAt(view, 'http.response.status_code') ?? textAt(view, 'http.status_code');
  return status && `HTTP ${status}`;
}
