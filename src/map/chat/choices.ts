import { type Choice, isObject, type Json, textOf } from './message.ts';
import { toMessages } from './messages.ts';
import type { SourceMessage } from './pieces.ts';
import { looksLikeMessages } from './recognise.ts';
import { isAsking } from './roles.ts';

/** Python writes members of an enum with its name: `FinishReason.STOP`. */
const ENUM = /^\w*FinishReason\.(\w+)$/;

/** Why a model stopped, in the words of OpenAI's chat API. Reasons that it has no word for stay as they are. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  tool_call: 'tool_calls',
  'tool-calls': 'tool_calls',
  tool_use: 'tool_calls',
  toolUse: 'tool_calls',
  function_call: 'tool_calls',
  end_turn: 'stop',
  endTurn: 'stop',
  stop_sequence: 'stop',
  STOP: 'stop',
  completed: 'stop',
  max_tokens: 'length',
  MAX_TOKENS: 'length',
  max_output_tokens: 'length',
  'content-filter': 'content_filter',
  Stop: 'stop',
  ToolCalls: 'tool_calls',
  Length: 'length',
  ContentFilter: 'content_filter',
  SAFETY: 'content_filter',
  // Cohere
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  TOOL_CALL: 'tool_calls',
};

export function finishReason(reason: string): string {
  const plain = ENUM.exec(reason)?.[1] ?? reason;
  return (Object.hasOwn(FINISH_REASONS, plain) && FINISH_REASONS[plain]) || plain;
}

/**
 * Reads what a model answered: messages in any shape, or a whole response body
 * (OpenAI chat and Responses, Anthropic, Gemini, LangChain generations, Genkit). Empty where there is no answer.
 */
export function toChoices(answer: unknown): readonly Choice[] {
  if (
    Array.isArray(answer) &&
    answer.length > 0 &&
    answer.every((item) => isObject(item) && isObject(item['message']) && item['role'] === undefined)
  ) {
    return answer.flatMap((item, index) => choiceOf(item, index));
  }
  if (Array.isArray(answer) && answer.length > 0 && answer.every(isGeminiChunk)) return streamed(answer);
  if (isObject(answer)) return responseChoices(answer) ?? choicesOfMessages(toMessages(answer, 'assistant'));
  return choicesOfMessages(toMessages(answer, 'assistant'));
}

const isGeminiChunk = (item: unknown): item is Json => isObject(item) && Array.isArray(item['candidates']);

/** A stream as it came: each chunk has the shape of a whole response, the last one says why it ended. */
function streamed(chunks: readonly Json[]): readonly Choice[] {
  const pieces = chunks.flatMap((chunk) => responseChoices(chunk) ?? []);
  const reason = pieces.findLast(({ finish_reason }) => finish_reason !== null)?.finish_reason ?? null;
  return choicesOfMessages(pieces.map(({ message }) => message)).map((one) => ({ ...one, finish_reason: reason }));
}

/** A response body, by the member that gives it away; undefined for a bare message. */
function responseChoices(body: Json): readonly Choice[] | undefined {
  const lists = body['choices'] ?? body['candidates'] ?? body['generations'];
  if (Array.isArray(lists)) return lists.flat().flatMap((item, index) => (isObject(item) ? choiceOf(item, index) : []));
  if (Array.isArray(body['replies']))
    return body['replies'].flatMap((reply, index) =>
      toMessages(reply, 'assistant')
        .slice(0, 1)
        .map((said) => choice(index, said)),
    );
  // an item of a kind still to come does not hide the others
  if (Array.isArray(body['output']) && body['output'].some((item) => looksLikeMessages([item]))) {
    const reason = responsesReason(body)?.[0];
    const said = choicesOfMessages(toMessages(body['output'], 'assistant'));
    return reason === undefined ? said : said.map((one) => ({ ...one, finish_reason: one.finish_reason ?? reason }));
  }
  if (isObject(body['output']) && looksLikeMessages(body['output'])) return toChoices(body['output']);
  if (isObject(body['message']) && body['role'] === undefined) return choiceOf(body, 0);
  if (isObject(body['content']) && Array.isArray(body['content']['parts'])) return choiceOf(body, 0);
  if (Array.isArray(body['messages'])) return choicesOfMessages(toMessages(body['messages'], 'assistant'));
  const said = namedAnswer(body);
  return said === undefined ? undefined : choicesOfMessages(toMessages({ ...body, content: said }, 'assistant'));
}

/** What gateways and small libraries call the text of an answer. */
const ANSWERS = ['completion', 'response', 'answer', 'output_text', 'generated_text', 'result', 'output', 'value'];
/** What may stand beside it without being data of its own. */
const BESIDE = new Set([
  'role',
  'reasoning',
  'reasoning_content',
  'refusal',
  'tool_calls',
  'finish_reason',
  'id',
  'model',
]);

/** Why one of OpenAI's Responses ended: its status, with what it asks for or lacks. */
export function responsesReason(body: Json): readonly [string] | undefined {
  const { output, status, incomplete_details: lacking } = body;
  if (!Array.isArray(output)) return undefined;
  const reason = isObject(lacking) ? textOf(lacking, 'reason') : undefined;
  if (status === 'incomplete' && reason !== undefined) return [finishReason(reason)];
  if (status !== 'completed') return undefined;
  const isAsking = output.some((item) => isObject(item) && /^(custom_tool|function)_call$/.test(String(item['type'])));
  return [isAsking ? 'tool_calls' : 'stop'];
}

/** The text of an answer that stands alone under a name of its own, as `{completion, reasoning}`. */
export function namedAnswer(body: Json): string | undefined {
  const name = ANSWERS.find((key) => typeof body[key] === 'string');
  const isAlone = name !== undefined && Object.keys(body).every((key) => key === name || BESIDE.has(key));
  return isAlone ? textOf(body, name) : undefined;
}

/** One candidate of a response: its message sits under `message`, `content` or `text`. */
function choiceOf(item: Json, index: number): readonly Choice[] {
  const info = isObject(item['generationInfo']) ? item['generationInfo'] : {};
  const reason = textOf(item, 'finish_reason', 'finishReason', 'stop_reason') ?? textOf(info, 'finish_reason');
  const message = toMessages(item['message'] ?? item['content'] ?? item['text'], 'assistant').find(
    (found) => found.role !== 'tool',
  );
  if (!message) return [];
  return [choice(typeof item['index'] === 'number' ? item['index'] : index, { ...message, role: 'assistant' }, reason)];
}

/**
 * Messages to choices. Several that each ended for a reason are alternatives; pieces without one are one streamed answer;
 * of a whole conversation the answer is what the assistant said last.
 */
function choicesOfMessages(messages: readonly SourceMessage[]): readonly Choice[] {
  const spoken = answersIn(messages);
  if (spoken.length > 1 && spoken.length === messages.length) {
    if (spoken.every((message) => message.finish_reason !== undefined))
      return spoken.map((message, index) => choice(index, message));
    return [choice(0, spoken.reduce(joined))];
  }
  const last = spoken.at(-1);
  return last ? [choice(0, last)] : [];
}

/** What an instrumentation writes that has not understood who spoke: no name. */
const UNKNOWN = 'unknown';

/** What the assistant said; where nobody is called so, what others said who are neither asking nor helping. */
function answersIn(messages: readonly SourceMessage[]): readonly SourceMessage[] {
  const spoken = messages.filter((message) => message.role === 'assistant');
  if (spoken.length > 0) return spoken;
  return messages
    .filter(({ role }) => !isAsking(role))
    .map(({ role, ...message }) => ({ ...(role !== UNKNOWN && { name: role }), ...message, role: 'assistant' }));
}

function choice(index: number, source: SourceMessage, said?: string): Choice {
  const { finish_reason, ...message } = source;
  const reason = said ?? finish_reason;
  return { index, message, finish_reason: reason === undefined ? null : finishReason(reason) };
}

/** Joins streamed pieces of one answer. */
function joined(a: SourceMessage, b: SourceMessage): SourceMessage {
  const content =
    typeof a.content === 'string' && typeof b.content === 'string'
      ? a.content + b.content
      : a.content === null || a.content === ''
        ? b.content
        : b.content === null || b.content === ''
          ? a.content
          : [...partsOf(a.content), ...partsOf(b.content)];
  const calls = [...(a.tool_calls ?? []), ...(b.tool_calls ?? [])];
  const thoughts = (a.reasoning_content ?? '') + (b.reasoning_content ?? '');
  return {
    ...a,
    ...b,
    content,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thoughts !== '' && { reasoning_content: thoughts }),
  };
}

const partsOf = (content: NonNullable<SourceMessage['content']>) =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
