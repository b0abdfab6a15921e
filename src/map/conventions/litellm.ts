import { toChoices } from '../chat/choices.ts';
import { type Choice, isObject } from '../chat/message.ts';
import { listAt } from '../indexed.ts';
import type { Kind } from '../reading.ts';
import { below, type Convention, custom, data, number, text, texts, when } from '../rule.ts';
import { dataAt, type SpanView } from '../span-view.ts';

/** The request as the provider got it, below the call it belongs to: no call of its own. */
const isRaw = (view: SpanView) => view.span.name === 'raw_gen_ai_request';

const OUTPUT = 'gen_ai.output.messages';
const COMPLETIONS = 'gen_ai.completion.';

/** Its output messages leave out which tools were called: those stand below keys of an older convention, by their index. */
function withToolCalls(view: SpanView): readonly Choice[] | undefined {
  const said = toChoices(dataAt(view, OUTPUT));
  if (said.length !== 1 || said[0]?.message.tool_calls) return undefined;
  const calls = listAt(view, COMPLETIONS)?.flatMap((item) =>
    isObject(item) && isObject(item['function_call']) ? [{ type: 'function', function: item['function_call'] }] : [],
  );
  if (!calls || calls.length === 0) return undefined;
  const { message, finish_reason } = said[0] as Choice;
  return toChoices([{ ...message, tool_calls: calls }]).map((choice) => ({ ...choice, finish_reason }));
}

/** https://docs.litellm.ai/docs/observability/opentelemetry_integration, beside the GenAI keys. */
export const litellm: Convention = {
  name: 'litellm',
  title: 'LiteLLM',
  prefixes: ['gen_ai.cost.', 'hidden_params', 'metadata.user_api_key', 'litellm.'],
  scopes: [/^litellm/],
  rules: {
    kind: [when<Kind>([], isRaw, 'task')],
    choices: [custom([OUTPUT, `${COMPLETIONS}*`], withToolCalls)],
    cost: [number('gen_ai.cost.total_cost', 'litellm.cost.total')],
    userId: [text('metadata.user_api_key_end_user_id', 'metadata.user_api_key_user_id', 'llm.user')],
    threadId: [text('metadata.session_id', 'metadata.litellm_session_id')],
    tags: [data(['metadata.tags', 'metadata.requester_tags'], texts)],
    metadata: [below('metadata.')],
  },
};
