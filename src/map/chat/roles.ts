/** What libraries call those who speak, in OpenAI's words. */
const ROLES: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  chatbot: 'assistant',
  function: 'tool',
  toolResult: 'tool',
  // LangChain's serialised classes
  HumanMessage: 'user',
  HumanMessageChunk: 'user',
  AIMessage: 'assistant',
  AIMessageChunk: 'assistant',
  SystemMessage: 'system',
  ToolMessage: 'tool',
  FunctionMessage: 'tool',
};
const OPENAI_ROLES: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

/** The role that a library's own word stands for; undefined for other words. */
export const roleNamed = (name: string): string | undefined => (Object.hasOwn(ROLES, name) ? ROLES[name] : undefined);

/** Roles that smolagents has of its own, as it sends them to a model. As types of content parts they mean something else. */
const SPEAKERS: Readonly<Record<string, string>> = { 'tool-call': 'assistant', 'tool-response': 'user' };

/** The role of a speaker, also where it is written in capitals (Java's and .NET's enums). A name of its own stays. */
export function speakerNamed(name: string): string {
  const plain = name.toLowerCase();
  const own = Object.hasOwn(SPEAKERS, plain) ? SPEAKERS[plain] : undefined;
  return own ?? roleNamed(name) ?? roleNamed(plain) ?? (OPENAI_ROLES.has(plain) ? plain : name);
}

export const isOpenAiRole = (role: string): boolean => OPENAI_ROLES.has(role);

/** Whether only those who ask or help speak so: all others answer. */
export const isAsking = (role: string): boolean => role !== 'assistant' && OPENAI_ROLES.has(role);

/** LangChain's short form of a message: `['user', 'Hello']`. */
export function isRoleAndText(item: unknown): item is readonly [string, string] {
  if (!Array.isArray(item) || item.length !== 2 || typeof item[0] !== 'string' || typeof item[1] !== 'string')
    return false;
  return OPENAI_ROLES.has(speakerNamed(item[0]));
}
