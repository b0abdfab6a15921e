/** A question as either API asks it. */
export interface Question {
  readonly model: string;
  /** All texts of the conversation, the oldest first. */
  readonly texts: readonly string[];
  /** Set where the conversation ends with the result of a tool. */
  readonly toolResult: string | undefined;
  readonly tools: readonly Tool[];
}

export interface Tool {
  readonly name: string;
  readonly parameters?: { readonly properties?: Readonly<Record<string, unknown>> };
}

export type Reply = (
  | { readonly kind: 'text'; readonly text: string }
  /** `args` is JSON text, as both APIs have it. */
  | { readonly kind: 'tool call'; readonly name: string; readonly args: string }
) & {
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** What the stand-in says: a tool call where tools are given, an echo otherwise. A word is a token. */
export function replyTo({ texts, toolResult, tools }: Question): Reply {
  const inputTokens = words(texts.join(' ')).length;
  const question = texts.at(-1) ?? '';
  const [tool] = tools;
  if (tool !== undefined && toolResult === undefined) {
    const args = JSON.stringify(argumentsFor(tool, question));
    return { kind: 'tool call', name: tool.name, args, inputTokens, outputTokens: words(args).length };
  }
  const text = toolResult === undefined ? `You asked: ${question}` : `The tool says: ${toolResult}`;
  return { kind: 'text', text, inputTokens, outputTokens: words(text).length };
}

/** The words of a text, each with the blank that follows: what is streamed piece by piece. */
export function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

function argumentsFor(tool: Tool, question: string): Readonly<Record<string, string>> {
  const lastWord = /([\p{L}\p{N}]+)\P{L}*$/u.exec(question)?.[1] ?? '';
  return Object.fromEntries(Object.keys(tool.parameters?.properties ?? {}).map((name) => [name, lastWord]));
}
