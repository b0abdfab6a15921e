import { parseJson } from '../json-text.ts';
import { isObject, type Json, textOf } from './message.ts';

/** Tools that OpenAI runs itself, or has a client run: their calls and results are items of Responses, too. */
export const HOSTED_CALLS = [
  'web_search_call',
  'file_search_call',
  'image_generation_call',
  'code_interpreter_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'mcp_call',
];

/** Types of messages, and of the items that OpenAI's Responses list among them. */
const ITEM_TYPES = new Set([
  ...HOSTED_CALLS,
  ...HOSTED_CALLS.map((type) => `${type}_output`),
  'custom_tool_call',
  'custom_tool_call_output',
  'mcp_list_tools',
  'mcp_approval_request',
  'mcp_approval_response',
  'message',
  'function_call',
  'function_call_output',
  'reasoning',
  'human',
  'ai',
  'system',
  'tool',
]);

/** Keys that stand alone in a part of Bedrock's or Gemini's. */
const PART_KEY = /^(text|toolUse|toolResult|reasoningContent|image|document|functionCall|functionResponse)$/;

/** Whether a JSON value is a list of messages or parts, a message, or a request, rather than somebody's data. */
export function looksLikeMessages(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => Array.isArray(item) || looksLikeMessage(item));
  return (
    isObject(value) && (looksLikeMessage(value) || Array.isArray(value['messages']) || areContents(value['contents']))
  );
}

/** Gemini's contents; a resource of MCP has some as well: `[{uri, text}]`. */
const areContents = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' || looksLikeMessage(item) || isBarePart(item));

/** Whether a value that should be a conversation is one, be it bare text or the parts of a single message. */
export function isConversation(value: unknown): boolean {
  if (typeof value === 'string' || looksLikeMessages(value)) return true;
  return (
    Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string' || isBarePart(part))
  );
}

/** What a message with a role says: OpenAI's may have no content beside the last three. */
const SAID = ['content', '_content', 'parts', 'tool_calls', 'text', 'function_call', 'audio', 'refusal'];

function looksLikeMessage(item: unknown): boolean {
  if (!isObject(item)) return false;
  return (
    Array.isArray(item['parts']) ||
    (roleIn(item) !== undefined && SAID.some((key) => key in item)) ||
    isLangChain(item) ||
    (typeof item['type'] === 'string' && ITEM_TYPES.has(item['type'])) ||
    looksLikeMessage(item['message'])
  );
}

/** Who speaks. Haystack's older releases write `_role` and `_content`. */
export function roleIn(item: Json): string | undefined {
  return textOf(item, 'role', '_role');
}

/** LangChain's serialised form of a message. */
export function isLangChain(item: Json): boolean {
  return item['lc'] === 1 && isObject(item['kwargs']);
}

/** A content part outside of any message. */
export function isBarePart(item: unknown): item is Json {
  if (!isObject(item) || looksLikeMessage(item)) return false;
  const [key, ...others] = Object.keys(item);
  return typeof item['type'] === 'string' || (key !== undefined && others.length === 0 && PART_KEY.test(key));
}

/** The input list of OpenAI's Responses, which some instrumentations put as JSON into the text of one message. */
export function responsesItems(text: string): readonly unknown[] | undefined {
  if (!text.includes('"function_call') && !text.includes('"input_')) return undefined;
  const parsed = parseJson(text);
  return Array.isArray(parsed) && looksLikeMessages(parsed) && parsed.some(isOfResponses) ? parsed : undefined;
}

/** Only the Responses API has items and parts of these types: nobody quotes a conversation so. */
function isOfResponses(item: unknown): boolean {
  if (!isObject(item)) return false;
  if (item['type'] === 'function_call' || item['type'] === 'function_call_output') return true;
  const parts = Array.isArray(item['content']) ? item['content'] : [];
  return parts.some((part) => isObject(part) && /^input_(text|image|file|audio)$/.test(String(part['type'])));
}
