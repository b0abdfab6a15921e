import { parseJson } from '../json-text.ts';
import { asText, isObject, type Json, type Message, type ToolCall, textOf } from './message.ts';
import { type Piece, pieceOf, resultText, toolCallOf } from './parts.ts';

/** A message and what an output message says beside it. */
export interface SourceMessage extends Message {
  readonly finish_reason?: string;
}

/** Requests nest messages in requests in messages; beyond this it is no conversation. */
const MAX_DEPTH = 8;

const ROLES: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  function: 'tool',
  // LangChain's serialised classes
  HumanMessage: 'user',
  HumanMessageChunk: 'user',
  AIMessage: 'assistant',
  AIMessageChunk: 'assistant',
  SystemMessage: 'system',
  ToolMessage: 'tool',
  FunctionMessage: 'tool',
  ChatMessage: 'user',
};

/**
 * Reads messages from anything that holds some: a list or one of them in any library's shape, a whole request body
 * (`{messages}`, `{system, prompt}`, `{instructions, input}`, `{contents}`), JSON text of these, or bare text.
 * Returns an empty list where there are none; invents nothing.
 */
export function toMessages(source: unknown, role = 'user', depth = 0): readonly SourceMessage[] {
  if (source === undefined || source === null || source === '' || depth > MAX_DEPTH) return [];
  if (typeof source === 'string') {
    const parsed = parseJson(source);
    const inner = parsed !== undefined && looksLikeMessages(parsed) ? toMessages(parsed, role, depth + 1) : [];
    return inner.length > 0 ? inner : [{ role, content: source }];
  }
  if (Array.isArray(source)) {
    if (source.length > 0 && source.every(isBarePart)) return fromPieces(role, source.map(pieceOf), {});
    return mergeToolCalls(source.flatMap((item) => toMessages(item, role, depth + 1)));
  }
  if (!isObject(source)) return [{ role, content: asText(source) }];
  return requestMessages(source, depth) ?? messageFrom(source, role, depth);
}

/** Whether a JSON value is a list of messages or parts, a message, or a request, rather than somebody's data. */
export function looksLikeMessages(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => Array.isArray(item) || (isObject(item) && looksLikeMessage(item)));
  return (
    isObject(value) && (looksLikeMessage(value) || Array.isArray(value['messages']) || Array.isArray(value['contents']))
  );
}

const ITEM_TYPES = new Set([
  'message',
  'function_call',
  'function_call_output',
  'reasoning',
  'human',
  'ai',
  'system',
  'tool',
]);

function looksLikeMessage(item: Json): boolean {
  return (
    (typeof item['role'] === 'string' &&
      ('content' in item || 'parts' in item || 'tool_calls' in item || 'text' in item)) ||
    isLangChain(item) ||
    (typeof item['type'] === 'string' && ITEM_TYPES.has(item['type'])) ||
    (isObject(item['message']) && looksLikeMessage(item['message']))
  );
}

const isLangChain = (item: Json) => item['lc'] === 1 && isObject(item['kwargs']);

/** A content part outside of any message. */
function isBarePart(item: unknown): boolean {
  if (!isObject(item) || looksLikeMessage(item)) return false;
  const keys = Object.keys(item);
  return (
    typeof item['type'] === 'string' ||
    (keys.length === 1 &&
      /^(text|toolUse|toolResult|reasoningContent|image|document|functionCall|functionResponse)$/.test(keys[0] ?? ''))
  );
}

function requestMessages(request: Json, depth: number): readonly SourceMessage[] | undefined {
  if (typeof request['role'] === 'string' || isLangChain(request)) return undefined;
  const config = isObject(request['config']) ? request['config'] : {};
  const system =
    request['system'] ??
    request['instructions'] ??
    config['system_instruction'] ??
    config['systemInstruction'] ??
    request['systemInstruction'];
  const conversation =
    request['messages'] ??
    request['contents'] ??
    request['prompt'] ??
    (depth === 0 || 'model' in request ? request['input'] : undefined);
  if (conversation === undefined) return undefined;
  return withSystem(toMessages(conversation, 'user', depth + 1), system);
}

/** Puts the system prompt first, unless the conversation brings its own. */
export function withSystem(messages: readonly SourceMessage[], system: unknown): readonly SourceMessage[] {
  if (messages.some((message) => message.role === 'system' || message.role === 'developer')) return messages;
  const prompts = toMessages(system, 'system').map((message) => ({ ...message, role: 'system' }));
  return prompts.length === 0 ? messages : [...prompts, ...messages];
}

function messageFrom(source: Json, role: string, depth: number): readonly SourceMessage[] {
  if (isLangChain(source)) {
    const id = source['id'];
    const kind = Array.isArray(id) ? asText(id.at(-1)) : '';
    return messageFrom({ ...(source['kwargs'] as Json), role: ROLES[kind] ?? role }, role, depth);
  }
  const inner = source['message'] ?? (isObject(source['data']) ? source['data'] : undefined);
  if (source['role'] === undefined && isObject(inner)) {
    return toMessages({ role: textOf(source, 'type') ?? role, ...inner, ...finishOf(source) }, role, depth + 1);
  }
  const type = textOf(source, 'type');
  if (
    source['role'] === undefined &&
    type !== undefined &&
    type !== 'message' &&
    ROLES[type] === undefined &&
    type !== 'system' &&
    type !== 'tool'
  ) {
    const piece = pieceOf(source);
    return fromPieces(
      piece.is === 'tool_call' || piece.is === 'reasoning' ? 'assistant' : role,
      [piece],
      finishOf(source),
    );
  }
  const said = textOf(source, 'role', 'type') ?? role;
  return conversationMessage(source, ROLES[said] ?? (said === 'message' ? role : said));
}

function conversationMessage(source: Json, role: string): readonly SourceMessage[] {
  const content = source['content'] ?? source['parts'] ?? source['contents'] ?? source['text'];
  if (role === 'tool' && !hasToolResults(content)) {
    const id = textOf(source, 'tool_call_id', 'toolCallId', 'call_id', 'id');
    const name = textOf(source, 'name');
    return [
      {
        role,
        content: resultText(content),
        ...(name !== undefined && { name }),
        ...(id !== undefined && { tool_call_id: id }),
      },
    ];
  }
  const pieces = contentPieces(content);
  for (const call of callsBeside(source))
    if (!pieces.some((piece) => isSameCall(piece, call))) pieces.push({ is: 'tool_call', call });
  const thought = source['reasoning_content'] ?? source['reasoning'];
  if (typeof thought === 'string' && thought !== '') pieces.push({ is: 'reasoning', text: thought });
  const refusal = textOf(source, 'refusal');
  if (refusal !== undefined) pieces.push({ is: 'refusal', text: refusal });
  // OpenInference says a tool's answer as a user message with the call's id
  const answers = textOf(source, 'tool_call_id');
  if (answers !== undefined && role !== 'assistant' && !hasToolResults(content)) {
    return [{ role: 'tool', content: resultText(content), tool_call_id: answers }];
  }
  const name = textOf(source, 'name');
  return fromPieces(role, pieces, { ...(name !== undefined && { name }), ...finishOf(source) });
}

function finishOf(source: Json): { finish_reason?: string } {
  const reason = textOf(source, 'finish_reason', 'finishReason', 'stop_reason');
  return reason === undefined ? {} : { finish_reason: reason };
}

function contentPieces(content: unknown): Piece[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') {
    const parsed = parseJson(content);
    const isParts = Array.isArray(parsed) && parsed.length > 0 && parsed.every(isBarePart);
    return isParts ? parsed.map(pieceOf) : [{ is: 'text', text: content }];
  }
  return Array.isArray(content) ? content.map(pieceOf) : [pieceOf(content)];
}

function hasToolResults(content: unknown): boolean {
  return Array.isArray(content) && content.some((part) => pieceOf(part).is === 'tool_result');
}

function callsBeside(source: Json): ToolCall[] {
  const extra = isObject(source['additional_kwargs']) ? source['additional_kwargs'] : {};
  const lists = [source['tool_calls'], source['toolCalls'], extra['tool_calls']];
  const list = lists.find((calls): calls is unknown[] => Array.isArray(calls) && calls.length > 0) ?? [];
  const legacy =
    source['function_call'] ??
    (source['function_call_name'] && {
      name: source['function_call_name'],
      arguments: source['function_call_arguments_json'],
    });
  return [...list, legacy].filter(isObject).flatMap((call) => toolCallOf(call) ?? []);
}

function isSameCall(piece: Piece, call: ToolCall): boolean {
  return (
    piece.is === 'tool_call' &&
    piece.call.function.name === call.function.name &&
    (piece.call.id === call.id || piece.call.function.arguments === call.function.arguments)
  );
}

/** Pieces to messages: tool results become messages of their own, the rest one message. */
function fromPieces(
  role: string,
  pieces: readonly Piece[],
  extra: { name?: string; finish_reason?: string },
): readonly SourceMessage[] {
  const results: SourceMessage[] = [];
  const parts: Message['content'][] = [];
  const content: (
    | { readonly type: 'text'; readonly text: string }
    | (Readonly<Record<string, unknown>> & { readonly type: string })
  )[] = [];
  const calls: ToolCall[] = [];
  const thoughts: string[] = [];
  let refusal: string | undefined;
  for (const piece of pieces) {
    switch (piece.is) {
      case 'text':
        content.push({ type: 'text', text: piece.text });
        break;
      case 'media':
        content.push(piece.part);
        break;
      case 'tool_call':
        calls.push(piece.call);
        break;
      case 'reasoning':
        thoughts.push(piece.text);
        break;
      case 'refusal':
        refusal = piece.text;
        break;
      case 'tool_result':
        results.push({
          role: 'tool',
          content: piece.text,
          ...(piece.name !== undefined && { name: piece.name }),
          ...(piece.id !== undefined && { tool_call_id: piece.id }),
        });
        break;
      default:
        piece satisfies never;
    }
  }
  parts.length = 0;
  if (results.length > 0 && content.length === 0 && calls.length === 0 && thoughts.length === 0) return results;
  const [only] = content;
  const message: SourceMessage = {
    role,
    content:
      content.length === 0
        ? calls.length > 0 || refusal !== undefined
          ? null
          : ''
        : content.length === 1 && only?.type === 'text'
          ? asText(only['text'])
          : content,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join('\n') }),
    ...(refusal !== undefined && { refusal }),
    ...extra,
  };
  return [message, ...results];
}

/** OpenAI's Responses list one item a tool call: those of one turn belong to one assistant message. */
function mergeToolCalls(messages: readonly SourceMessage[]): readonly SourceMessage[] {
  const merged: SourceMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last && isPartOfTurn(last) && isPartOfTurn(message)) merged[merged.length - 1] = joinTurn(last, message);
    else merged.push(message);
  }
  return merged;
}

const isPartOfTurn = (message: SourceMessage) =>
  message.role === 'assistant' &&
  (message.content === null || message.content === '') &&
  message.finish_reason === undefined;

function joinTurn(a: SourceMessage, b: SourceMessage): SourceMessage {
  const calls = [...(a.tool_calls ?? []), ...(b.tool_calls ?? [])];
  const thoughts = [a.reasoning_content, b.reasoning_content].filter((text) => text !== undefined);
  return {
    ...a,
    ...b,
    ...(calls.length > 0 && { tool_calls: calls, content: null }),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join('\n') }),
  };
}
