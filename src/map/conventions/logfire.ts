import { isRequest, requestRules } from '../bodies.ts';
import { toChoices } from '../chat/choices.ts';
import { isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, some, texts, when } from '../rule.ts';
import { type SpanView, textAt, valueAt } from '../span-view.ts';
import { tokenRules } from '../token-counts.ts';
import { choicesInEvents, messagesInEvents } from './gen-ai-events.ts';

/** Sent when a span begins, with an id of its own: the span itself follows and says all. */
const isPending = (view: SpanView) => textAt(view, 'logfire.span_type') === 'pending_span';

/** Logfire's own integrations keep the answer as `{message, usage}`, or the text of a stream. */
const answer = (response: unknown) =>
  isObject(response)
    ? some(toChoices(isObject(response['message']) ? response['message'] : response['combined_chunk_content']))
    : undefined;

const RESPONSE_USAGE = tokenRules('response_data', (response) => (isObject(response) ? response['usage'] : undefined));

/** https://logfire.pydantic.dev: span names are templates, `logfire.msg` is the text made of them. */
export const logfire: Convention = {
  name: 'logfire',
  title: 'Pydantic Logfire',
  prefixes: ['logfire.'],
  scopes: [/^logfire(\.|$)/],
  rules: {
    kind: [when<Kind>(['logfire.span_type'], isPending, 'task')],
    displayName: [
      custom(['logfire.msg'], (view) =>
        valueAt(view, 'gen_ai.tool.name') === undefined ? textAt(view, 'logfire.msg') : undefined,
      ),
    ],
    ...requestRules('request_data'),
    messages: [
      data('request_data', (request) => (isRequest(request) ? some(toMessages(request)) : undefined)),
      data('events', messagesInEvents),
    ],
    choices: [data('response_data', answer), data('events', choicesInEvents)],
    ...RESPONSE_USAGE,
    reasoningTokens: [...RESPONSE_USAGE.reasoningTokens, ...tokenRules('gen_ai.usage.raw').reasoningTokens],
    tags: [data('logfire.tags', texts)],
  },
};
