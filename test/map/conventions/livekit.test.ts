import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const span = (name: string, attributes: Record<string, unknown>, more: Partial<SpanSpec> = {}): SpanSpec => ({
  scope: 'livekit-agents',
  name,
  parent: '00f067aa0ba902b7',
  attributes,
  ...more,
});

const CONTEXT = {
  items: [
    { id: 'i1', type: 'message', role: 'system', content: ['Be brief.'] },
    { id: 'i2', type: 'agent_handoff', new_agent_id: 'b' },
    { id: 'i3', type: 'message', role: 'user', content: ['Weather?'] },
    { id: 'i4', type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' },
    { id: 'i5', type: 'function_call_output', call_id: 'call_1', name: 'get_weather', output: 'sunny' },
  ],
};
const MESSAGES = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Weather?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }],
  },
  { role: 'tool', name: 'get_weather', tool_call_id: 'call_1', content: 'sunny' },
];

describe('spans of LiveKit', () => {
  it.each([
    ['newer', '.pii'],
    ['older', ''],
  ])('read the chat context of %s releases', (_age, mark) => {
    const call = mapOne(
      span('llm_node', {
        [`lk${mark}.chat_ctx`]: J(CONTEXT),
        'lk.function_tools': ['get_weather'],
        [`lk${mark}.response.text`]: 'Let me see.',
        [`lk${mark}.response.function_calls`]: J([
          { id: 'x/fnc_0', call_id: 'call_2', name: 'get_time', arguments: '{}' },
        ]),
        'lk.response.ttft': 0.4,
        'gen_ai.request.model': 'gpt-4o',
        'lk.room_sid': 'RM_1',
        [`lk${mark}.participant_identity`]: 'caller',
      }),
    );
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: MESSAGES,
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
    });
    expect(call['output'].choices[0].message).toEqual({
      role: 'assistant',
      content: 'Let me see.',
      tool_calls: [{ id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } }],
    });
    expect(call).toMatchObject({
      op_name: 'llm_node',
      thread_id: 'RM_1',
      attributes: { kind: 'llm', time_to_first_token_ms: 400, user: { id: 'caller' } },
    });
  });

  it('read the messages and counts of GenAI first', () => {
    const call = mapOne(
      span('llm_request', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.conversation.id': 'RM_1',
        'gen_ai.system_instructions': J([{ type: 'text', content: 'Be brief.' }]),
        'gen_ai.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }]),
        'gen_ai.output.messages': J([{ role: 'assistant', parts: [{ type: 'text', content: 'Sunny.' }] }]),
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'gen_ai.usage.cache_read.input_tokens': 32,
        'gen_ai.usage.input_cached_tokens': 32,
        'gen_ai.usage.cache_write.input_tokens': 5,
        'gen_ai.usage.reasoning.output_tokens': 4,
        'gen_ai.usage.reasoning_tokens': 4,
      }),
    );
    expect(call['inputs'].messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
    ]);
    expect(call['output'].choices[0].message.content).toBe('Sunny.');
    expect(call['summary'].usage['gpt-4o']).toEqual({
      input_tokens: 57,
      output_tokens: 12,
      total_tokens: 69,
      requests: 1,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
      reasoning_tokens: 4,
    });
  });

  it('add up the modalities of a realtime model that states no total', () => {
    const call = mapOne(
      span('realtime_inference', {
        'gen_ai.operation.name': 'generate_content',
        'gen_ai.request.model': 'gpt-realtime',
        'gen_ai.usage.text.input_tokens': 20,
        'gen_ai.usage.audio.input_tokens': 30,
        'gen_ai.usage.text.cache_read.input_tokens': 8,
        'gen_ai.usage.audio.cache_read.input_tokens': 4,
        'gen_ai.usage.text.output_tokens': 5,
        'gen_ai.usage.audio.output_tokens': 15,
      }),
    );
    expect(call['summary'].usage['gpt-realtime']).toEqual({
      input_tokens: 50,
      output_tokens: 20,
      total_tokens: 70,
      requests: 1,
      cache_read_input_tokens: 12,
      audio_input_tokens: 30,
      audio_output_tokens: 15,
    });
  });

  it('read the events of the releases of 2025', () => {
    const call = mapOne(
      span(
        'llm_request',
        { 'gen_ai.request.model': 'gpt-4o' },
        {
          events: [
            { name: 'gen_ai.user.message', attributes: { content: 'Weather?' } },
            {
              name: 'gen_ai.choice',
              attributes: {
                role: 'assistant',
                content: '',
                tool_calls: [J({ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } })],
              },
            },
          ],
        },
      ),
    );
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices[0].message.tool_calls[0].function.name).toBe('get_weather');
  });

  it.each<[string, boolean, string, string | undefined]>([
    ['a tool', false, 'sunny', undefined],
    ['a tool that failed', true, 'no such city', 'no such city'],
  ])('read %s', (_what, isError, output, exception) => {
    const call = mapOne(
      span('function_tool', {
        'lk.function_tool.id': 'call_1',
        'lk.function_tool.name': 'get_weather',
        'lk.pii.function_tool.arguments': J({ city: 'Paris' }),
        'lk.pii.function_tool.output': output,
        'lk.function_tool.is_error': isError,
        ...(isError && { 'error.type': 'tool_error' }),
      }),
    );
    expect(call).toMatchObject({
      op_name: 'get_weather',
      inputs: { city: 'Paris' },
      output,
      attributes: { kind: 'tool', tool: { call_id: 'call_1' } },
    });
    expect(call['exception']).toBe(exception && `tool_error: ${exception}`);
  });

  it('opens a turn with agent_turn alone', () => {
    const turn = mapOne(
      span('agent_turn', {
        'lk.room_sid': 'RM_1',
        'lk.agent_name': 'helper',
        'lk.pii.user_input': 'Weather?',
        'lk.pii.instructions': 'Be brief.',
        'lk.pii.response.text': 'Sunny.',
      }),
    );
    expect(turn).toMatchObject({
      inputs: { messages: [MESSAGES[0], MESSAGES[1]] },
      output: { choices: [{ message: { content: 'Sunny.' } }] },
      thread_id: 'RM_1',
      turn_id: turn['id'],
      display_name: 'helper',
      attributes: { kind: 'agent' },
    });
    const start = mapOne(
      span('start_agent_activity', {
        'gen_ai.operation.name': 'create_agent',
        'gen_ai.agent.name': 'helper',
        'gen_ai.conversation.id': 'RM_1',
      }),
    );
    expect(start).toMatchObject({ thread_id: 'RM_1', attributes: { kind: 'agent' } });
    expect(start['turn_id']).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, string, unknown]>([
    ['tts_node', { 'lk.pii.input_text': 'Sunny.', 'gen_ai.request.model': 'sonic' }, 'chain', { value: 'Sunny.' }],
    ['user_turn', { 'lk.user_transcript': 'Weather?' }, 'chain', { value: 'Weather?' }],
    ['agent_session', { 'gen_ai.operation.name': 'invoke_workflow' }, 'workflow', {}],
  ])('know %s', (name, attributes, kind, inputs) => {
    const call = mapOne(span(name, attributes));
    expect(call['attributes'].kind).toBe(kind);
    expect(call['inputs']).toEqual(inputs);
  });
});
