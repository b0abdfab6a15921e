import { expect } from '@jest/globals';
import type { Answered } from '../../examples/model-stand-in/model-stand-in.ts';
import type { StoredCall } from '../support/app-world.ts';

/** What a model call shows, in few words. */
export interface Told {
  readonly model: string;
  /** The last message it was sent. */
  readonly asked: string;
  readonly answered: string;
  readonly usage: unknown;
}

/** What Weave tells of the model calls, the oldest first. */
export function toldByWeave(calls: readonly StoredCall[]): readonly Told[] {
  return calls
    .filter(({ attributes }) => attributes.kind === 'llm')
    .map(({ inputs, output, summary }) => ({
      model: inputs.model,
      asked: textOf(inputs.messages.at(-1).content),
      answered: saidOf(output.choices[0].message),
      usage: summary.usage,
    }));
}

/** What the stand-in knows of them. */
export function toldByModel(answered: readonly Answered[]): readonly Told[] {
  return answered.map(({ question: { model, texts }, reply: { inputTokens, outputTokens, ...reply } }) => ({
    model,
    asked: texts.at(-1) ?? '',
    answered: reply.kind === 'text' ? reply.text : `${reply.name} ${reply.args}`,
    usage: {
      [model]: expect.objectContaining({
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
        requests: 1,
      }),
    },
  }));
}

/** Tokens of all calls together, model calls or not. */
export function tokensOf(calls: readonly StoredCall[]): number {
  const usages = calls.flatMap(({ summary }) => Object.values<StoredCall>(summary.usage ?? {}));
  return usages.reduce((sum, { total_tokens }) => sum + total_tokens, 0);
}

/** The tree of calls, one line each, children indented. */
export function outline(calls: readonly StoredCall[]): readonly string[] {
  const ids = new Set(calls.map(({ id }) => id));
  const below = (parent: string | null, indent: string): readonly string[] =>
    calls
      .filter(({ parent_id }) => (ids.has(parent_id) ? parent_id : null) === parent)
      .flatMap(({ id, display_name }) => [indent + display_name, ...below(id, `${indent}  `)]);
  return below(null, '');
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return content.map(({ text }) => text).join(' ');
}

function saidOf({ content, tool_calls }: StoredCall): string {
  return tool_calls
    ? tool_calls.map((call: StoredCall) => `${call['function'].name} ${call['function'].arguments}`).join()
    : textOf(content);
}
