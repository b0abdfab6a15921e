import { isObject } from '../chat/message.ts';
import { count, custom, data, type Rules } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { countIn } from '../token-counts.ts';

const METADATA = 'ai.response.providerMetadata';

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
/** The usage object as the provider sent it: Anthropic's and Bedrock's, Gemini's. */
const rawUsage = (metadata: Readonly<Record<string, unknown>>) => metadata['usage'] ?? metadata['usageMetadata'];
const raw = (field: Parameters<typeof countIn>[1]) =>
  data(METADATA, (value) => providerData(value, (own) => countIn(rawUsage(own), field)));

/**
 * AI SDK 5 and earlier hand on what Anthropic and Bedrock say: input without the cached tokens. From version 6 on the
 * cached ones are included. What the provider said itself settles it; else version 6 is known by its `inputTokenDetails`.
 */
function inputExcludesCache(view: SpanView): boolean | undefined {
  const provider = textAt(view, 'ai.model.provider');
  if (provider === undefined || !/anthropic|bedrock/.test(provider)) return undefined;
  const isWhole = isWholeInput(view);
  if (isWhole !== undefined) return !isWhole;
  for (const key of view.span.attributes.keys()) if (key.startsWith('ai.usage.inputTokenDetails.')) return false;
  return true;
}

/** Whether the input counted is the provider's own with the cached tokens; undefined where it is neither with nor without. */
function isWholeInput(view: SpanView): boolean | undefined {
  const stated = INPUT.read(view);
  const said = dataAt(view, METADATA);
  const count = (field: Parameters<typeof countIn>[1]) => providerData(said, (own) => countIn(rawUsage(own), field));
  const bare = count('inputTokens');
  const cached = (count('cacheReadTokens') ?? 0) + (count('cacheWriteTokens') ?? 0);
  if (stated === undefined || bare === undefined || cached === 0) return undefined;
  if (stated === bare) return false;
  return stated === bare + cached ? true : undefined;
}

const INPUT = count('ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens');

/** Tokens in the spellings of versions 3 to 6, and what the provider said beside them. */
export const VERCEL_USAGE = {
  inputTokens: [INPUT],
  outputTokens: [count('ai.usage.outputTokens', 'ai.usage.completionTokens')],
  totalTokens: [count('ai.usage.totalTokens'), raw('totalTokens')],
  cacheReadTokens: [
    count('ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'),
    data(METADATA, (value) => providerData(value, (own) => own['cachedPromptTokens'] ?? own['cacheReadInputTokens'])),
    raw('cacheReadTokens'),
  ],
  cacheWriteTokens: [
    count('ai.usage.inputTokenDetails.cacheWriteTokens'),
    data(METADATA, (value) => providerData(value, (own) => own['cacheCreationInputTokens'])),
    raw('cacheWriteTokens'),
  ],
  reasoningTokens: [
    count('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'),
    data(METADATA, (value) => providerData(value, (own) => own['reasoningTokens'])),
    raw('reasoningTokens'),
  ],
  inputExcludesCache: [custom(['ai.model.provider'], inputExcludesCache)],
} satisfies Rules;
