import { asText, type ContentPart, type Message, type ToolCall } from './message.ts';
import type { SourceMessage } from './pieces.ts';

/**
 * What a flattened conversation leaves out and the request as it was sent still has: files and audio, the detail of an
 * image, refusals, ids of tool calls, content that is a list of parts, whole messages (of several tools' results in one
 * message some keep the last). Two conversations that are not alike are left alone.
 */
export function completedFrom(
  messages: readonly SourceMessage[],
  sent: readonly SourceMessage[],
): readonly SourceMessage[] {
  if (isAlike(messages, sent)) return messages.map((message, at) => completed(message, sent[at] ?? message));
  return isWithin(messages, sent) ? sent : messages;
}

/** Whether all that was flattened stands in what was sent, in the same order, with something between. */
function isWithin(messages: readonly Message[], sent: readonly Message[]): boolean {
  if (sent.length <= messages.length) return false;
  let at = 0;
  return messages.every((message) => {
    while (at < sent.length && !isSaidBy(sent[at], message)) at++;
    return at++ < sent.length;
  });
}

const isSaidBy = (sent: Message | undefined, message: Message) =>
  sent !== undefined && sent.role === message.role && saysAll(sent, message);

function isAlike(messages: readonly Message[], sent: readonly Message[]): boolean {
  return sent.length === messages.length && messages.every((message, at) => message.role === sent[at]?.role);
}

function completed<M extends Message>(message: M, sent: M): M {
  if (saysAll(sent, message))
    return { ...message, ...sent, content: hasContent(sent) ? sent.content : message.content };
  const sameCalls = sent.tool_calls?.length === message.tool_calls?.length;
  const callsLack = message.tool_calls === undefined || (sameCalls && !hasCallIds(message));
  return {
    ...message,
    ...(!hasContent(message) && hasContent(sent) && { content: sent.content }),
    ...(sent.tool_calls && callsLack && { tool_calls: sent.tool_calls }),
    ...(sent.reasoning_content !== undefined && { reasoning_content: sent.reasoning_content }),
    ...(message.tool_call_id === undefined && sent.tool_call_id !== undefined && { tool_call_id: sent.tool_call_id }),
  };
}

/** Whether a message as it was sent says all that the flattened one does, if not more. What was masked, it does not. */
export function saysAll(sent: Message, flat: Message): boolean {
  return (
    (!hasContent(flat) || spoken(sent) === spoken(flat) || isReadBy(sent, flat)) &&
    mediaOf(sent) >= mediaOf(flat) &&
    isStartOf(flat.tool_calls ?? [], sent.tool_calls ?? []) &&
    (flat.reasoning_content === undefined || flat.reasoning_content === sent.reasoning_content) &&
    (flat.tool_call_id === undefined || flat.tool_call_id === sent.tool_call_id)
  );
}

const isStartOf = (flat: readonly ToolCall[], sent: readonly ToolCall[]) =>
  flat.every((call, at) => {
    const other = sent[at];
    const isNamed = call.function.name === other?.function.name;
    return isNamed && (call.id === undefined || call.id === other.id);
  });

/** A flattened part of which nothing can be read stands as its own JSON. */
const UNREAD = '{"message_content":';

/** Of a message with parts that were not understood: whether all its other texts were sent. */
function isReadBy(sent: Message, flat: Message): boolean {
  const texts = textsOf(flat);
  const read = texts.filter((text) => !text.startsWith(UNREAD));
  const said = new Set(textsOf(sent));
  return read.length < texts.length && read.every((text) => said.has(text));
}

const hasContent = ({ content }: Message) => content !== null && content.length > 0;
const hasCallIds = ({ tool_calls: calls = [] }: Message) => calls.every((call) => call.id !== undefined);
const partsOf = ({ content }: Message): readonly ContentPart[] => (Array.isArray(content) ? content : []);
const textsOf = (message: Message): readonly string[] =>
  typeof message.content === 'string'
    ? [message.content]
    : partsOf(message).flatMap((part) => (part.type === 'text' ? [asText(part['text'])] : []));
const mediaOf = (message: Message) => partsOf(message).filter(({ type }) => type !== 'text').length;
const spoken = (message: Message) =>
  typeof message.content === 'string'
    ? message.content
    : partsOf(message)
        .map((part) => asText(part['text']))
        .filter((text) => !text.startsWith(UNREAD))
        .join('');
