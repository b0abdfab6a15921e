import { decoded, parseJson } from '../json-text.ts';
import { contentPieces, stepsIn } from './content-pieces.ts';
import { asText, isObject, type Json, type ToolCall, textOf } from './message.ts';
import type { Piece } from './part-readers.ts';
import { pieceOf, resultContent } from './parts.ts';
import { fromPieces, mergeTurns, type SourceMessage } from './pieces.ts';
import { isBarePart, isLangChain, looksLikeMessages, responsesItems, roleIn } from './recognise.ts';
import { isRoleAndText, roleNamed, speakerNamed } from './roles.ts';
import { toolCallsBeside } from './tool-call.ts';
import { withToolRoles } from './tool-speakers.ts';

/** Requests nest messages in requests in messages; beyond this it is no conversation. */
const MAX_DEPTH = 8;

/** How Python prints an object that has no text: a stream that was recorded before it was read is no answer. */
const OBJECT = /^<[\w.]+ object at 0x[\da-f]+>$/;

/** Members that a message has, one of them at least. An object without any is somebody's data: kept as its JSON. */
const SPEECH = [
  'role',
  '_role',
  'type',
  'content',
  '_content',
  'parts',
  'contents',
  'text',
  'tool_calls',
  'toolCalls',
  'function_call',
  'function_call_name',
  'reasoning_content',
  'reasoning',
  'refusal',
  'additional_kwargs',
];

/**
 * Reads messages from anything that holds some: a list or one of them in any library's shape, a whole request body
 * (`{messages}`, `{system, prompt}`, `{instructions, input}`, `{contents}`), JSON text of these, or bare text.
 * Returns an empty list where there are none; invents nothing.
 */
export function toMessages(source: unknown, role = 'user', depth = 0): readonly SourceMessage[] {
  if (source === undefined || source === null || source === '' || depth > MAX_DEPTH) return [];
  if (typeof source === 'string') {
    if (role === 'assistant' && OBJECT.test(source)) return [];
    const parsed = parseJson(source) ?? decoded(source);
    const inner = looksLikeMessages(parsed) ? toMessages(parsed, role, depth + 1) : [];
    return inner.length > 0 ? inner : [{ role, content: source }];
  }
  if (Array.isArray(source)) {
    if (source.length > 0 && source.every(isBarePart)) return fromPieces(role, source.map(pieceOf), {});
    if (source.length > 0 && source.every(isRoleAndText))
      return source.map(([speaker, content]) => ({ role: speakerNamed(speaker), content }));
    return withToolRoles(mergeTurns(source.flatMap((item) => toMessages(item, role, depth + 1))));
  }
  if (!isObject(source)) return [{ role, content: asText(source) }];
  if (Object.keys(source).length === 0) return [];
  return fromRequest(source, depth) ?? fromMessage(source, role, depth);
}

/** Puts the system prompt first, unless the conversation has it already. */
export function withSystem(messages: readonly SourceMessage[], system: unknown): readonly SourceMessage[] {
  if (system === undefined) return messages;
  const told = messages
    .filter(isInstruction)
    .map(bareText)
    .filter((text) => text !== '');
  const said = systemMessages(system);
  const isTold = (text: string) => told.some((one) => one.includes(text) || text.includes(one));
  const prompts = told.length === 0 ? said : said.filter((prompt) => !isTold(bareText(prompt)));
  return prompts.length === 0 ? messages : [...prompts, ...messages];
}

function systemMessages(system: unknown): readonly SourceMessage[] {
  const plain = Array.isArray(system) ? system.map(unpacked) : unpacked(system);
  return toMessages(plain, 'system').map((message) => ({ ...message, role: 'system' }));
}

/** JSON in a text: a list of parts may come as a list of their texts. */
function unpacked(value: unknown): unknown {
  const inner = typeof value === 'string' ? (parseJson(value) ?? decoded(value)) : value;
  return typeof inner === 'string' || isBarePart(inner) || Array.isArray(inner) || looksLikeMessages(inner)
    ? inner
    : value;
}

const isInstruction = ({ role }: SourceMessage) => role === 'system' || role === 'developer';
const bareText = ({ content }: SourceMessage) => asText(content).replace(/\s+/g, ' ').trim();

/** The conversation of a request body; undefined for what is no request. */
function fromRequest(request: Json, depth: number): readonly SourceMessage[] | undefined {
  if (roleIn(request) !== undefined || isLangChain(request)) return undefined;
  const config = isObject(request['config']) ? request['config'] : {};
  const system =
    request['system'] ??
    request['systemPrompt'] ??
    request['instructions'] ??
    config['system_instruction'] ??
    config['systemInstruction'] ??
    request['systemInstruction'];
  const input = depth === 0 || 'model' in request ? request['input'] : undefined;
  const { prompt } = request;
  // OpenAI's Responses name a prompt kept there, `{id, version, variables}`, beside what is said
  const said = isObject(prompt) ? (input ?? prompt) : (prompt ?? input);
  const conversation = request['messages'] ?? request['contents'] ?? said;
  return conversation === undefined ? undefined : withSystem(toMessages(conversation, 'user', depth + 1), system);
}

function fromMessage(source: Json, role: string, depth: number): readonly SourceMessage[] {
  if (isLangChain(source)) {
    const id = source['id'];
    const name = Array.isArray(id) ? asText(id.at(-1)) : '';
    return fromMessage({ ...(source['kwargs'] as Json), role: roleNamed(name) ?? role }, role, depth);
  }
  const type = textOf(source, 'type');
  if (roleIn(source) === undefined) {
    const inner = source['message'] ?? source['data'];
    if (isObject(inner)) return toMessages({ role: type ?? role, ...inner, ...finishOf(source) }, role, depth + 1);
    // an item of OpenAI's Responses that is no message: a tool call, its output, reasoning
    if (type !== undefined && !['message', 'system', 'tool'].includes(type) && roleNamed(type) === undefined) {
      const piece = pieceOf(source);
      const speaker = piece.is === 'tool_call' || piece.is === 'reasoning' ? 'assistant' : role;
      return fromPieces(speaker, [piece], finishOf(source));
    }
  }
  if (!SPEECH.some((key) => key in source)) return [{ role, content: asText(source) }];
  const said = roleIn(source) ?? (type === 'message' ? role : type) ?? role;
  return fromConversation(source, speakerNamed(said));
}

function fromConversation(source: Json, role: string): readonly SourceMessage[] {
  const content = source['content'] ?? source['_content'] ?? source['parts'] ?? source['contents'] ?? source['text'];
  const steps = stepsIn(content);
  if (steps) return steps.flatMap((step) => fromConversation({ role, content: step, ...finishOf(source) }, role));
  const name = textOf(source, 'name');
  const pieces = contentPieces(content);
  const [only] = pieces;
  const items = only?.is === 'text' && pieces.length === 1 ? responsesItems(only.text) : undefined;
  if (items) return toMessages(items, role);
  const hasResults = pieces.some((piece) => piece.is === 'tool_result');
  // OpenInference gives a tool's answer the role of a user, with the id of the call it answers
  const answers = textOf(source, 'tool_call_id', 'toolCallId', 'call_id');
  if ((role === 'tool' || (answers !== undefined && role !== 'assistant')) && !hasResults) {
    const id = answers ?? textOf(source, 'id');
    return [
      {
        role: 'tool',
        content: resultContent(content),
        ...(name !== undefined && { name }),
        ...(id !== undefined && { tool_call_id: id }),
      },
    ];
  }
  const beside = toolCallsBeside(source);
  const isInContent = beside.length > 0 ? callsIn(pieces) : undefined;
  for (const call of beside) if (!isInContent?.(call)) pieces.push({ is: 'tool_call', call });
  const thought = source['reasoning_content'] ?? source['reasoning'];
  if (typeof thought === 'string' && thought !== '') pieces.push({ is: 'reasoning', text: thought });
  // the answer of OpenAI's audio models: `{id, data, transcript}`
  if (isObject(source['audio'])) pieces.push(pieceOf({ type: 'audio', ...source['audio'] }));
  const refusal = textOf(source, 'refusal');
  if (refusal !== undefined) pieces.push({ is: 'refusal', text: refusal });
  const annotations = source['annotations'];
  const cites = Array.isArray(annotations) && annotations.length > 0 && { annotations };
  return fromPieces(role, pieces, { ...(name !== undefined && { name }), ...cites, ...finishOf(source) });
}

function finishOf(source: Json): { finish_reason?: string } {
  const beside = source['meta'] ?? source['_meta'] ?? source['response_metadata'];
  const keys = ['finish_reason', 'finishReason', 'stop_reason'] as const;
  const reason = textOf(source, ...keys) ?? (isObject(beside) ? textOf(beside, ...keys) : undefined);
  return reason === undefined ? {} : { finish_reason: reason };
}

/** Whether a call beside the content stands in the content, too: by its id, or where one of both has none by its arguments. */
function callsIn(pieces: readonly Piece[]): (call: ToolCall) => boolean {
  const byId = new Set<string>();
  const withoutId = new Set<string>();
  const byArguments = new Set<string>();
  for (const piece of pieces) {
    if (piece.is !== 'tool_call') continue;
    const { id } = piece.call;
    byArguments.add(asked(piece.call));
    if (id === undefined) withoutId.add(asked(piece.call));
    else byId.add(named(piece.call, id));
  }
  return (call) =>
    call.id === undefined ? byArguments.has(asked(call)) : byId.has(named(call, call.id)) || withoutId.has(asked(call));
}

const asked = (call: ToolCall) => named(call, call.function.arguments);
const named = (call: ToolCall, what: string) => `${call.function.name}\n${what}`;
