import { requestRules } from '../bodies.ts';
import { isObject } from '../chat/message.ts';
import { decoded } from '../json-text.ts';
import { type Convention, data, text } from '../rule.ts';

/** A body may hold the one that was sent or received as it was, beside or instead of what is made of it. */
function body(value: unknown): unknown {
  if (!isObject(value) || Array.isArray(value['messages'])) return decoded(value);
  return value['rawRequest'] ?? value['rawResponse'] ?? value;
}

/** https://openrouter.ai/docs/guides/features/broadcast: traces that the gateway sends itself. */
export const openRouter: Convention = {
  name: 'openrouter',
  title: 'OpenRouter Broadcast',
  prefixes: ['openrouter.', 'trace.metadata.openrouter.'],
  scopes: [/^openrouter/],
  rules: {
    ...requestRules('gen_ai.prompt'),
    input: [data('gen_ai.prompt', body)],
    output: [data('gen_ai.completion', body)],
    userId: [text('user.id')],
    threadId: [text('session.id')],
  },
};
