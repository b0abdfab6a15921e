import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const REQUEST: SpanSpec = {
  id: '2222222222222222',
  parent: '1111111111111111',
  name: 'litellm_request',
  scope: 'litellm',
  attributes: {
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.model': 'gpt-4o-2026-06-01',
    'gen_ai.response.id': 'r1',
    'gen_ai.system': 'openai',
    'llm.request.type': 'acompletion',
    'llm.is_streaming': 'True',
    'gen_ai.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }]),
    'gen_ai.output.messages': J([
      { role: 'assistant', parts: [{ type: 'text', content: 'Sunny.' }], finish_reason: 'stop' },
    ]),
    'gen_ai.usage.input_tokens': 57,
    'gen_ai.usage.output_tokens': 12,
    'gen_ai.usage.total_tokens': 69,
    'gen_ai.cost.total_cost': 0.5,
    'metadata.user_api_key_user_id': 'u-1',
    'metadata.user_api_key_team_id': 'team-9',
    'metadata.session_id': 's-1',
    hidden_params: J({ model_id: 'x' }),
  },
};

describe('LiteLLM', () => {
  it('reads the request, its booleans sent as text', () => {
    const call = mapOne(REQUEST);
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Weather?' }],
      stream: true,
    });
    expect(call['output'].choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: 'Sunny.' },
      finish_reason: 'stop',
    });
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(call).toMatchObject({ op_name: 'litellm_request', thread_id: 's-1' });
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      provider: 'openai',
      cost_usd: 0.5,
      user: { id: 'u-1' },
      metadata: { user_api_key_team_id: 'team-9' },
    });
  });

  it('counts a request once, with the raw one below and the proxy above', () => {
    const calls = mapSpecs(
      {
        id: '3333333333333333',
        parent: '2222222222222222',
        name: 'raw_gen_ai_request',
        scope: 'litellm',
        attributes: { 'llm.openai.messages': J([{ role: 'user', content: 'Weather?' }]), 'llm.openai.model': 'gpt-4o' },
      },
      REQUEST,
      {
        ...REQUEST,
        id: '1111111111111111',
        parent: '',
        name: 'Received Proxy Server Request',
      },
      { id: '4444444444444444', parent: '1111111111111111', name: 'auth /chat/completions', scope: 'litellm' },
    );
    expect(calls.map((call) => call['summary'].usage !== undefined)).toEqual([false, true, false, false]);
    expect(calls.map((call) => call['attributes'].kind)).toEqual(['task', 'llm', 'llm', undefined]);
    expect(calls[0]?.['attributes'].llm.openai.model).toBe('gpt-4o');
  });

  it('hands on what its Weave callback sets', () => {
    const call = mapOne({
      ...REQUEST,
      attributes: {
        ...REQUEST.attributes,
        'wandb.display_name': 'Weather bot',
        'wandb.thread_id': 't-9',
        'wandb.is_turn': true,
      },
    });
    expect(call).toMatchObject({ display_name: 'Weather bot', thread_id: 't-9', turn_id: '2222222222222222' });
  });

  it('keeps the error of a failed request', () => {
    expect(mapOne({ ...REQUEST, status: { code: 2, message: 'RateLimitError' } })['exception']).toBe('RateLimitError');
  });
});

describe("LiteLLM's answers that call tools", () => {
  it('takes the calls from where they are told alone', () => {
    const call = mapOne({
      scope: 'litellm',
      name: 'litellm_request',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.output.messages': J([{ role: 'assistant', parts: [], finish_reason: 'tool_calls' }]),
        'gen_ai.completion.0.function_call.name': 'weather',
        'gen_ai.completion.0.function_call.arguments': '{"city":"Oslo"}',
        'gen_ai.completion.1.function_call.name': 'clock',
        'gen_ai.completion.1.function_call.arguments': '{}',
      },
    });
    const [choice] = call['output'].choices;
    expect(call['output'].choices).toHaveLength(1);
    expect(choice.finish_reason).toBe('tool_calls');
    expect(choice.message.tool_calls).toMatchObject([
      { function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
      { function: { name: 'clock', arguments: '{}' } },
    ]);
  });
});
