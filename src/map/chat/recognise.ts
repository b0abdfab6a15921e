import { isObject, type Json, textOf } from './message.ts';

/** Types of messages, and of the items that OpenAI's Responses list among them. */
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

/** Keys that stand alone in a part of Bedrock's or Gemini's. */
const PART_KEY = /^(text|toolUse|toolResult|reasoningContent|image|document|functionCall|functionResponse)$/;

/** Whether a JSON value is a list of messages or parts, a message, or a request, rather than somebody's data. */
export function looksLikeMessages(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => Array.isArray(item) || looksLikeMessage(item));
  return (
    isObject(value) && (looksLikeMessage(value) || Array.isArray(value['messages']) || Array.isArray(value['contents']))
  );
}

/** Whether a value that should be a conversation is one, be it bare text or the parts of a single message. */
export function isConversation(value: unknown): boolean {
  if (typeof value === 'string' || looksLikeMessages(value)) return true;
  return (
    Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string' || isBarePart(part))
  );
}

function looksLikeMessage(item: unknown): boolean {
  if (!isObject(item)) return false;
  return (
    Array.isArray(item['parts']) ||
    (roleIn(item) !== undefined && ['content', '_content', 'parts', 'tool_calls', 'text'].some((key) => key in item)) ||
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
export function isBarePart(item: unknown): boolean {
  if (!isObject(item) || looksLikeMessage(item)) return false;
  const [key, ...others] = Object.keys(item);
  return typeof item['type'] === 'string' || (key !== undefined && others.length === 0 && PART_KEY.test(key));
}
