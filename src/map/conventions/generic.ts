import { toChoices } from '../chat/choices.ts';
import { isObject, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { looksLikeMessages } from '../chat/recognise.ts';
import { listAt } from '../indexed.ts';
import type { Kind } from '../reading.ts';
import {
  type Convention,
  count,
  custom,
  data,
  gather,
  indexed,
  list,
  number,
  type Rules,
  some,
  text,
  texts,
} from '../rule.ts';
import { dataAt, type SpanView, toCount, valueAt } from '../span-view.ts';
import { isUsage, tokenRules, usageRules } from '../token-counts.ts';
import { bodyRules } from './generic-bodies.ts';
import { kindOf, listsIn, modelEvidence, type Role, type Roles, rolesIn } from './generic-names.ts';

/** The rules for one set of keys; undefined where nothing in it speaks of a model, an agent, a tool, or of what went in and out. */
export function genericFor(keys: readonly string[]): Convention | undefined {
  const rules = rulesFor(rolesIn(keys), listsIn(keys));
  return rules && { name: 'generic', title: 'Any other, by the names of its keys', prefixes: [], rules };
}

function rulesFor(found: Roles, lists: ReturnType<typeof listsIn>): Rules | undefined {
  const kind = lists.messages === undefined ? kindOf(found) : 'llm';
  const given = (...roles: readonly Role[]) => roles.flatMap((role) => found[role] ?? []);
  const asked = given('input', 'asked');
  const answered = given('output', 'answered');
  const input = [...(kind ? given('prompt') : []), ...given('input'), ...(kind ? given('asked') : [])];
  const output = [...(kind ? given('completion') : []), ...given('output'), ...(kind ? given('answered') : [])];
  const bodies = bodyRules(asked, answered);
  const content: Rules = {
    ...bodies,
    messages: [
      ...given('messages').map((key) => data(key, conversation)),
      ...(lists.messages === undefined ? [] : [indexed(lists.messages, conversation)]),
      ...(bodies.messages ?? []),
    ],
    choices: [
      ...given('answers').map((key) => data(key, answers)),
      ...(lists.answers === undefined ? [] : [indexed(lists.answers, answers)]),
      ...(bodies.choices ?? []),
    ],
    input: input.map(contentAt),
    output: output.map(contentAt),
  };
  if (kind === undefined) return [...asked, ...answered, ...given('messages')].length > 0 ? content : undefined;
  const usage = usageRules(
    tokenRules(given('usage'), (value) => (isUsage(value) ? value : undefined)),
    bodies,
  );
  const counts = (role: 'inputTokens' | 'outputTokens' | 'totalTokens' | 'cacheReadTokens' | 'reasoningTokens') => [
    ...given(role).map((key) => count(key)),
    ...(usage[role] ?? []),
  ];
  return {
    ...content,
    kind: [
      custom([], (view) => (holds(view, found, lists, kind) ? kindBy(view, found, kind) : undefined)),
      ...(bodies.kind ?? []),
    ],
    requestModel: [...given('model').map(nameAt), ...(bodies.requestModel ?? []), ...given('metadata').map(modelIn)],
    responseModel: [...given('responseModel').map(nameAt), ...(bodies.responseModel ?? [])],
    provider: given('provider').map(nameAt),
    system: given('system').map(contentAt),
    parameters: [
      gather({
        ...Object.fromEntries(given('temperature').map((key) => [key, 'temperature'])),
        ...Object.fromEntries(given('topP').map((key) => [key, 'top_p'])),
        ...Object.fromEntries(given('outputLimit').map((key) => [key, 'max_tokens'])),
      }),
      ...(bodies.parameters ?? []),
    ],
    toolDefinitions: [...given('tools').map((key) => data(key, list)), ...(bodies.toolDefinitions ?? [])],
    toolName: kind === 'tool' ? given('toolName').map(nameAt) : [],
    toolArguments: given('toolArguments').map(contentAt),
    toolResult: given('toolResult').map(contentAt),
    documents: given('documents').map((key) => data(key, list)),
    query: kind === 'retriever' ? input.map(nameAt) : [],
    ...(kind === 'llm' && {
      inputTokens: counts('inputTokens'),
      outputTokens: counts('outputTokens'),
      totalTokens: counts('totalTokens'),
      cacheReadTokens: counts('cacheReadTokens'),
      reasoningTokens: counts('reasoningTokens'),
      cost: given('cost').map((key) => number(key)),
      finishReasons: given('finishReasons').map((key) => data(key, texts)),
    }),
    agentName: given('agentName').map(nameAt),
    userId: given('userId').map((key) => text(key)),
    threadId: given('threadId').map((key) => text(key)),
  };
}

/** Keys alone may mislead: the values must be what their names say. */
function holds(view: SpanView, found: Roles, lists: ReturnType<typeof listsIn>, kind: Kind): boolean {
  if (lists.messages !== undefined) return looksLikeMessages(listAt(view, lists.messages));
  const at = (role: Role) => dataAt(view, found[role] ?? '');
  if (kind === 'retriever') return Array.isArray(at('documents'));
  if (kind !== 'llm') return typeof at(kind === 'tool' ? 'toolName' : 'agentName') === 'string';
  if (found.model === undefined) {
    if (isUsage(at('usage')) || looksLikeMessages(at('messages'))) return true;
    if (toCount(at('inputTokens')) !== undefined && toCount(at('outputTokens')) !== undefined) return true;
    return typeof at('prompt') === 'string' && isContent(at('completion'));
  }
  if (typeof at('model') !== 'string') return false;
  return modelEvidence(found).some((role) => {
    if (role === 'usage') return isUsage(at(role));
    return role.endsWith('Tokens') ? toCount(at(role)) !== undefined : isContent(at(role));
  });
}

/** A model of vectors has nothing to say. */
function kindBy(view: SpanView, found: Roles, kind: Kind): Kind {
  const model = kind === 'llm' ? dataAt(view, found.model ?? '') : undefined;
  return typeof model === 'string' && /embed/i.test(model) && found.completion === undefined ? 'embedding' : kind;
}

const answers = (value: unknown) => (looksLikeMessages(value) ? some(toChoices(value)) : undefined);
const conversation = (value: unknown) => (looksLikeMessages(value) ? some(toMessages(value)) : undefined);

const nameAt = (key: string) =>
  custom([key], (view) => {
    const value = valueAt(view, key);
    return typeof value === 'string' ? value : undefined;
  });

const modelIn = (key: string) =>
  data(key, (value) => (isObject(value) ? textOf(value, 'model', 'model_name') : undefined));

const contentAt = (key: string) => data<unknown>(key, (value) => (isContent(value) ? value : undefined));

/** Text or data; a bare number is a measurement. */
const isContent = (value: unknown) => typeof value === 'string' || (typeof value === 'object' && value !== null);
