import { asking, type Rule, type Rules } from '../rule.ts';
import { countAt } from '../span-view.ts';

/** `aggregated_usage` is pydantic-ai's name for what an agent's model calls used together: asked after what a span says of itself. */
const PREFIXES = ['gen_ai.usage.', 'gen_ai.aggregated_usage.'];

/** The first spelling that says more than nothing: an SDK that writes two of them may leave one at zero. */
function usage(...names: readonly string[]): Rule<number> {
  const keys = PREFIXES.flatMap((prefix) => names.map((name) => prefix + name));
  return asking(keys, (view, present) => {
    let found: number | undefined;
    for (const key of present) {
      const count = countAt(view, key);
      if (count !== undefined && count > 0) return count;
      found ??= count;
    }
    return found;
  });
}

const MODALITIES = ['text', 'audio', 'image', 'video'];

/** The sum over modalities, for realtime models that state no total. */
const modalities = (kind: string) => sum(...MODALITIES.map((modality) => `${modality}.${kind}`));

function sum(...names: readonly string[]): Rule<number> {
  const keys = names.map((name) => `gen_ai.usage.${name}`);
  return asking(keys, (view, present) => {
    const counts = present.flatMap((key) => countAt(view, key) ?? []);
    return counts.length === 0 ? undefined : counts.reduce((sum, one) => sum + one, 0);
  });
}

/** Token counts in every spelling of the GenAI conventions and of those who follow them. */
export const GEN_AI_USAGE = {
  inputTokens: [usage('input_tokens', 'prompt_tokens'), modalities('input_tokens')],
  outputTokens: [usage('output_tokens', 'completion_tokens'), modalities('output_tokens')],
  totalTokens: [usage('total_tokens')],
  cacheReadTokens: [
    usage(
      'cache_read.input_tokens',
      'cache_read_input_tokens',
      'cache_read_tokens',
      'cached_input_tokens',
      'cached_tokens',
      'input_cached_tokens',
      'input_tokens.cached',
      'prompt_tokens_details.cache_read',
      'details.cache_read_tokens',
      'details.cache_read_input_tokens',
    ),
    modalities('cache_read.input_tokens'),
  ],
  cacheWriteTokens: [
    usage(
      'cache_write.input_tokens',
      'cache_creation.input_tokens',
      'cache_creation_input_tokens',
      'cache_write_input_tokens',
      'cache_write_tokens',
      'input_cache_creation',
      'prompt_tokens_details.cache_write',
      'details.cache_write_tokens',
      'details.cache_creation_input_tokens',
      'input_tokens.cache_write',
    ),
    sum('cache_creation.5m_input_tokens', 'cache_creation.1h_input_tokens'),
  ],
  reasoningTokens: [
    usage(
      'reasoning.output_tokens',
      'reasoning_tokens',
      'reasoning_output_tokens',
      'output_tokens.reasoning',
      'completion_tokens_details.reasoning',
      'details.reasoning_tokens',
      'details.thoughts_tokens',
    ),
  ],
  audioInputTokens: [
    usage('audio.input_tokens', 'audio_input_tokens', 'input_audio_tokens', 'details.input_audio_tokens'),
  ],
  audioOutputTokens: [
    usage(
      'audio.output_tokens',
      'audio_output_tokens',
      'output_audio_tokens',
      'completion_tokens_details.audio',
      'details.output_audio_tokens',
    ),
  ],
} satisfies Rules;
