import type { SourceMessage } from './pieces.ts';
import { isOpenAiRole } from './roles.ts';

/**
 * Some give the report of a tool the tool's own name as its role. Who speaks under the name of a tool that was called
 * before is that tool, and answers the first of its calls that nobody has answered.
 */
export function withToolRoles(
  messages: readonly SourceMessage[],
  before: readonly SourceMessage[] = [],
): readonly SourceMessage[] {
  if (messages.every(({ role }) => isOpenAiRole(role))) return messages;
  /** Ids of the calls that wait for an answer, by the tool's name. */
  const waiting = new Map<string, (string | undefined)[]>();
  const note = ({ tool_calls: calls = [] }: SourceMessage) => {
    for (const call of calls) {
      const { name } = call.function;
      waiting.set(name, [...(waiting.get(name) ?? []), call.id]);
    }
  };
  for (const message of before) note(message);
  return messages.map((message) => {
    note(message);
    const ids = isOpenAiRole(message.role) ? undefined : waiting.get(message.role);
    if (!ids) return message;
    const id = ids.shift();
    return { ...message, role: 'tool', name: message.role, ...(id !== undefined && { tool_call_id: id }) };
  });
}
