import type { Message } from './message.ts';
import type { SourceMessage } from './pieces.ts';

/**
 * Fills in what a flattened conversation leaves out and the request as it was sent still has:
 * content that is a list of parts, tool calls among such parts, ids of tool calls, reasoning.
 * Two conversations that are not alike are left alone. The request is asked for where something is seen to be missing,
 * or in any case where it `isAtHand`.
 */
export function completedFrom(
  messages: readonly SourceMessage[],
  request: () => readonly SourceMessage[],
  isAtHand = false,
): readonly SourceMessage[] {
  if (!isAtHand && messages.every(isWhole)) return messages;
  const sent = request();
  const isAlike = sent.length === messages.length && messages.every((message, at) => message.role === sent[at]?.role);
  return isAlike ? messages.map((message, at) => completed(message, sent[at] ?? message)) : messages;
}

const hasContent = ({ content }: Message) => content !== null && content.length > 0;
const hasCallIds = ({ tool_calls: calls = [] }: Message) => calls.every((call) => call.id !== undefined);
const saysNothing = (message: Message) => !hasContent(message) && message.tool_calls === undefined;

function isWhole(message: SourceMessage): boolean {
  if (message.role === 'tool' && message.tool_call_id === undefined) return false;
  return !saysNothing(message) && hasCallIds(message);
}

function completed(message: SourceMessage, sent: SourceMessage): SourceMessage {
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
