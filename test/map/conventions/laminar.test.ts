import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('Laminar', () => {
  it('reads its own keys beside the indexed GenAI ones', () => {
    const call = mapOne({
      name: 'openai.chat',
      scope: 'lmnr.tracer',
      parent: 'aaaaaaaaaaaaaaaa',
      attributes: {
        'lmnr.span.type': 'LLM',
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'Weather?',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': 'Sunny.',
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'gen_ai.usage.cache_read_input_tokens': 32,
        'gen_ai.usage.reasoning_output_tokens': 5,
        'gen_ai.usage.input_cost': 0.25,
        'gen_ai.usage.output_cost': 0.5,
        'lmnr.association.properties.session_id': 's-1',
        'lmnr.association.properties.user_id': 'u-1',
        'lmnr.association.properties.tags': ['a'],
        'lmnr.association.properties.metadata.plan': 'pro',
      },
    });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices[0].message.content).toBe('Sunny.');
    expect(call['summary'].usage['gpt-4o']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
      reasoning_tokens: 5,
    });
    expect(call['thread_id']).toBe('s-1');
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      user: { id: 'u-1' },
      tags: ['a'],
      metadata: { plan: 'pro' },
      cost_usd: 0.75,
    });
  });

  it.each([
    ['TOOL', 'tool', { inputs: { city: 'Oslo' }, output: 'rain', op_name: 'get_weather' }],
    ['EXECUTOR', 'task', { inputs: { city: 'Oslo' }, output: 'rain' }],
    ['EVALUATOR', 'evaluator', { inputs: { city: 'Oslo' }, output: 'rain' }],
    ['DEFAULT', undefined, { inputs: { city: 'Oslo' }, output: 'rain' }],
  ])('shows a %s span as such', (type, kind, expected) => {
    const call = mapOne({
      name: 'get_weather',
      attributes: { 'lmnr.span.type': type, 'lmnr.span.input': J({ city: 'Oslo' }), 'lmnr.span.output': J('rain') },
    });
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('keeps the error of a failed span', () => {
    const events = [{ name: 'exception', attributes: { 'exception.message': 'boom' } }];
    expect(mapOne({ status: { code: 2 }, events, attributes: { 'lmnr.span.type': 'LLM' } })['exception']).toBe('boom');
  });
});
