import { asking, gathered, type Rule } from '../rule.ts';

/** The request parameters by their attribute, with the name that OpenAI's API gives them. */
const PARAMETERS: Readonly<Record<string, string>> = {
  'gen_ai.request.temperature': 'temperature',
  'gen_ai.request.top_p': 'top_p',
  'gen_ai.request.top_k': 'top_k',
  'gen_ai.request.max_tokens': 'max_tokens',
  'gen_ai.request.max_completion_tokens': 'max_completion_tokens',
  'gen_ai.request.frequency_penalty': 'frequency_penalty',
  'gen_ai.request.presence_penalty': 'presence_penalty',
  'gen_ai.request.seed': 'seed',
  'gen_ai.request.stop_sequences': 'stop',
  'gen_ai.request.choice.count': 'n',
  'gen_ai.request.stream': 'stream',
  'gen_ai.is_streaming': 'stream',
  'gen_ai.request.is_stream': 'stream',
  'gen_ai.request.reasoning.level': 'reasoning_effort',
  'gen_ai.request.reasoning_effort': 'reasoning_effort',
  'gen_ai.request.previous_response.id': 'previous_response_id',
  'gen_ai.request.service_tier': 'service_tier',
  'openai.request.service_tier': 'service_tier',
  'gen_ai.openai.request.service_tier': 'service_tier',
  'gen_ai.openai.request.response_format': 'response_format',
  'gen_ai.request.structured_output_schema': 'response_format',
  'gen_ai.request.encoding_formats': 'encoding_format',
  'gen_ai.output.type': 'output_type',
  'gen_ai.retrieval.top_k': 'top_k',
  'anthropic.request.service_tier': 'service_tier',
  'anthropic.thinking.type': 'thinking_type',
  'anthropic.thinking.budget_tokens': 'thinking_budget_tokens',
  'gen_ai.request.thinking_type': 'thinking_type',
  'gen_ai.request.thinking.type': 'thinking_type',
  'gen_ai.request.thinking.budget_tokens': 'thinking_budget_tokens',
  // OpenLLMetry before it took up the GenAI keys
  'llm.is_streaming': 'stream',
  'llm.top_k': 'top_k',
  'llm.frequency_penalty': 'frequency_penalty',
  'llm.presence_penalty': 'presence_penalty',
  'llm.chat.stop_sequences': 'stop',
};

const NUMBERS = [
  'temperature',
  'top_p',
  'top_k',
  'max_tokens',
  'max_completion_tokens',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'n',
];

/**
 * The parameters of a request from the GenAI keys and from `more` keys that a convention has beside them: one rule,
 * since parameters of one request may stand under keys of both. Micrometer sends numbers as text.
 */
export function parameterRule(more: Readonly<Record<string, string>> = {}): Rule<Readonly<Record<string, unknown>>> {
  const names = { ...PARAMETERS, ...more };
  return asking(Object.keys(names), (view, keys) => {
    const found = gathered(view, keys, names);
    const texts = found ? NUMBERS.filter((name) => typeof found[name] === 'string') : [];
    if (!found || texts.length === 0) return found;
    return { ...found, ...Object.fromEntries(texts.map((name) => [name, asNumber(String(found[name]))])) };
  });
}

function asNumber(text: string): unknown {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}
