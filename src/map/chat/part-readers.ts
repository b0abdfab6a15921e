import { mediaPart } from './media.ts';
import { asText, type ContentPart, isObject, type Json, type ToolCall, textOf } from './message.ts';
import { citedIn, textIn, thoughtIn } from './part-text.ts';
import { toolCallOf } from './tool-call.ts';

/** What one piece of a message's content is. */
export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'reasoning'; readonly text: string }
  | { readonly is: 'refusal'; readonly text: string }
  | { readonly is: 'media'; readonly part: ContentPart }
  | { readonly is: 'tool_call'; readonly call: ToolCall }
  | { readonly is: 'tool_result'; readonly id?: string; readonly name?: string; readonly content: ResultContent };

/** Mostly text; parts where a tool returned an image or a file. */
export type ResultContent = string | readonly ContentPart[];

export type ReadPart = (part: Json, type: string) => Piece | undefined;

export const text: ReadPart = (part) => ({ is: 'text', text: textIn(part['text'] ?? part['content']) });
export const refusal: ReadPart = (part) => ({ is: 'refusal', text: asText(part['refusal'] ?? part['content']) });
export const cited: ReadPart = (part) => {
  const said = citedIn(part['citationsContent']);
  return said === undefined ? undefined : { is: 'text', text: said };
};
export const thinking: ReadPart = (part) =>
  thought(part['content'] ?? part['text'] ?? part['thinking'] ?? part['summary'] ?? part['reasoning']);
export const toolCall: ReadPart = (part) => {
  const call = toolCallOf(part);
  return call && { is: 'tool_call', call };
};
/** Providers run some tools themselves; what such a call was about stands under the part's own type. */
export const serverToolCall: ReadPart = (part, type) => {
  const inner = part['server_tool_call'];
  const name = textOf(part, 'name') ?? (isObject(inner) ? textOf(inner, 'type') : undefined);
  return toolCall(
    { ...part, ...(name !== undefined && { name }), arguments: part['arguments'] ?? inner ?? part['input'] },
    type,
  );
};
/** An item of OpenAI's Responses: `{type: 'web_search_call', id, status, action}`. */
export const hostedCall: ReadPart = (part, type) => {
  const { type: _, id, name, status: __, ...about } = part;
  return toolCall({ id, name: name ?? type.replace(/_call$/, ''), arguments: about }, type);
};
/** Of tools that a provider runs itself OpenInference's streams have the arguments alone. */
export const callWithoutName: ReadPart = ({ tool_call: call }, type) =>
  isObject(call) ? toolCall({ ...call, name: 'unknown' }, type) : undefined;
export const media: ReadPart = (part, type) => {
  const found = mediaPart(part, type);
  if (found) return { is: 'media', part: found };
  const transcript = textOf(part, 'transcript');
  return transcript === undefined ? undefined : { is: 'text', text: transcript };
};

export const thought = (content: unknown): Piece => ({ is: 'reasoning', text: thoughtIn(content) });
