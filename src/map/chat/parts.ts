import { asText, isObject, type Json, textOf } from './message.ts';
import {
  callWithoutName,
  cited,
  hostedCall,
  media,
  type Piece,
  type ReadPart,
  type ResultContent,
  refusal,
  serverToolCall,
  text,
  thinking,
  thought,
  toolCall,
} from './part-readers.ts';
import { isText, reasoningIn, textIn } from './part-text.ts';
import { HOSTED_CALLS } from './recognise.ts';
import { blocksIn, resultText } from './tool-call.ts';

const toolResult: ReadPart = (part) => {
  const id = textOf(part, 'tool_use_id', 'toolUseId', 'toolCallId', 'call_id', 'tool_call_id', 'id', 'ref');
  const name = textOf(part, 'name', 'toolName');
  const result =
    part['response'] ??
    part['result'] ??
    part['output'] ??
    part['content'] ??
    part['server_tool_call_response'] ??
    part['error'];
  return {
    is: 'tool_result',
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    content: resultContent(result),
  };
};

/** Parts that name their type: GenAI, OpenAI chat and Responses, Anthropic, the AI SDK, pydantic-ai. */
const BY_TYPE: Readonly<Record<string, ReadPart>> = {
  text,
  input_text: text,
  output_text: text,
  summary_text: text,
  compaction: text,
  refusal,
  reasoning: thinking,
  thinking,
  reasoning_text: thinking,
  redacted_thinking: thinking,
  tool_call: toolCall,
  'tool-call': toolCall,
  tool_use: toolCall,
  toolUse: toolCall,
  toolCall,
  function_call: toolCall,
  custom_tool_call: toolCall,
  custom_tool_call_output: toolResult,
  mcp_tool_use: toolCall,
  mcp_list_tools: hostedCall,
  mcp_approval_request: hostedCall,
  ...Object.fromEntries(HOSTED_CALLS.map((type) => [type, hostedCall])),
  ...Object.fromEntries(HOSTED_CALLS.map((type) => [`${type}_output`, toolResult])),
  server_tool_call: serverToolCall,
  server_tool_use: serverToolCall,
  tool_call_response: toolResult,
  'tool-result': toolResult,
  tool_result: toolResult,
  toolResult,
  'tool-error': toolResult,
  function_call_output: toolResult,
  server_tool_call_response: toolResult,
  image: media,
  image_url: media,
  'image-url': media,
  input_image: media,
  image_file: media,
  image_content: media,
  audio_content: media,
  'image-data': media,
  'file-data': media,
  'file-url': media,
  audio: media,
  input_audio: media,
  'audio-url': media,
  video: media,
  'video-url': media,
  file: media,
  document: media,
  'document-url': media,
  input_file: media,
  blob: media,
  uri: media,
  binary: media,
  media,
};

/** Types that come with the name of a tool or of a provider before them. */
const BY_ENDING: readonly (readonly [string, ReadPart])[] = [
  ['_tool_result', toolResult], // Anthropic's own tools: `code_execution_tool_result`
  ['_redacted_thinking', thinking],
];

function readerOf(type: string): ReadPart | undefined {
  if (Object.hasOwn(BY_TYPE, type)) return BY_TYPE[type];
  return BY_ENDING.find(([ending]) => type.endsWith(ending))?.[1];
}

const inside =
  (read: ReadPart, key: string, type = ''): ReadPart =>
  (part) => {
    const inner = part[key];
    return isObject(inner) ? read(inner, type) : undefined;
  };

/** Haystack's: `{result, origin: {id, tool_name, arguments}, error}`. */
const haystackResult: ReadPart = (part) => {
  const inner = part['tool_call_result'];
  if (!isObject(inner)) return undefined;
  const origin = isObject(inner['origin']) ? inner['origin'] : {};
  return toolResult({ result: inner['result'], id: origin['id'], name: origin['tool_name'] }, '');
};

/** Parts whose key says what they are: Bedrock, Gemini, Genkit. In order, since a part may have several keys. */
const BY_KEY: readonly (readonly [string, ReadPart])[] = [
  ['reasoningContent', (part) => thought(reasoningIn(part['reasoningContent']))],
  ['thought', (part) => (part['thought'] === true ? thought(part['text']) : undefined)],
  ['reasoning', (part) => (typeof part['reasoning'] === 'string' ? thought(part['reasoning']) : undefined)],
  ...['toolUse', 'functionCall', 'function_call', 'toolRequest', 'tool_call'].map(
    (key) => [key, inside(toolCall, key)] as const,
  ),
  ...['toolResult', 'functionResponse', 'function_response', 'toolResponse'].map(
    (key) => [key, inside(toolResult, key)] as const,
  ),
  ['tool_call', callWithoutName],
  ['tool_call_result', haystackResult],
  ...['inlineData', 'inline_data', 'fileData', 'file_data', 'media'].map((key) => [key, inside(media, key)] as const),
  ['guardContent', (part) => (isObject(part['guardContent']) ? pieceOf(part['guardContent']['text']) : undefined)],
  ['citationsContent', cited],
  ['image', inside(media, 'image', 'image')],
  ['document', inside(media, 'document', 'file')],
  ['video', inside(media, 'video', 'video')],
  ['text', (part) => (isText(part['text']) ? { is: 'text', text: textIn(part['text']) } : undefined)],
  ['content', (part) => (typeof part['content'] === 'string' ? { is: 'text', text: part['content'] } : undefined)],
];

/** Reads one content part. A form that nobody knows is kept as text: its JSON. */
export function pieceOf(source: unknown): Piece {
  if (!isObject(source)) return { is: 'text', text: asText(source) };
  const part = unwrapped(source);
  const type = part['type'] ?? namedKind(part);
  const known = typeof type === 'string' ? readerOf(type)?.(part, type) : undefined;
  return known ?? byKey(part, type) ?? { is: 'text', text: JSON.stringify(source) };
}

/** OpenInference wraps parts once more. */
function unwrapped(source: Json): Json {
  const { message_content: wrapped, ...beside } = source;
  return isObject(wrapped) ? { ...wrapped, ...beside } : source;
}

/** pydantic-ai's own parts say `kind` instead of `type`. */
function namedKind(part: Json): string | undefined {
  const kind = part['kind'];
  return typeof kind === 'string' && Object.hasOwn(BY_TYPE, kind) ? kind : undefined;
}

function byKey(part: Json, type: unknown): Piece | undefined {
  // a type that nobody knows may hold anything: its keys mean nothing to us
  if (typeof type === 'string' && !Object.hasOwn(BY_TYPE, type)) return undefined;
  for (const [key, read] of BY_KEY) {
    const piece = key in part ? read(part, '') : undefined;
    if (piece) return piece;
  }
  return undefined;
}

/** A result with images or files among its blocks stays a list of parts, so that they can be looked at. */
export function resultContent(result: unknown): ResultContent {
  const found = isObject(result) && result['type'] === 'content' ? result['value'] : blocksIn(result);
  if (!Array.isArray(found) || !found.every(isObject)) return resultText(result);
  const blocks = found.map(unwrapped);
  const pieces = blocks.map(pieceOf);
  if (!pieces.some((piece) => piece.is === 'media')) return resultText(blocks);
  return pieces.map((piece, at) => {
    if (piece.is === 'media') return piece.part;
    return { type: 'text', text: piece.is === 'text' ? piece.text : JSON.stringify(blocks[at]) };
  });
}
