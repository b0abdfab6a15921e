import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('Braintrust', () => {
  it('reads a model call with its metrics and parameters', () => {
    const call = mapOne({
      name: 'manual-llm',
      attributes: {
        'braintrust.span_attributes': J({ type: 'llm', name: 'answer' }),
        'braintrust.input_json': J([{ role: 'user', content: 'Weather?' }]),
        'braintrust.output_json': J([{ role: 'assistant', content: 'Sunny.' }]),
        'braintrust.metadata': J({ model: 'gpt-4o', temperature: 0.1 }),
        'braintrust.metrics': J({
          prompt_tokens: 57,
          completion_tokens: 12,
          tokens: 69,
          prompt_cached_tokens: 32,
          completion_reasoning_tokens: 5,
        }),
      },
    });
    expect(call).toMatchObject({
      display_name: 'answer',
      inputs: { model: 'gpt-4o', messages: [{ role: 'user', content: 'Weather?' }], temperature: 0.1 },
      attributes: { kind: 'llm', model_parameters: { temperature: 0.1 } },
    });
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['summary'].usage).toEqual({
      'gpt-4o': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        reasoning_tokens: 5,
      },
    });
  });

  it('reads metrics that are attributes of their own', () => {
    const { summary } = mapOne({
      attributes: {
        'braintrust.span_attributes': J({ type: 'llm' }),
        'braintrust.metadata': J({ model: 'm' }),
        'braintrust.metrics.prompt_tokens': 57,
        'braintrust.metrics.completion_tokens': 12,
      },
    });
    expect(summary.usage.m).toMatchObject({ input_tokens: 57, output_tokens: 12 });
  });

  it('reads what stands around model calls', () => {
    const call = mapOne({
      name: 'request',
      attributes: {
        'braintrust.span_attributes': J({ type: 'score' }),
        'braintrust.input': J({ question: 'Weather?' }),
        'braintrust.output': 'done',
        'braintrust.metadata': J({ user_id: 'u-1', session_id: 's-1', plan: 'pro' }),
        'braintrust.tags': ['a'],
      },
    });
    expect(call).toMatchObject({
      inputs: { question: 'Weather?' },
      output: 'done',
      thread_id: 's-1',
      attributes: { kind: 'evaluator', user: { id: 'u-1' }, tags: ['a'], metadata: { plan: 'pro' } },
    });
  });
});
