import { isResponse } from './bodies.ts';
import { generatedIn } from './chat/langchain.ts';
import { isObject, type Json } from './chat/message.ts';
import type { Field } from './reading.ts';
import { data, type Rules } from './rule.ts';
import { toCount } from './span-view.ts';

type CountField = Extract<Field, `${string}Tokens`>;

const INPUT_DETAILS = [
  'prompt_tokens_details',
  'input_tokens_details',
  'input_token_details',
  'inputTokenDetails',
  'inputTokensDetails',
  'promptTokensDetails',
];
const OUTPUT_DETAILS = [
  'completion_tokens_details',
  'output_tokens_details',
  'output_token_details',
  'outputTokenDetails',
  'outputTokensDetails',
  'completionTokensDetails',
];

const CANDIDATES = ['candidates_token_count', 'candidatesTokenCount'];

/** Members of a usage object, as the providers and libraries call them. Those of `details` stand in an object of their own. */
const MEMBERS: Readonly<
  Record<CountField, { readonly own: readonly string[]; readonly details?: readonly (readonly string[])[] }>
> = {
  inputTokens: {
    own: ['input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens', 'prompt_token_count', 'promptTokenCount'],
  },
  outputTokens: {
    own: ['output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens', ...CANDIDATES],
  },
  totalTokens: { own: ['total_tokens', 'totalTokens', 'total_token_count', 'totalTokenCount'] },
  cacheReadTokens: {
    own: [
      'cache_read_input_tokens',
      'cached_input_tokens',
      'cached_tokens',
      'cache_read_tokens',
      'cacheReadInputTokens',
      'cachedInputTokens',
      'cachedTokens',
      'cachedContentTokens',
      'cached_content_token_count',
      'cachedContentTokenCount',
    ],
    details: [INPUT_DETAILS, ['cached_tokens', 'cache_read', 'cachedTokens', 'cacheReadTokens', 'cacheRead']],
  },
  cacheWriteTokens: {
    own: [
      'cache_creation_input_tokens',
      'cache_write_input_tokens',
      'cache_creation_tokens',
      'cacheCreationInputTokens',
      'cacheWriteInputTokens',
    ],
    details: [INPUT_DETAILS, ['cache_creation', 'cache_write', 'cache_creation_tokens', 'cacheWriteTokens']],
  },
  reasoningTokens: {
    own: [
      'reasoning_tokens',
      'reasoning_output_tokens',
      'reasoningTokens',
      'thoughtsTokens',
      'thoughts_token_count',
      'thoughtsTokenCount',
    ],
    details: [OUTPUT_DETAILS, ['reasoning_tokens', 'reasoning', 'reasoningTokens']],
  },
  audioInputTokens: { own: [], details: [INPUT_DETAILS, ['audio_tokens', 'audio', 'audioTokens']] },
  audioOutputTokens: { own: [], details: [OUTPUT_DETAILS, ['audio_tokens', 'audio', 'audioTokens']] },
};

/** One count out of a usage object such as `{prompt_tokens: 57, prompt_tokens_details: {cached_tokens: 32}}`. */
export function countIn(usage: unknown, field: CountField): number | undefined {
  if (!isObject(usage)) return undefined;
  const { own, details } = MEMBERS[field];
  const found = firstCount(usage, own);
  if (found !== undefined || !details) return found;
  const [holders = [], members = []] = details;
  const holder = holders.map((name) => usage[name]).find(isObject);
  const told = holder && firstCount(holder, members);
  return holder && field === 'cacheWriteTokens' ? told || writtenIn(holder) || told : told;
}

/** LangChain's count of what Anthropic has written to its cache: by how long it is kept, and 0 where others have the sum. */
function writtenIn(details: Json): number {
  const kept = Object.keys(details).filter((name) => /^ephemeral_\w+_input_tokens$/.test(name));
  return sumOf(details, kept);
}

/** Whether an object says what a model call used: known by its counts of input or output. */
export function isUsage(value: unknown): value is Json {
  return countIn(value, 'inputTokens') !== undefined || countIn(value, 'outputTokens') !== undefined;
}

/**
 * The usage in a response's body as the provider sent it, made inclusive. Anthropic's input leaves out the cached tokens,
 * which only it calls by these names; Gemini's candidates leave out the thoughts.
 */
export function usageOfResponse(body: unknown): unknown {
  if (!isResponse(body)) return generatedIn(body)?.['usage_metadata'] ?? embedded(body);
  const usage = body['usage'] ?? body['usageMetadata'] ?? body['usage_metadata'];
  if (!isObject(usage)) return undefined;
  const cached = sumOf(usage, ['cache_read_input_tokens', 'cache_creation_input_tokens']);
  const candidates = firstCount(usage, CANDIDATES);
  return {
    ...usage,
    ...(cached > 0 && { input_tokens: (toCount(usage['input_tokens']) ?? 0) + cached }),
    ...(candidates !== undefined && { output_tokens: candidates + (countIn(usage, 'reasoningTokens') ?? 0) }),
  };
}

/** Haystack's embedders: `{embedding, meta: {model, usage}}`, of several texts `{documents, meta}`. */
function embedded(body: unknown): unknown {
  const meta = isObject(body) ? body['meta'] : undefined;
  return isObject(meta) ? meta['usage'] : undefined;
}

const sumOf = (usage: Json, members: readonly string[]) =>
  members.reduce((sum, member) => sum + (toCount(usage[member]) ?? 0), 0);

/** The rules that read usage out of an attribute holding JSON. `places` lead to the usage objects in it, best first. */
export function tokenRules(
  key: string | readonly string[],
  ...places: readonly ((value: unknown) => unknown)[]
): Required<Pick<Rules, CountField>> {
  const rule = (field: CountField) => [
    data(key, (value) => {
      for (const place of places.length > 0 ? places : [itself]) {
        const found = countIn(place(value), field);
        if (found !== undefined) return found;
      }
      return undefined;
    }),
  ];
  return {
    inputTokens: rule('inputTokens'),
    outputTokens: rule('outputTokens'),
    totalTokens: rule('totalTokens'),
    cacheReadTokens: rule('cacheReadTokens'),
    cacheWriteTokens: rule('cacheWriteTokens'),
    reasoningTokens: rule('reasoningTokens'),
    audioInputTokens: rule('audioInputTokens'),
    audioOutputTokens: rule('audioOutputTokens'),
  };
}

/** For each count the rules of all these sets, those of the first one first. */
export function usageRules(...sets: readonly Rules[]): Rules {
  const fields = Object.keys(MEMBERS) as CountField[];
  return Object.fromEntries(fields.map((field) => [field, sets.flatMap((rules) => rules[field] ?? [])]));
}

const itself = (value: unknown) => value;

function firstCount(object: Json, members: readonly string[]): number | undefined {
  for (const member of members) {
    const found = toCount(object[member]);
    if (found !== undefined) return found;
  }
  return undefined;
}
