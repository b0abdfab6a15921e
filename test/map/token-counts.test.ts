import { describe, expect, it } from '@jest/globals';
import { countIn, isUsage, usageOfResponse, usageRules } from '../../src/map/token-counts.ts';

const ALL = { inputTokens: 57, outputTokens: 12, totalTokens: 69, cacheReadTokens: 32, reasoningTokens: 5 };

describe('a usage object', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'OpenAI chat',
      {
        prompt_tokens: 57,
        completion_tokens: 12,
        total_tokens: 69,
        prompt_tokens_details: { cached_tokens: 32 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    ],
    [
      'OpenAI Responses',
      {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        input_tokens_details: { cached_tokens: 32 },
        output_tokens_details: { reasoning_tokens: 5 },
      },
    ],
    [
      'LangChain',
      {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        input_token_details: { cache_read: 32 },
        output_token_details: { reasoning: 5 },
      },
    ],
    ['the AI SDK', { inputTokens: 57, outputTokens: 12, totalTokens: 69, cachedInputTokens: 32, reasoningTokens: 5 }],
    [
      'Gemini',
      {
        promptTokenCount: 57,
        candidatesTokenCount: 12,
        totalTokenCount: 69,
        cachedContentTokenCount: 32,
        thoughtsTokenCount: 5,
      },
    ],
    ['Genkit', { inputTokens: 57, outputTokens: 12, totalTokens: 69, cachedContentTokens: 32, thoughtsTokens: 5 }],
  ])('is read as %s writes it', (_, usage) => {
    for (const [field, tokens] of Object.entries(ALL)) expect(countIn(usage, field as keyof typeof ALL)).toBe(tokens);
    expect(isUsage(usage)).toBe(true);
  });

  it('has the cached and the audio tokens of Anthropic and OpenAI', () => {
    const usage = {
      cache_creation_input_tokens: 5,
      prompt_tokens_details: { audio_tokens: 3 },
      completion_tokens_details: { audio_tokens: 4 },
    };
    expect(countIn(usage, 'cacheWriteTokens')).toBe(5);
    expect(countIn(usage, 'audioInputTokens')).toBe(3);
    expect(countIn(usage, 'audioOutputTokens')).toBe(4);
  });

  it.each([
    ['by how long it is kept', { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 }, 5],
    ['so, with the sum at zero', { cache_creation: 0, ephemeral_5m_input_tokens: 5 }, 5],
    ['and beside that the sum', { cache_creation: 5, ephemeral_5m_input_tokens: 5 }, 5],
    ['nowhere', { cache_read: 32 }, undefined],
  ])('has what LangChain says was written to the cache %s', (_, details, written) => {
    expect(countIn({ input_tokens: 57, input_token_details: details }, 'cacheWriteTokens') || undefined).toBe(written);
  });

  it.each([[{ input_tokens: -1 }], [{ input_tokens: 'many' }], [{ total: 3 }], [null], ['57'], [[57]]])(
    'is not %j',
    (value) => {
      expect(isUsage(value)).toBe(false);
    },
  );
});

describe('the usage of a response', () => {
  it.each<[string, unknown, unknown]>([
    [
      "Anthropic's, whose input leaves out what was cached",
      {
        content: [],
        usage: { input_tokens: 20, output_tokens: 12, cache_read_input_tokens: 32, cache_creation_input_tokens: 5 },
      },
      [57, 12],
    ],
    [
      "OpenAI's",
      {
        choices: [],
        usage: { prompt_tokens: 57, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 32 } },
      },
      [57, 12],
    ],
    [
      "Gemini's, whose candidates leave out the thoughts",
      { candidates: [], usageMetadata: { promptTokenCount: 57, candidatesTokenCount: 7, thoughtsTokenCount: 5 } },
      [57, 12],
    ],
    [
      "Haystack's embedder",
      { embedding: [0.1], meta: { model: 'm', usage: { prompt_tokens: 6, total_tokens: 6 } } },
      [6, undefined],
    ],
    ['one without usage', { choices: [] }, [undefined, undefined]],
    ['what is no response', { usage: { input_tokens: 57, output_tokens: 12 } }, [undefined, undefined]],
  ])('is read from %s', (_, body, expected) => {
    const usage = usageOfResponse(body);
    expect([countIn(usage, 'inputTokens'), countIn(usage, 'outputTokens')]).toEqual(expected);
  });
});

describe('rules for token counts', () => {
  it('are asked set by set', () => {
    const [a, b] = ['a', 'b'].map((key) => ({ keys: [key], read: () => undefined }));
    const rules = usageRules({ inputTokens: a ? [a] : [] }, { inputTokens: b ? [b] : [], cost: [] });
    expect(rules.inputTokens).toEqual([a, b]);
    expect(rules.cost).toBeUndefined();
  });
});
