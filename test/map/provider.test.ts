import { describe, expect, it } from '@jest/globals';
import { providerOf } from '../../src/map/provider.ts';

describe('the provider of a model', () => {
  it.each([
    ['openai.chat', 'gpt-4o', 'openai'],
    ['strands-agents', 'claude-sonnet-4-5', 'anthropic'],
    ['127.0.0.1:39843', 'gpt-4o', 'openai'],
    ['localhost', 'gemini-2.5-flash', 'gcp.gemini'],
    ['llm.internal:8080', 'our-model', undefined],
    ['acme.ai', 'our-model', 'acme.ai'],
    [undefined, 'grok-4', 'x_ai'],
  ])('called %s, with the model %s, is %s', (said, model, expected) => {
    expect(providerOf(said, model)).toBe(expected);
  });
});
