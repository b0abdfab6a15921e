import type { Kind } from '../reading.ts';
import { type Convention, custom, data, text, texts } from '../rule.ts';
import { countAt, type SpanView, valueAt } from '../span-view.ts';

const SCOPE = /^com\.anthropic\.(sdk\.|claude-platform$)/;

/** Cache writes by how long they are kept, where their sum is left out. */
const WRITES = [
  'anthropic.usage.cache_creation.ephemeral_5m_input_tokens',
  'anthropic.usage.cache_creation.ephemeral_1h_input_tokens',
];

const asksNoModel = (view: SpanView) =>
  SCOPE.test(view.span.scope.name) && valueAt(view, 'gen_ai.operation.name') === undefined;

/**
 * The spans of Anthropic's own SDKs and of its platform: GenAI keys and a few more. Methods that ask no model
 * (`anthropic.messages.count_tokens`, administration) have no operation, though some name a model.
 */
export const anthropicSdk: Convention = {
  name: 'anthropic-sdk',
  title: 'Anthropic SDK and platform',
  prefixes: ['anthropic.'],
  scopes: [SCOPE],
  rules: {
    kind: [custom<Kind>([], (view) => (asksNoModel(view) ? 'task' : undefined))],
    finishReasons: [data('anthropic.message.stop_reason', texts)],
    toolResult: [data('anthropic.tool_result.content', (content) => content)],
    cacheWriteTokens: [
      custom(['gen_ai.usage.cache_write.input_tokens', ...WRITES], (view) => {
        const whole = countAt(view, 'gen_ai.usage.cache_write.input_tokens');
        const parts = WRITES.flatMap((key) => countAt(view, key) ?? []);
        return whole ?? (parts.length > 0 ? parts.reduce((sum, part) => sum + part, 0) : undefined);
      }),
    ],
    threadId: [text('gen_ai.conversation.id', 'anthropic.session.thread.id', 'anthropic.session.id')],
  },
};
