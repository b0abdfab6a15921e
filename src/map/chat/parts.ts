import { asText, type ContentPart, isObject, type Json, type ToolCall, textOf } from './message.ts';

/** What one piece of a message's content is. */
export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'reasoning'; readonly text: string }
  | { readonly is: 'refusal'; readonly text: string }
  | { readonly is: 'media'; readonly part: ContentPart }
  | { readonly is: 'tool_call'; readonly call: ToolCall }
  | {
      readonly is: 'tool_result';
      readonly id: string | undefined;
      readonly name: string | undefined;
      readonly text: string;
    };

/** One known form of a content part. The first row that gives a piece wins. */
interface PartForm {
  readonly name: string;
  read(part: Json, type: string | undefined): Piece | undefined;
}

const TEXT_TYPES = new Set(['text', 'input_text', 'output_text', 'summary_text', 'compaction']);
const REASONING_TYPES = new Set(['reasoning', 'thinking', 'reasoning_text', 'redacted_thinking']);
const CALL_TYPES = new Set([
  'tool_call',
  'tool-call',
  'tool_use',
  'function_call',
  'server_tool_call',
  'server_tool_use',
]);
const RESULT_TYPES = new Set([
  'tool_call_response',
  'tool-result',
  'tool_result',
  'tool-error',
  'function_call_output',
  'server_tool_call_response',
  'web_search_tool_result',
]);
const MEDIA_TYPES = new Set([
  'image',
  'image_url',
  'image-url',
  'input_image',
  'audio',
  'input_audio',
  'audio-url',
  'video',
  'video-url',
]);
const FILE_TYPES = new Set([
  'file',
  'document',
  'document-url',
  'input_file',
  'blob',
  'uri',
  'binary',
  'media',
  'image_file',
]);

/** The forms that content parts have in the wild, by the key or type that gives each away. */
const FORMS: readonly PartForm[] = [
  {
    name: 'reasoning (GenAI, AI SDK, Anthropic thinking, Bedrock reasoningContent, Gemini thought)',
    read(part, type) {
      if (type !== undefined && REASONING_TYPES.has(type)) {
        return reasoning(part['content'] ?? part['text'] ?? part['thinking'] ?? part['summary'] ?? part['reasoning']);
      }
      if (part['reasoningContent'] !== undefined) return reasoning(reasoningText(part['reasoningContent']));
      if (part['thought'] === true) return reasoning(part['text']);
      return type === undefined && typeof part['reasoning'] === 'string' ? reasoning(part['reasoning']) : undefined;
    },
  },
  {
    name: 'refusal (OpenAI)',
    read: (part, type) =>
      type === 'refusal' ? { is: 'refusal', text: asText(part['refusal'] ?? part['content']) } : undefined,
  },
  {
    name: 'tool call (GenAI, AI SDK, Anthropic, OpenAI Responses)',
    read: (part, type) => (type !== undefined && CALL_TYPES.has(type) ? toolCallPiece(part) : undefined),
  },
  {
    name: 'tool call under its own key (Bedrock toolUse, Gemini functionCall, Genkit toolRequest)',
    read(part) {
      const call =
        part['toolUse'] ?? part['functionCall'] ?? part['function_call'] ?? part['toolRequest'] ?? part['tool_call'];
      return isObject(call) ? toolCallPiece(call) : undefined;
    },
  },
  {
    name: 'tool result (GenAI, AI SDK, Anthropic, OpenAI Responses)',
    read: (part, type) => (type !== undefined && RESULT_TYPES.has(type) ? toolResultPiece(part) : undefined),
  },
  {
    name: 'tool result under its own key (Bedrock toolResult, Gemini functionResponse, Genkit toolResponse)',
    read(part) {
      const result =
        part['toolResult'] ?? part['functionResponse'] ?? part['function_response'] ?? part['toolResponse'];
      return isObject(result) ? toolResultPiece(result) : undefined;
    },
  },
  {
    name: 'media (all: a URL, a data URI, or base64 with its type)',
    read: (part, type) => {
      const inner = part['inlineData'] ?? part['inline_data'] ?? part['fileData'] ?? part['file_data'] ?? part['media'];
      if (isObject(inner)) return mediaPiece(inner, type);
      const bedrock = part['image'] ?? part['document'] ?? part['video'];
      if (type === undefined && isObject(bedrock)) return mediaPiece(bedrock, part['image'] ? 'image' : 'file');
      return type !== undefined && (MEDIA_TYPES.has(type) || FILE_TYPES.has(type)) ? mediaPiece(part, type) : undefined;
    },
  },
  {
    name: 'text (all)',
    read(part, type) {
      const text = part['text'] ?? part['content'];
      if (type !== undefined && TEXT_TYPES.has(type)) return { is: 'text', text: asText(text) };
      return type === undefined && typeof text === 'string' ? { is: 'text', text } : undefined;
    },
  },
];

/** Reads one content part. A form that nobody knows is kept as text: its JSON. */
export function pieceOf(part: unknown): Piece {
  if (!isObject(part)) return { is: 'text', text: asText(part) };
  const content = isObject(part['message_content']) ? { ...part['message_content'], ...withoutContent(part) } : part;
  const type = typeof content['type'] === 'string' ? content['type'] : undefined;
  for (const form of FORMS) {
    const piece = form.read(content, type);
    if (piece) return piece;
  }
  return { is: 'text', text: JSON.stringify(part) };
}

const withoutContent = ({ message_content: _, ...rest }: Json): Json => rest;

/** A tool call in any of its spellings; the arguments become JSON text. */
export function toolCallOf(source: Json): ToolCall | undefined {
  const wrapped = source['tool_call'];
  const call = isObject(wrapped) ? wrapped : source;
  const inner = isObject(call['function']) ? call['function'] : call;
  const name = textOf(inner, 'name', 'toolName', 'tool_name') ?? textOf(call, 'name', 'toolName');
  if (name === undefined) return undefined;
  const id = textOf(call, 'call_id', 'id', 'toolCallId', 'toolUseId', 'tool_call_id', 'ref');
  const args =
    inner['arguments'] ?? inner['args'] ?? inner['input'] ?? call['arguments'] ?? call['args'] ?? call['input'];
  return { ...(id !== undefined && { id }), type: 'function', function: { name, arguments: asText(args) } };
}

function toolCallPiece(part: Json): Piece | undefined {
  const call = toolCallOf(part);
  return call && { is: 'tool_call', call };
}

function toolResultPiece(part: Json): Piece {
  const result = part['response'] ?? part['result'] ?? part['output'] ?? part['content'] ?? part['error'];
  return {
    is: 'tool_result',
    id: textOf(part, 'tool_use_id', 'toolUseId', 'toolCallId', 'call_id', 'tool_call_id', 'id', 'ref'),
    name: textOf(part, 'name', 'toolName'),
    text: resultText(result),
  };
}

/** The text of a tool's result: text blocks joined, the AI SDK's `{type, value}` unwrapped, anything else as JSON. */
export function resultText(result: unknown): string {
  if (Array.isArray(result) && result.length > 0) {
    const texts = result.map((block) => (isObject(block) ? textOf(block, 'text') : undefined));
    if (texts.every((text) => text !== undefined)) return texts.join('\n');
    const [only] = result;
    if (result.length === 1 && isObject(only) && only['json'] !== undefined) return asText(only['json']);
  }
  if (isObject(result) && 'value' in result && typeof result['type'] === 'string') return asText(result['value']);
  return asText(result);
}

function reasoning(content: unknown): Piece {
  const text = Array.isArray(content)
    ? content.map((item) => asText(isObject(item) ? (item['text'] ?? item) : item)).join('\n')
    : asText(content);
  return { is: 'reasoning', text };
}

function reasoningText(content: unknown): unknown {
  if (!isObject(content)) return content;
  const inner = content['reasoningText'] ?? content['text'];
  return isObject(inner) ? inner['text'] : inner;
}

function mediaPiece(part: Json, type: string | undefined): Piece {
  const source = isObject(part['source']) ? part['source'] : {};
  const mime =
    textOf(part, 'mime_type', 'mimeType', 'mediaType', 'media_type', 'contentType') ??
    textOf(source, 'media_type', 'mime_type') ??
    formatType(part, type);
  const url = urlOf(part, source);
  const data = textOf(part, 'content', 'data', 'image', 'bytes', 'base64') ?? textOf(source, 'data', 'bytes');
  const modality = textOf(part, 'modality') ?? mime?.split('/')[0] ?? type;
  const audio = part['input_audio'];
  if (isObject(audio)) return { is: 'media', part: { type: 'input_audio', input_audio: audio } };
  if (modality?.startsWith('audio') && url === undefined && data !== undefined) {
    return { is: 'media', part: { type: 'input_audio', input_audio: { data, format: mime?.split('/')[1] ?? 'wav' } } };
  }
  const address =
    url ??
    (data === undefined ? undefined : dataUri(data, mime ?? (modality?.startsWith('image') ? 'image/png' : undefined)));
  const isImage = modality?.startsWith('image') || type?.includes('image');
  if (isImage && address !== undefined)
    return { is: 'media', part: { type: 'image_url', image_url: { url: address } } };
  const file = isObject(part['file']) ? part['file'] : {};
  const fileId = textOf(part, 'file_id', 'fileId') ?? textOf(file, 'file_id') ?? textOf(source, 'file_id');
  const filename = textOf(part, 'filename', 'name', 'title') ?? textOf(file, 'filename');
  const fileData = address ?? textOf(file, 'file_data') ?? textOf(part, 'file_data');
  if (fileId === undefined && fileData === undefined) return { is: 'text', text: JSON.stringify(part) };
  return {
    is: 'media',
    part: {
      type: 'file',
      file: {
        ...(filename && { filename }),
        ...(fileId && { file_id: fileId }),
        ...(fileData && { file_data: fileData }),
        ...(mime && { mime_type: mime }),
      },
    },
  };
}

function urlOf(part: Json, source: Json): string | undefined {
  for (const holder of [
    part['image_url'],
    part['image'],
    part['audio_url'],
    part['url'],
    part['uri'],
    part['fileUri'],
    part['file_uri'],
    source['url'],
  ]) {
    if (typeof holder === 'string' && /^(https?|data|gs|s3|file):/.test(holder)) return holder;
    if (!isObject(holder)) continue;
    const url = textOf(holder, 'url') ?? (isObject(holder['image']) ? textOf(holder['image'], 'url') : undefined);
    if (url !== undefined) return url;
  }
  const data = part['data'];
  return typeof data === 'string' && /^(https?|data):/.test(data) ? data : undefined;
}

function formatType(part: Json, type: string | undefined): string | undefined {
  const format = textOf(part, 'format');
  return format && type && `${type}/${format}`;
}

const dataUri = (data: string, mime: string | undefined) =>
  data.startsWith('data:') ? data : `data:${mime ?? 'application/octet-stream'};base64,${data}`;
