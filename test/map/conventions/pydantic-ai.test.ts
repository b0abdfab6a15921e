import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const SCOPE = 'pydantic-ai';
const CALL = { type: 'tool_call', id: 'call_1', name: 'lookup', arguments: { city: 'Paris' } };
const TOOL = { name: 'lookup', description: 'Looks up', parameters: { type: 'object' } };
const toolDefinition = { type: 'function', function: TOOL };
const system = { role: 'system', content: 'Be brief.' };
const user = { role: 'user', content: 'Weather?' };
const asked = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'lookup', arguments: J({ city: 'Paris' }) } }],
};
const told = { role: 'tool', name: 'lookup', tool_call_id: 'call_1', content: 'sunny' };

/** The messages of formats 2 to 5; the sixth gives the tool's answer the role of a tool. */
const messages = (toolRole: string) => [
  { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
  { role: 'assistant', parts: [CALL], finish_reason: 'tool_call' },
  { role: toolRole, parts: [{ type: 'tool_call_response', id: 'call_1', name: 'lookup', result: 'sunny' }] },
];
const ANSWER = { role: 'assistant', parts: [{ type: 'text', content: 'Sunny.' }], finish_reason: 'stop' };
const EVENTS = [
  { 'event.name': 'gen_ai.system.message', content: 'Be brief.', role: 'system' },
  { 'event.name': 'gen_ai.user.message', content: 'Weather?', role: 'user', 'gen_ai.message.index': 0 },
  {
    'event.name': 'gen_ai.assistant.message',
    role: 'assistant',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'lookup', arguments: { city: 'Paris' } } }],
  },
  { 'event.name': 'gen_ai.tool.message', role: 'tool', content: 'sunny', id: 'call_1', name: 'lookup' },
];

const USAGE = { 'gen_ai.usage.input_tokens': 57, 'gen_ai.usage.output_tokens': 12 };
const chat = (attributes: Record<string, unknown>): SpanSpec => ({
  scope: SCOPE,
  name: 'chat gpt-5',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.model': 'gpt-5-2026',
    model_request_parameters: J({
      function_tools: [{ name: 'lookup', description: 'Looks up', parameters_json_schema: { type: 'object' } }],
      output_mode: 'text',
    }),
    ...USAGE,
    ...attributes,
  },
});

describe('a model call of pydantic-ai', () => {
  it.each<[number, Record<string, unknown>]>([
    [
      1,
      {
        events: J([
          ...EVENTS,
          { 'event.name': 'gen_ai.choice', index: 0, message: { role: 'assistant', content: 'Sunny.' } },
        ]),
      },
    ],
    [
      2,
      {
        'gen_ai.system_instructions': J([{ type: 'text', content: 'Be brief.' }]),
        'gen_ai.input.messages': J(messages('user')),
        'gen_ai.output.messages': J([ANSWER]),
      },
    ],
    [
      6,
      {
        'gen_ai.system_instructions': J([{ type: 'text', content: 'Be brief.' }]),
        'gen_ai.input.messages': J(messages('tool')),
        'gen_ai.output.messages': J([ANSWER]),
        'gen_ai.tool.definitions': J([{ type: 'function', ...TOOL }]),
      },
    ],
  ])('is read from format %i', (_version, attributes) => {
    const call = mapOne(chat(attributes));
    expect(call['op_name']).toBe('chat');
    expect(call['inputs']).toEqual({
      model: 'gpt-5',
      messages: [system, user, asked, told],
      tools: [toolDefinition],
    });
    expect(call['output'].choices).toHaveLength(1);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['attributes']).toMatchObject({ kind: 'llm', provider: 'openai', model: 'gpt-5-2026' });
  });

  it.each<[number, unknown, unknown]>([
    [3, { type: 'thinking', content: 'Hm.' }, { role: 'assistant', content: '', reasoning_content: 'Hm.' }],
    [
      3,
      { type: 'image-url', url: 'https://example.com/a.png' },
      { role: 'assistant', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] },
    ],
    [
      4,
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
      { role: 'assistant', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
    ],
  ])('keeps what format %i says in part %j', (_version, part, message) => {
    const call = mapOne(chat({ 'gen_ai.output.messages': J([{ role: 'assistant', parts: [part] }]) }));
    expect(call['output'].choices[0].message).toEqual(message);
  });

  it('has counts, cost and the time to the first token', () => {
    const call = mapOne(
      chat({
        'gen_ai.usage.details.cache_write_tokens': 5,
        'gen_ai.usage.cache_read.input_tokens': 32,
        'gen_ai.usage.details.reasoning_tokens': 4,
        'gen_ai.usage.details.input_audio_tokens': 3,
        'operation.cost': 0.0022,
        'gen_ai.client.operation.time_to_first_chunk': 0.5,
      }),
    );
    expect(call['summary'].usage['gpt-5-2026']).toEqual({
      input_tokens: 57,
      output_tokens: 12,
      total_tokens: 69,
      requests: 1,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
      reasoning_tokens: 4,
      audio_input_tokens: 3,
    });
    expect(call['attributes']).toMatchObject({ cost_usd: 0.0022, time_to_first_token_ms: 500 });
  });
});

describe('an agent of pydantic-ai', () => {
  const agent = (attributes: Record<string, unknown>, name = 'invoke_agent support'): SpanSpec => ({
    scope: SCOPE,
    id: '0000000000000001',
    name,
    attributes: { model_name: 'gpt-5', agent_name: 'support', ...attributes },
  });
  const V5 = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'support',
    'gen_ai.conversation.id': 'c-9',
    'gen_ai.system_instructions': J([{ type: 'text', content: 'Be brief.' }]),
    'pydantic_ai.all_messages': J([...messages('user'), ANSWER]),
    'gen_ai.aggregated_usage.input_tokens': 114,
    'gen_ai.aggregated_usage.output_tokens': 24,
    'gen_ai.aggregated_usage.details.cache_read_tokens': 64,
    final_result: 'Sunny.',
    'logfire.msg': 'support run',
    metadata: J({ tenant: 't-1' }),
  };

  it.each<[number, string, Record<string, unknown>]>([
    [
      1,
      'agent run',
      {
        all_messages_events: J([
          ...EVENTS,
          { 'event.name': 'gen_ai.assistant.message', role: 'assistant', content: 'Sunny.' },
        ]),
        final_result: 'Sunny.',
      },
    ],
    [
      2,
      'agent run',
      {
        'gen_ai.system_instructions': V5['gen_ai.system_instructions'],
        'pydantic_ai.all_messages': V5['pydantic_ai.all_messages'],
        final_result: 'Sunny.',
      },
    ],
    [5, 'invoke_agent support', V5],
  ])('tells its conversation in format %i', (_version, name, attributes) => {
    const call = mapOne(agent(attributes, name));
    expect(call['inputs']).toEqual({ model: 'gpt-5', messages: [system, user, asked, told] });
    expect(call['output'].choices).toHaveLength(1);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['attributes']).toMatchObject({ kind: 'agent', weave: { kind: 'agent' }, agent: { name: 'support' } });
  });

  it('has a name, a thread, a turn and metadata', () => {
    expect(mapOne(agent(V5))).toMatchObject({
      op_name: 'invoke_agent support',
      display_name: 'support run',
      thread_id: 'c-9',
      turn_id: '0000000000000001',
      attributes: { metadata: { tenant: 't-1' } },
    });
  });

  it('answers with a structured result', () => {
    const call = mapOne(
      agent({ ...V5, 'pydantic_ai.all_messages': J(messages('user')), final_result: J({ sky: 'sunny' }) }),
    );
    expect(call['inputs'].messages).toEqual([system, user, asked, told]);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: '{"sky":"sunny"}' });
  });

  it('counts its aggregated usage only where no model call below has counted', () => {
    const counts = { input_tokens: 114, output_tokens: 24, total_tokens: 138, cache_read_input_tokens: 64 };
    expect(mapOne(agent(V5))['summary'].usage).toEqual({ 'gpt-5': counts });
    const [, above] = mapSpecs({ ...chat({}), id: '0000000000000002', parent: '0000000000000001' }, agent(V5));
    expect(above?.['summary'].usage).toBeUndefined();
    expect(above?.['attributes'].usage_repeated['gpt-5']).toEqual(counts);
  });
});

describe('other spans of pydantic-ai', () => {
  it.each<[number, string, Record<string, unknown>]>([
    [2, 'running tool', { tool_arguments: J({ city: 'Paris' }), tool_response: 'sunny' }],
    [
      5,
      'execute_tool lookup',
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.call.arguments': J({ city: 'Paris' }),
        'gen_ai.tool.call.result': 'sunny',
      },
    ],
  ])('read a tool of format %i', (_version, name, attributes) => {
    const call = mapOne({
      scope: SCOPE,
      name,
      attributes: {
        'gen_ai.tool.name': 'lookup',
        'gen_ai.tool.call.id': 'call_1',
        'logfire.msg': 'running tool: lookup',
        ...attributes,
      },
    });
    expect(call).toMatchObject({
      op_name: 'lookup',
      display_name: 'lookup',
      inputs: { city: 'Paris' },
      output: 'sunny',
      attributes: { kind: 'tool', tool: { call_id: 'call_1' } },
    });
  });

  it('leave a deferred tool without error', () => {
    const deferred = { 'gen_ai.tool.name': 'lookup', 'pydantic_ai.tool.deferral.kind': 'external' };
    expect(mapOne({ scope: SCOPE, name: 'execute_tool lookup', attributes: deferred })['exception']).toBeUndefined();
  });

  it('read embeddings', () => {
    const call = mapOne({
      scope: SCOPE,
      name: 'embeddings text-embedding-3-small',
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'text-embedding-3-small',
        inputs: J(['a', 'b']),
        inputs_count: 2,
        embeddings: J([
          [0.1, 0.2, 0.3],
          [0.4, 0.5, 0.6],
        ]),
        'gen_ai.usage.input_tokens': 8,
      },
    });
    expect(call).toMatchObject({
      op_name: 'embeddings',
      inputs: { model: 'text-embedding-3-small', texts: ['a', 'b'] },
      output: { dimensions: 3 },
      attributes: { kind: 'embedding' },
    });
  });

  it.each(['running tools', 'running 2 tools', 'running 1 tool'])('know %j as a step', (name) => {
    expect(mapOne({ scope: SCOPE, name, attributes: { tools: ['lookup'] } })['attributes'].kind).toBe('task');
  });
});
