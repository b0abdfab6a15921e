import { describe, expect, it } from '@jest/globals';
import { mapOne } from '../support/spans.ts';

const MODEL = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };
const usage = (attributes: Readonly<Record<string, unknown>>, scope = '') =>
  mapOne({ scope, attributes: { ...MODEL, ...attributes } })['summary'].usage?.m;

describe('the usage of a model call', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown> | undefined]>([
    [
      'as it is',
      { input_tokens: 57, output_tokens: 12 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1 },
    ],
    [
      'both spellings, never added',
      { input_tokens: 57, prompt_tokens: 57, output_tokens: 12, completion_tokens: 12 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1 },
    ],
    [
      'numbers as text',
      { input_tokens: '57', output_tokens: ' 12 ' },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1 },
    ],
    [
      'doubles',
      { input_tokens: 57.0, output_tokens: 12.2 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1 },
    ],
    [
      'reasoning beside the output where the total says so',
      { input_tokens: 57, output_tokens: 7, total_tokens: 69, reasoning_tokens: 5 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, reasoning_tokens: 5 },
    ],
    [
      'reasoning within the output where the total says that',
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, reasoning_tokens: 5 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, reasoning_tokens: 5 },
    ],
    ['NaN and negative as absent', { input_tokens: Number.NaN, output_tokens: -1 }, undefined],
    ['text that is no number as absent', { input_tokens: 'many', output_tokens: 'NaN' }, undefined],
    ['zeros as none', { input_tokens: 0, output_tokens: 0 }, undefined],
    ['the total alone', { total_tokens: 69 }, { input_tokens: 69, output_tokens: 0, total_tokens: 69, requests: 1 }],
    [
      'total and output',
      { total_tokens: 69, output_tokens: 12 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1 },
    ],
    [
      'cached tokens that are part of the input',
      { input_tokens: 57, output_tokens: 12, 'cache_read.input_tokens': 32 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, cache_read_input_tokens: 32 },
    ],
    [
      'cached tokens beyond the input, so not part of it',
      { input_tokens: 20, output_tokens: 12, 'cache_read.input_tokens': 32, 'cache_creation.input_tokens': 5 },
      {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        cache_creation_input_tokens: 5,
      },
    ],
    [
      'the new name of cache writes',
      { input_tokens: 57, output_tokens: 12, 'cache_write.input_tokens': 5 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, cache_creation_input_tokens: 5 },
    ],
    [
      'reasoning that is part of the output',
      { input_tokens: 57, output_tokens: 12, 'reasoning.output_tokens': 5 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, reasoning_tokens: 5 },
    ],
    [
      'audio',
      { input_tokens: 57, output_tokens: 12, 'audio.input_tokens': 9 },
      { input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, audio_input_tokens: 9 },
    ],
  ])('takes %s', (_what, counts, expected) => {
    expect(
      usage(Object.fromEntries(Object.entries(counts).map(([key, value]) => [`gen_ai.usage.${key}`, value]))),
    ).toEqual(expected);
  });

  it.each([
    ['@traceloop/instrumentation-anthropic', 100 + 10],
    ['@openlit/instrumentation-anthropic', 100 + 10],
    ['@openlit/instrumentation-openai', 100],
    ['openlit.instrumentation.anthropic', 100 + 10],
    ['opentelemetry.instrumentation.bedrock', 100 + 10],
    ['opentelemetry.instrumentation.botocore.bedrock-runtime', 100 + 10],
    ['opentelemetry.instrumentation.genai.bedrock', 100 + 10],
    ['opentelemetry.instrumentation.anthropic', 100],
    ['', 100],
  ])('knows whether scope %j leaves cached tokens out of the input', (scope, input) => {
    const counts = {
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 1,
      'gen_ai.usage.cache_read.input_tokens': 10,
    };
    expect(usage(counts, scope).input_tokens).toBe(input);
  });

  it.each([
    ['Gemini, whose thoughts only the total has', 'gemini-2.5-flash', 69, 12],
    ['Gemini without thoughts', 'gemini-2.5-flash', 64, 7],
    ['Gemini with a total that lacks something', 'gemini-2.5-flash', 60, 7],
    ['others, whose total may have anything in it', 'gpt-4o', 69, 7],
  ])('knows the output of %s', (_whose, model, total, output) => {
    const counts = {
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': 57,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.total_tokens': total,
    };
    const call = mapOne({ attributes: counts });
    expect(call['summary'].usage[model]).toMatchObject({ output_tokens: output, total_tokens: 57 + output });
  });

  it.each([
    ['', 100 + 10],
    ['0.1.59', 100 + 10],
    ['0.1.60', 100],
    ['0.1.61', 100],
    ['0.2.0', 100],
    ['1.0.0', 100],
  ])('knows that of a scope by its version %j', (scopeVersion, input) => {
    const attributes = {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'm',
      'llm.token_count.prompt': 100,
      'llm.token_count.completion': 1,
      'llm.token_count.prompt_details.cache_read': 10,
    };
    const call = mapOne({ scope: 'openinference.instrumentation.bedrock', scopeVersion, attributes });
    expect(call['summary'].usage['m'].input_tokens).toBe(input);
  });

  it('is keyed by the model that answered, else by the one asked for', () => {
    const counts = { 'gen_ai.usage.input_tokens': 1, 'gen_ai.usage.output_tokens': 1 };
    const models = (extra: Record<string, unknown>) =>
      Object.keys(mapOne({ attributes: { ...counts, ...extra } })['summary'].usage);
    expect(models({ 'gen_ai.request.model': 'm', 'gen_ai.response.model': 'm-2026' })).toEqual(['m-2026']);
    expect(models({ 'gen_ai.request.model': 'm' })).toEqual(['m']);
  });
});
