import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('OpenRouter Broadcast', () => {
  const span = (prompt: unknown, completion: unknown) =>
    mapOne({
      name: 'chat openai/gpt-4o',
      resource: { 'service.name': 'openrouter' },
      attributes: {
        'openrouter.source': 'openrouter',
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openrouter',
        'gen_ai.request.model': 'openai/gpt-4o',
        'gen_ai.prompt': J(prompt),
        'gen_ai.completion': J(completion),
        'gen_ai.usage.prompt_tokens': 57,
        'gen_ai.usage.completion_tokens': 12,
        'gen_ai.usage.cost': 0.5,
        'session.id': 's-1',
      },
    });
  const messages = [{ role: 'user', content: 'Weather?' }];
  const answer = { role: 'assistant', content: 'Sunny.' };

  it.each([
    ['the messages', { messages }, { choices: [{ message: answer, finish_reason: 'stop' }] }],
    [
      'the raw bodies',
      { rawRequest: { model: 'm', messages } },
      { rawResponse: { choices: [{ message: answer, finish_reason: 'stop' }] } },
    ],
    ['a bare text', 'Weather?', { ...answer, finish_reason: 'stop' }],
  ])('reads %s', (_, prompt, completion) => {
    const call = span(prompt, completion);
    expect(call['inputs'].messages).toEqual(messages);
    expect(call['output'].choices).toEqual([{ index: 0, message: answer, finish_reason: 'stop' }]);
    expect(call['summary'].usage['openai/gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    // the gateway is no provider: the model's name tells it
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      provider: 'openai',
      cost_usd: 0.5,
    });
    expect(call).toMatchObject({ op_name: 'chat', thread_id: 's-1' });
  });
});
