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
  /** Ids of the calls of a tool, by its name, and how many of them have been answered. */
  const called = new Map<string, { readonly ids: (string | undefined)[]; answered: number }>();
  const note = ({ tool_calls: calls = [] }: SourceMessage) => {
    for (const { id, function: tool } of calls) {
      const known = called.get(tool.name);
      if (known) known.ids.push(id);
      else called.set(tool.name, { ids: [id], answered: 0 });
    }
  };
  for (const message of before) note(message);
  return messages.map((message) => {
    note(message);
    const calls = isOpenAiRole(message.role) ? undefined : called.get(message.role);
    if (!calls) return message;
    const id = calls.ids[calls.answered++];
    return { ...message, role: 'tool', name: message.role, ...(id !== undefined && { tool_call_id: id }) };
  });
}
