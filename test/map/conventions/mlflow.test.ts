import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('MLflow', () => {
  it('reads values that are JSON once more', () => {
    const call = mapOne({
      name: 'Completions',
      attributes: {
        'mlflow.spanType': J('CHAT_MODEL'),
        'mlflow.llm.model': J('gpt-4o'),
        'mlflow.llm.provider': J('openai'),
        'mlflow.spanInputs': J({
          messages: [{ role: 'user', content: 'Weather?' }],
          model: 'gpt-4o',
          temperature: 0.2,
        }),
        'mlflow.spanOutputs': J({
          id: 'r1',
          model: 'gpt-4o-2026-06-01',
          choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }],
        }),
        'mlflow.chat.tokenUsage': J({
          input_tokens: 57,
          output_tokens: 12,
          total_tokens: 69,
          cache_read_input_tokens: 32,
        }),
        'mlflow.chat.tools': J([{ type: 'function', function: { name: 'get_weather' } }]),
        'mlflow.llm.cost': J({ input_cost: 0.25, output_cost: 0.5, total_cost: 0.75 }),
        'mlflow.trace.session': J('s-1'),
        'mlflow.trace.user': J('u-1'),
      },
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
      temperature: 0.2,
    });
    expect(call['output']).toMatchObject({
      id: 'r1',
      choices: [{ message: { content: 'Sunny.' }, finish_reason: 'stop' }],
    });
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
    });
    expect(call['thread_id']).toBe('s-1');
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      user: { id: 'u-1' },
      cost_usd: 0.75,
    });
  });

  it.each([
    [
      'TOOL',
      J({ city: 'Oslo' }),
      J('rain'),
      'tool',
      { inputs: { city: 'Oslo' }, output: 'rain', op_name: 'get_weather' },
    ],
    ['CHAIN', J('What is up?'), J('Not much'), 'chain', { inputs: { value: 'What is up?' }, output: 'Not much' }],
    ['RETRIEVER', J({ query: 'sun' }), J([{ page_content: 'a' }]), 'retriever', { output: [{ page_content: 'a' }] }],
    ['PARSER', J({ a: 1 }), J([1, 2]), 'chain', { inputs: { a: 1 }, output: [1, 2] }],
  ])('shows a %s as such', (type, inputs, outputs, kind, expected) => {
    const call = mapOne({
      name: 'step',
      attributes: {
        'mlflow.spanType': J(type),
        'mlflow.spanFunctionName': J('get_weather'),
        'mlflow.spanInputs': inputs,
        'mlflow.spanOutputs': outputs,
      },
    });
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('keeps the error of a failed span', () => {
    const call = mapOne({ status: { code: 2, message: 'boom' }, attributes: { 'mlflow.spanType': J('LLM') } });
    expect(call['exception']).toBe('boom');
  });
});
