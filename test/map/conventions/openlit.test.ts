import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('OpenLIT', () => {
  it('reads the conversation that older releases join into one text', () => {
    const call = mapOne({
      name: 'openai.chat.completions',
      scope: 'openlit.otel.tracing',
      attributes: {
        'gen_ai.system': 'openai',
        'gen_ai.type': 'chat',
        'gen_ai.endpoint': 'openai.chat.completions',
        'gen_ai.environment': 'staging',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.request.max_tokens': -1,
        'gen_ai.request.seed': '',
        'gen_ai.request.temperature': 0.2,
        'gen_ai.request.is_stream': false,
        'gen_ai.usage.prompt_tokens': 57,
        'gen_ai.usage.completion_tokens': 12,
        'gen_ai.usage.cost': 0.5,
      },
      events: [
        {
          name: 'gen_ai.content.prompt',
          attributes: {
            'gen_ai.prompt': 'system: Be short.\nIn verse.\nuser: Weather?\nassistant: Where?\nuser: Oslo',
          },
        },
        { name: 'gen_ai.content.completion', attributes: { 'gen_ai.completion': 'Sunny.' } },
      ],
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.\nIn verse.' },
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: 'Where?' },
        { role: 'user', content: 'Oslo' },
      ],
      temperature: 0.2,
      stream: false,
    });
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      cost_usd: 0.5,
      environment: 'staging',
    });
  });

  it('reads it out of an attribute, too, with one of several answers', () => {
    const call = mapOne({
      scope: 'openlit7',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.content.prompt': 'user: Weather?\nassistant: null\ntool: {"sky":"sunny"}',
        'gen_ai.completion.[i]': 'Sunny.',
      },
    });
    expect(call['inputs'].messages).toEqual([
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null },
      { role: 'tool', content: '{"sky":"sunny"}' },
    ]);
    expect(call['output'].choices[0].message.content).toBe('Sunny.');
  });

  it.each([
    ['a text that nobody speaks', 'Tell me a joke', [{ role: 'user', content: 'Tell me a joke' }]],
    ['messages as JSON', '[{"role":"system","content":"Be short"}]', [{ role: 'system', content: 'Be short' }]],
  ])('takes a prompt for what it is: %s', (_what, prompt, messages) => {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.content.prompt': prompt };
    expect(mapOne({ scope: 'openlit.otel.tracing', attributes })['inputs'].messages).toEqual(messages);
  });

  it('shows the texts that were embedded', () => {
    const call = mapOne({
      scope: 'openlit7',
      attributes: {
        'gen_ai.operation.name': 'embedding',
        'gen_ai.request.model': 'e',
        'gen_ai.content.prompt': ['sun', 'rain'],
      },
    });
    expect(call['inputs']).toEqual({ model: 'e', texts: ['sun', 'rain'] });
  });

  it('takes the zeros of a stream without usage for none', () => {
    const call = mapOne({
      name: 'chat gpt-4o',
      scope: '@openlit/instrumentation-vllm',
      status: { code: 2, message: 'boom' },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.input.messages': J([{ role: 'user', content: 'Weather?' }]),
        'gen_ai.usage.input_tokens': 0,
        'gen_ai.usage.output_tokens': 0,
        'gen_ai.server.time_to_first_token': 0.25,
        'gen_ai.conversation.id': 'c-1',
      },
    });
    expect(call['summary'].usage).toBeUndefined();
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['attributes'].time_to_first_token_ms).toBe(250);
    expect(call).toMatchObject({ op_name: 'chat', thread_id: 'c-1', exception: 'boom' });
  });
});
