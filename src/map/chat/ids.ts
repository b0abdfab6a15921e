import type { Message } from './message.ts';

/**
 * Weave's page knows a chat only where each tool call and each answer to one has an id.
 * Providers that pair the two by the tool's name (Gemini, the function calls of old) have none: there the name is the id.
 */
export function withIds<M extends Message>(message: M): M {
  const { tool_calls: calls, role, name, tool_call_id: answered } = message;
  if (role === 'tool' && answered === undefined && name !== undefined) return { ...message, tool_call_id: name };
  return calls?.some((call) => call.id === undefined)
    ? { ...message, tool_calls: calls.map((call) => ({ ...call, id: call.id ?? call.function.name })) }
    : message;
}
