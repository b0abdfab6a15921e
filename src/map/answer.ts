import { namedAnswer, toChoices } from './chat/choices.ts';
import { withoutWrapping } from './chat/langchain.ts';
import { type Choice, isObject, type Json } from './chat/message.ts';
import { toMessages } from './chat/messages.ts';
import type { SourceMessage } from './chat/pieces.ts';
import { looksLikeMessages } from './chat/recognise.ts';
import { isAsking } from './chat/roles.ts';
import { shown } from './chat/shown.ts';
import { withToolRoles } from './chat/tool-speakers.ts';
import { decoded } from './json-text.ts';
import type { Reading } from './reading.ts';

/** Nothing, or the name of one of LangGraph's nodes, where a step says which one is next: `__end__`, `ask_again`. */
const NOT_SAID = /^(__\w+__)?$/;
const NODE_NAME = /^[a-z][a-z\d]*([_-][a-z\d]+)*$/;

/** What a span that says no messages of its own has answered with; nothing where its output is no answer. */
export function choicesOf({ kind, output }: Partial<Reading>, asked: readonly SourceMessage[]): readonly Choice[] {
  const inner = withoutWrapping(decoded(output));
  const hasMessages = asked.length > 0;
  const isModels = kind === 'llm' || kind === 'agent';
  const said = isObject(inner) ? namedAnswer(inner) : inner;
  const isAnswer =
    (kind === 'llm' && inner !== undefined) ||
    (looksLikeMessages(inner) && (isModels || isAnswered(inner, asked))) ||
    (isObject(inner) && ['choices', 'candidates', 'generations'].some((key) => Array.isArray(inner[key]))) ||
    (typeof said === 'string' && hasMessages && !NOT_SAID.test(said) && (isModels || !NODE_NAME.test(said)));
  if (isAnswer) return toChoices(inner);
  // an agent that was asked for data answers with it
  const isData = kind === 'agent' && hasMessages && isObject(inner) && Object.keys(inner).length > 0;
  return isData ? toChoices(JSON.stringify(inner)) : [];
}

/** A conversation holds an answer unless it ends with a question, or was fetched: who asks in it has not asked here. */
function isAnswered(conversation: unknown, asked: readonly SourceMessage[]): boolean {
  const messages = withToolRoles(toMessages(conversation), asked);
  const last = messages.at(-1);
  const isAsked = asked.length > 0 || !messages.some(({ role }) => isAsking(role));
  return last !== undefined && !isAsking(last.role) && isAsked;
}

/** Messages that are no answer (a prompt that was filled in, a tool's report) in the shape of all others. */
export function readable(output: unknown, asked: readonly SourceMessage[]): unknown {
  const inner = withoutWrapping(output);
  const messages = looksLikeMessages(inner) ? shown(withToolRoles(toMessages(inner), asked)) : [];
  if (messages.length === 0) return output ?? null;
  return isObject(inner) && Array.isArray(inner['messages']) ? { ...inner, messages } : { messages };
}

/** What a step has returned beside its messages: a graph's state, with a plan or a score. */
export function besideMessages(output: unknown): Json {
  const inner = withoutWrapping(decoded(output));
  if (!isObject(inner) || !Array.isArray(inner['messages'])) return {};
  // Weave's page makes another view of what has a member `output`
  const { messages: _, output: said, ...others } = inner;
  return said === undefined ? others : { ...others, value: said };
}
