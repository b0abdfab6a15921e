import { isObject } from '../chat/message.ts';
import { count, custom, data, type Rules } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';

/** What the provider said itself, by provider name: `{openai: {…}}`. */
const providerData = (
  value: unknown,
  read: (metadata: Readonly<Record<string, unknown>>) => unknown,
): number | undefined => {
  if (!isObject(value)) return undefined;
  for (const metadata of Object.values(value)) {
    const found = isObject(metadata) ? read(metadata) : undefined;
    if (typeof found === 'number' && Number.isFinite(found) && found >= 0) return found;
  }
  return undefined;
};
const rawUsage = (metadata: Readonly<Record<string, unknown>>) =>
  isObject(metadata['usage']) ? metadata['usage'] : {};

/**
 * AI SDK 5 and earlier hand on what Anthropic and Bedrock say: input without the cached tokens.
 * From version 6 on, which is known by its `inputTokenDetails`, the cached ones are included.
 */
function inputExcludesCache(view: SpanView): boolean | undefined {
  const provider = textAt(view, 'ai.model.provider');
  if (provider === undefined || !/anthropic|bedrock/.test(provider)) return undefined;
  for (const key of view.span.attributes.keys()) if (key.startsWith('ai.usage.inputTokenDetails.')) return false;
  return true;
}

/** Tokens in the spellings of versions 3 to 6, and what the provider said beside them. */
export const VERCEL_USAGE = {
  inputTokens: [count('ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens')],
  outputTokens: [count('ai.usage.outputTokens', 'ai.usage.completionTokens')],
  totalTokens: [count('ai.usage.totalTokens')],
  cacheReadTokens: [
    count('ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'),
    data('ai.response.providerMetadata', (value) =>
      providerData(
        value,
        (own) =>
          own['cachedPromptTokens'] ??
          own['cacheReadInputTokens'] ??
          rawUsage(own)['cache_read_input_tokens'] ??
          rawUsage(own)['cacheReadInputTokens'],
      ),
    ),
  ],
  cacheWriteTokens: [
    count('ai.usage.inputTokenDetails.cacheWriteTokens'),
    data('ai.response.providerMetadata', (value) =>
      providerData(
        value,
        (own) =>
          own['cacheCreationInputTokens'] ??
          rawUsage(own)['cache_creation_input_tokens'] ??
          rawUsage(own)['cacheWriteInputTokens'],
      ),
    ),
  ],
  reasoningTokens: [
    count('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'),
    data('ai.response.providerMetadata', (value) => providerData(value, (own) => own['reasoningTokens'])),
  ],
  inputExcludesCache: [custom(['ai.model.provider'], inputExcludesCache)],
} satisfies Rules;
