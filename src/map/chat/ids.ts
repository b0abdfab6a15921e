import type { Message } from './message.ts';

/** Gives a message's tool calls, or the answer to one, the ids that they lack. */
export type Identify = <M extends Message>(message: M) => M;

/**
 * Weave's page knows a chat only where each tool call has an id, and finds the answer to it by that.
 * Providers that pair the two by the tool's name (Gemini, the function calls of old) have none: there the name is the id,
 * with a number from the second call on. An answer without a name, too, is one to the first call that has none yet.
 * For the messages of one conversation in their order.
 */
export function createIds(): Identify {
  /** How often each tool was asked, and how often it answered; made when the first id is missing: mostly none is. */
  let asked: Map<string, number> | undefined;
  let answered: Map<string, number> | undefined;
  /** Ids of the last calls that were given some here, those of them that have an answer, and where the others begin. */
  let given: readonly string[] = [];
  let done: Set<string> | undefined;
  let at = 0;

  /** The first of these calls that nothing has answered. */
  function firstOpen(): string | undefined {
    for (; at < given.length; at += 1) {
      const id = given[at];
      if (id !== undefined && !done?.has(id)) return id;
    }
    return undefined;
  }

  return (message) => {
    const { tool_calls: calls, role, name, tool_call_id: id } = message;
    if (role === 'tool' && id === undefined) {
      answered ??= new Map();
      const answers = name === undefined ? firstOpen() : next(answered, name);
      if (answers === undefined) return message;
      done ??= new Set();
      done.add(answers);
      return { ...message, tool_call_id: answers };
    }
    if (!calls?.some((call) => call.id === undefined)) return message;
    asked ??= new Map();
    const seen = asked;
    const named = calls.map((call) => ({ ...call, id: call.id ?? next(seen, call.function.name) }));
    given = named.map((call) => call.id);
    done = undefined;
    at = 0;
    return { ...message, tool_calls: named };
  };
}

function next(seen: Map<string, number>, name: string): string {
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  return count === 1 ? name : `${name}-${count}`;
}
