/** https://platform.openai.com/docs/api-reference/chat */
import { type Question, type Reply, type Tool, words } from './reply.ts';

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly function: Tool }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
}

export function readChat({ model, messages, tools = [] }: ChatRequest): Question {
  const last = messages.at(-1);
  return {
    model,
    texts: messages.map(textOf).filter((text) => text !== ''),
    toolResult: last?.role === 'tool' ? textOf(last) : undefined,
    tools: tools.map((tool) => tool.function),
  };
}

function textOf({ content }: ChatMessage): string {
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join(' ');
}

export function chatCompletion(id: string, model: string, reply: Reply): object {
  const message = { role: 'assistant', content: null, refusal: null, ...spoken(reply, id) };
  return {
    ...head(id, model, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(reply) }],
    usage: usage(reply),
  };
}

export function* chatCompletionChunks(id: string, request: ChatRequest, reply: Reply): Generator<object> {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head(id, request.model, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, finish_reason }],
  });
  yield chunk({ role: 'assistant', content: '' });
  if (reply.kind === 'text') for (const content of words(reply.text)) yield chunk({ content });
  else yield chunk({ tool_calls: [{ index: 0, ...toolCall(reply, id) }] });
  yield chunk({}, finishReason(reply));
  if (request.stream_options?.include_usage) yield { ...chunk({}), choices: [], usage: usage(reply) };
}

function head(id: string, model: string, object: string): object {
  return { id: `chatcmpl-${id}`, object, created: 1_700_000_000, model };
}

function spoken(reply: Reply, id: string): object {
  return reply.kind === 'text' ? { content: reply.text } : { tool_calls: [toolCall(reply, id)] };
}

function toolCall({ name, args }: Extract<Reply, { kind: 'tool call' }>, id: string): object {
  return { id: `call_${id}`, type: 'function', function: { name, arguments: args } };
}

function finishReason({ kind }: Reply): string {
  return kind === 'text' ? 'stop' : 'tool_calls';
}

function usage({ inputTokens, outputTokens }: Reply): object {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}
