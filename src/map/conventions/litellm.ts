import type { Kind } from '../reading.ts';
import { below, type Convention, data, number, text, texts, when } from '../rule.ts';
import type { SpanView } from '../span-view.ts';

/** The request as the provider got it, below the call it belongs to: no call of its own. */
const isRaw = (view: SpanView) => view.span.name === 'raw_gen_ai_request';

/** https://docs.litellm.ai/docs/observability/opentelemetry_integration, beside the GenAI keys. */
export const litellm: Convention = {
  name: 'litellm',
  title: 'LiteLLM',
  prefixes: ['gen_ai.cost.', 'hidden_params', 'metadata.user_api_key', 'litellm.'],
  scopes: [/^litellm/],
  rules: {
    kind: [when<Kind>([], isRaw, 'task')],
    cost: [number('gen_ai.cost.total_cost', 'litellm.cost.total')],
    userId: [text('metadata.user_api_key_end_user_id', 'metadata.user_api_key_user_id', 'llm.user')],
    threadId: [text('metadata.session_id', 'metadata.litellm_session_id')],
    tags: [data(['metadata.tags', 'metadata.requester_tags'], texts)],
    metadata: [below('metadata.')],
  },
};
