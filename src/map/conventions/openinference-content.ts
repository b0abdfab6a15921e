import { responsesReason, toChoices } from '../chat/choices.ts';
import { completedFrom, saysAll } from '../chat/complete.ts';
import { type Choice, isObject, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import { listAt } from '../indexed.ts';
import { parseJson } from '../json-text.ts';
import { some } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';

/** What OpenInference flattens into keys with indexes, put together again. */

export const systemOf = (value: unknown) =>
  isObject(value) ? (value['system'] ?? value['instructions'] ?? undefined) : undefined;
export const embedding = (item: unknown) => (isObject(item) && isObject(item['embedding']) ? item['embedding'] : {});
/** Retrieved documents; their metadata is JSON in a text. */
export const documents = (items: readonly unknown[]) =>
  items.map((item) => {
    const found = isObject(item) ? (item['document'] ?? item) : item;
    const metadata =
      isObject(found) && typeof found['metadata'] === 'string' ? parseJson(found['metadata']) : undefined;
    return isObject(found) && metadata !== undefined ? { ...found, metadata } : found;
  });

/** What a reranking was given. */
export function reranked(view: SpanView): unknown {
  const query = textAt(view, 'reranker.query');
  const given = listAt(view, 'reranker.input_documents.');
  if (query === undefined && given === undefined) return undefined;
  return { ...(query !== undefined && { query }), ...(given && { documents: documents(given) }) };
}

/** What humans or other models say of the span. */
export const judgements = (member: string) => (items: readonly unknown[]) =>
  some(items.flatMap((item) => (isObject(item) && isObject(item[member]) ? [item[member]] : [])));

/** The flattened messages, with what they leave out taken from the raw request and response. */
export function conversation(view: SpanView): readonly SourceMessage[] | undefined {
  const messages = toMessages(listAt(view, 'llm.input_messages.'));
  return messages.length === 0 ? undefined : completedFrom(messages, toMessages(dataAt(view, 'input.value')));
}

export function answers(view: SpanView): readonly Choice[] | undefined {
  const said = listAt(view, 'llm.output_messages.')?.map(spoken);
  if (!said) return undefined;
  const body = dataAt(view, 'output.value');
  const asked = dataAt(view, 'llm.invocation_parameters');
  const choices = isSeveral(said.length, body, asked) ? said.flatMap(alternative) : toChoices(said);
  const sent = typeof body === 'object' ? toChoices(body) : [];
  // some flatten the first of several alternatives only
  if (sent.length > choices.length && choices.every((choice, at) => isSaid(sent[at], choice))) return sent;
  const messages = completedFrom(
    choices.map((choice) => choice.message),
    sent.map((choice) => choice.message),
  );
  return some(choices.map((choice, at) => ({ ...choice, message: messages[at] ?? choice.message })));
}
const isSaid = (sent: Choice | undefined, choice: Choice) =>
  sent !== undefined && saysAll(sent.message, choice.message);

/** Several output messages are one answer in pieces, unless the response or the request says that they are alternatives. */
function isSeveral(count: number, body: unknown, asked: unknown): boolean {
  if (count < 2) return false;
  if (isObject(body) && Array.isArray(body['choices'])) return body['choices'].length === count;
  return isObject(asked) && asked['n'] === count;
}
const alternative = (said: unknown, index: number) => toChoices([said]).map((choice) => ({ ...choice, index }));

/** Output messages may leave out who speaks. */
const spoken = (item: unknown) =>
  isObject(item) && isObject(item['message']) ? { role: 'assistant', ...item['message'] } : item;

/** The reasons in a response's body: one a choice, or Anthropic's one, or what the status of one of OpenAI's Responses means. */
export function finishReasonsIn(body: unknown): readonly string[] | undefined {
  if (!isObject(body)) return undefined;
  const choices = Array.isArray(body['choices']) ? body['choices'] : [body];
  const reasons = choices.flatMap((choice) =>
    isObject(choice) ? (textOf(choice, 'finish_reason', 'stop_reason') ?? []) : [],
  );
  return some(reasons.length > 0 ? reasons : (responsesReason(body) ?? []));
}
