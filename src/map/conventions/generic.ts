import { toChoices } from '../chat/choices.ts';
import { toMessages } from '../chat/messages.ts';
import { looksLikeMessages } from '../chat/recognise.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, gather, list, number, type Rules, some, text, texts } from '../rule.ts';
import { dataAt, type SpanView, toCount, valueAt } from '../span-view.ts';
import { isUsage, tokenRules } from '../token-counts.ts';
import { kindOf, modelEvidence, type Role, type Roles, rolesIn } from './generic-names.ts';

/** The rules for one set of keys; undefined where nothing in it speaks of a model, an agent, a tool, or of what went in and out. */
export function genericFor(keys: readonly string[]): Convention | undefined {
  const rules = rulesFor(rolesIn(keys));
  return rules && { name: 'generic', title: 'Any other, by the names of its keys', prefixes: [], rules };
}

function rulesFor(found: Roles): Rules | undefined {
  const kind = kindOf(found);
  const given = (role: Role) => (found[role] === undefined ? [] : [found[role]]);
  const input = [...(kind ? given('prompt') : []), ...given('input'), ...(kind ? given('asked') : [])];
  const output = [...(kind ? given('completion') : []), ...given('output'), ...(kind ? given('answered') : [])];
  const content: Rules = {
    messages: given('messages').map((key) => data(key, conversation)),
    choices: given('answers').map((key) =>
      data(key, (value) => (looksLikeMessages(value) ? some(toChoices(value)) : undefined)),
    ),
    input: input.map(contentAt),
    output: output.map(contentAt),
  };
  if (kind === undefined) return input.length + output.length + given('messages').length > 0 ? content : undefined;
  const usage = tokenRules(given('usage'), (value) => (isUsage(value) ? value : undefined));
  const counts = (role: 'inputTokens' | 'outputTokens' | 'totalTokens' | 'cacheReadTokens' | 'reasoningTokens') => [
    ...given(role).map((key) => count(key)),
    ...usage[role],
  ];
  return {
    ...content,
    kind: [custom([], (view) => (holds(view, found, kind) ? kind : undefined))],
    requestModel: given('model').map(nameAt),
    responseModel: given('responseModel').map(nameAt),
    provider: given('provider').map(nameAt),
    system: given('system').map(contentAt),
    parameters: [
      gather({
        ...Object.fromEntries(given('temperature').map((key) => [key, 'temperature'])),
        ...Object.fromEntries(given('topP').map((key) => [key, 'top_p'])),
        ...Object.fromEntries(given('outputLimit').map((key) => [key, 'max_tokens'])),
      }),
    ],
    toolDefinitions: given('tools').map((key) => data(key, list)),
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
function holds(view: SpanView, found: Roles, kind: Kind): boolean {
  const at = (role: Role) => dataAt(view, found[role] ?? '');
  if (kind === 'retriever') return Array.isArray(at('documents'));
  if (kind !== 'llm') return typeof at(kind === 'tool' ? 'toolName' : 'agentName') === 'string';
  if (found.model !== undefined && typeof at('model') !== 'string') return false;
  return modelEvidence(found).some((role) => {
    if (role === 'usage') return isUsage(at(role));
    return role.endsWith('Tokens') ? toCount(at(role)) !== undefined : isContent(at(role));
  });
}

const conversation = (value: unknown) => (looksLikeMessages(value) ? some(toMessages(value)) : undefined);

const nameAt = (key: string) =>
  custom([key], (view) => {
    const value = valueAt(view, key);
    return typeof value === 'string' ? value : undefined;
  });

const contentAt = (key: string) => data<unknown>(key, (value) => (isContent(value) ? value : undefined));

/** Text or data; a bare number is a measurement. */
const isContent = (value: unknown) => typeof value === 'string' || (typeof value === 'object' && value !== null);
