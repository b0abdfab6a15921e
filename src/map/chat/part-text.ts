import { parseJson } from '../json-text.ts';
import { asText, isObject } from './message.ts';

/** Text as parts of the known libraries wrap it. */

/** OpenAI's Assistants say `{text: {value, annotations}}`. */
export const isText = (text: unknown): boolean =>
  typeof text === 'string' || (isObject(text) && typeof text['value'] === 'string');

export const textIn = (text: unknown): string => asText(isObject(text) ? (text['value'] ?? text) : text);

/** A model's thinking: text, or a list of texts or `{text}`, a line each; OpenLLMetry writes the list as JSON. */
export function thoughtIn(content: unknown): string {
  const parsed = typeof content === 'string' && content.startsWith('[{') ? parseJson(content) : undefined;
  const listed = Array.isArray(parsed) && parsed.every((line) => isObject(line) && isText(line['text']));
  const lines = listed ? parsed : Array.isArray(content) ? content : [content];
  return lines.map((line) => asText(isObject(line) ? (line['text'] ?? line) : line)).join('\n');
}

/** Bedrock's `reasoningContent`. */
export function reasoningIn(content: unknown): unknown {
  if (!isObject(content)) return content;
  const inner = content['reasoningText'] ?? content['text'];
  return isObject(inner) ? inner['text'] : inner;
}

/** Bedrock's `citationsContent`: `{content: [{text}], citations}`. */
export function citedIn(cited: unknown): string | undefined {
  const blocks = isObject(cited) && Array.isArray(cited['content']) ? cited['content'].filter(isObject) : [];
  return blocks.length === 0 ? undefined : blocks.map((block) => asText(block['text'])).join('');
}
