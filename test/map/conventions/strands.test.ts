import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const SCOPE = 'strands.telemetry.tracer';
const CALL = { toolUseId: 'call_1', name: 'calc', input: { x: 2 } };
const event = (name: string, attributes: Record<string, unknown>) => ({ name, attributes });
const details = (attributes: Record<string, unknown>) => event('gen_ai.client.inference.operation.details', attributes);

const COUNTS = {
  'gen_ai.usage.prompt_tokens': 57,
  'gen_ai.usage.input_tokens': 57,
  'gen_ai.usage.completion_tokens': 12,
  'gen_ai.usage.output_tokens': 12,
  'gen_ai.usage.total_tokens': 69,
};
const chat = (events: SpanSpec['events'], more: Record<string, unknown> = {}): SpanSpec => ({
  scope: SCOPE,
  name: 'chat',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'strands-agents',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.server.time_to_first_token': 412,
    ...COUNTS,
    ...more,
  },
  ...(events && { events }),
});

const INPUT_PARTS = [
  { role: 'user', parts: [{ type: 'text', content: 'Twice two?' }] },
  { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_0', name: 'calc', arguments: { x: 1 } }] },
  { role: 'user', parts: [{ type: 'tool_call_response', id: 'call_0', response: [{ text: '2' }] }] },
];

describe('a model call of Strands', () => {
  it.each([
    [
      'events with the blocks of the Python SDK',
      [
        event('gen_ai.system.message', { content: J([{ text: 'Be brief.' }]) }),
        event('gen_ai.user.message', { content: J([{ text: 'Twice two?' }]) }),
        event('gen_ai.assistant.message', {
          content: J([{ toolUse: { toolUseId: 'call_0', name: 'calc', input: { x: 1 } } }]),
        }),
        event('gen_ai.tool.message', {
          content: J([{ toolResult: { toolUseId: 'call_0', status: 'success', content: [{ text: '2' }] } }]),
        }),
        event('gen_ai.choice', { finish_reason: 'tool_use', message: J([{ toolUse: CALL }]) }),
      ],
    ],
    [
      'events with the blocks of the TypeScript SDK',
      [
        event('gen_ai.system.message', { content: J([{ text: 'Be brief.' }]) }),
        event('gen_ai.user.message', { content: J([{ text: 'Twice two?' }]) }),
        event('gen_ai.assistant.message', {
          content: J([{ type: 'toolUse', toolUseId: 'call_0', name: 'calc', input: { x: 1 } }]),
        }),
        event('gen_ai.tool.message', {
          content: J([{ type: 'toolResult', toolUseId: 'call_0', status: 'success', content: [{ text: '2' }] }]),
        }),
        event('gen_ai.choice', { finish_reason: 'toolUse', message: J([{ type: 'toolUse', ...CALL }]) }),
      ],
    ],
    [
      'several details events',
      [
        details({ 'gen_ai.system_instructions': J([{ type: 'text', content: 'Be brief.' }]) }),
        details({ 'gen_ai.input.messages': J(INPUT_PARTS) }),
        details({
          'gen_ai.output.messages': J([
            {
              role: 'assistant',
              parts: [{ type: 'tool_call', id: 'call_1', name: 'calc', arguments: { x: 2 } }],
              finish_reason: 'tool_use',
            },
          ]),
        }),
      ],
    ],
  ])('is read from %s', (_form, events) => {
    const call = mapOne(chat(events));
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Twice two?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'calc', arguments: '{"x":1}' } }],
        },
        { role: 'tool', tool_call_id: 'call_0', content: '2' },
      ],
    });
    expect(call['output'].choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'calc', arguments: '{"x":2}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(call['attributes']).toMatchObject({ kind: 'llm', provider: 'openai', time_to_first_token_ms: 412 });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12, total_tokens: 69 });
  });

  const cached = { 'gen_ai.usage.cache_read_input_tokens': 30, 'gen_ai.usage.cache_write_input_tokens': 5 };
  it.each<[string, string, Record<string, unknown>, number]>([
    ['of OpenAI', 'gpt-4o', {}, 57],
    ['of Bedrock', 'us.anthropic.claude-sonnet-4-5-v1:0', {}, 92],
    ['of Bedrock, known by their total', 'some-model', { 'gen_ai.usage.total_tokens': 57 + 12 + 35 }, 92],
    ['of LiteLLM', 'anthropic/claude-sonnet-4-5', {}, 57],
    ['of its newer versions', 'anthropic.claude-sonnet-4-5', { 'gen_ai.usage.cache_read.input_tokens': 30 }, 57],
  ])('has its counts %s with cached tokens in the input', (_whose, model, more, input) => {
    const call = mapOne(chat([], { 'gen_ai.request.model': model, ...cached, ...more }));
    expect(call['summary'].usage[model]).toMatchObject({
      input_tokens: input,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 5,
    });
  });

  it('is known where the scope has the name of the service', () => {
    const spec = chat([], { 'gen_ai.event.start_time': '2026-11-20T07:49:48.473Z' });
    expect(mapOne({ ...spec, scope: 'my-service' })['attributes'].time_to_first_token_ms).toBe(412);
  });
});

describe('other spans of Strands', () => {
  const tool = (events: SpanSpec['events'], status = 'success'): SpanSpec => ({
    scope: SCOPE,
    name: 'execute_tool calc',
    status: { code: 1 },
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'calc',
      'gen_ai.tool.call.id': 'call_1',
      'gen_ai.tool.status': status,
    },
    ...(events && { events }),
  });

  it.each([
    [
      'events',
      [
        event('gen_ai.tool.message', { role: 'tool', content: J({ x: 2 }), id: 'call_1' }),
        event('gen_ai.choice', { message: J([{ json: { answer: 4 } }]), id: 'call_1' }),
      ],
      { answer: 4 },
    ],
    [
      'details events',
      [
        details({
          'gen_ai.input.messages': J([
            { role: 'tool', parts: [{ type: 'tool_call', name: 'calc', id: 'call_1', arguments: { x: 2 } }] },
          ]),
        }),
        details({
          'gen_ai.output.messages': J([
            { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: [{ text: 'four' }] }] },
          ]),
        }),
      ],
      'four',
    ],
  ])('read a tool from %s', (_form, events, result) => {
    expect(mapOne(tool(events))).toMatchObject({
      op_name: 'calc',
      inputs: { x: 2 },
      output: result,
      attributes: { kind: 'tool', weave: { kind: 'tool' }, tool: { call_id: 'call_1' } },
    });
  });

  it('tell a tool that failed though its status is OK', () => {
    const failed = [event('gen_ai.choice', { message: J([{ text: 'Division by zero' }]) })];
    expect(mapOne(tool(failed, 'error'))['exception']).toBe('Division by zero');
    expect(mapOne(tool([], 'error'))['exception']).toBe('The tool returned an error');
    expect(mapOne(tool(failed, 'success'))['exception']).toBeUndefined();
  });

  it('keep what the tools of a cycle returned', () => {
    const call = mapOne({
      scope: SCOPE,
      name: 'execute_event_loop_cycle',
      attributes: { 'event_loop.cycle_id': 'c-1' },
      events: [
        event('gen_ai.user.message', { content: J([{ text: 'Twice two?' }]) }),
        event('gen_ai.choice', {
          message: J([{ toolUse: CALL }]),
          'tool.result': J([{ toolResult: { toolUseId: 'call_1', content: [{ text: '4' }] } }]),
        }),
      ],
    });
    expect(call['attributes'].kind).toBe('task');
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Twice two?' }]);
    expect(call['output'].choices[0].message.tool_calls[0].function.name).toBe('calc');
    expect(call['output'].tool_results).toEqual([{ role: 'tool', tool_call_id: 'call_1', content: '4' }]);
  });

  it('keep them in the newer form too', () => {
    const response = { type: 'tool_call_response', id: 'call_1', response: [{ text: '4' }] };
    const call = mapOne({
      scope: SCOPE,
      name: 'execute_event_loop_cycle',
      attributes: { 'event_loop.cycle_id': 'c-1' },
      events: [details({ 'gen_ai.output.messages': J([{ role: 'user', parts: [response] }]) })],
    });
    expect(call['output']).toEqual({ tool_results: [{ role: 'tool', tool_call_id: 'call_1', content: '4' }] });
  });

  it('leave the usage of the agent to its model calls', () => {
    const [, agent] = mapSpecs(
      { ...chat([]), id: '0000000000000001', parent: '0000000000000002' },
      {
        scope: SCOPE,
        id: '0000000000000002',
        name: 'invoke_agent calculator',
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'calculator',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.agent.tools': J(['calc']),
          system_prompt: J('Be brief.'),
          'session.id': 's-9',
          'user.id': 'u-7',
          'tag.tags': ['beta'],
          ...COUNTS,
        },
        events: [
          event('gen_ai.user.message', { content: J([{ text: 'Twice two?' }]) }),
          event('gen_ai.choice', { message: 'Four.', finish_reason: 'end_turn' }),
        ],
      },
    );
    expect(agent).toMatchObject({
      display_name: 'calculator',
      inputs: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Twice two?' },
        ],
        tools: [{ type: 'function', function: { name: 'calc' } }],
      },
      output: { choices: [{ message: { content: 'Four.' }, finish_reason: 'stop' }] },
      thread_id: 's-9',
      turn_id: '0000000000000002',
      attributes: {
        kind: 'agent',
        user: { id: 'u-7' },
        tags: ['beta'],
        usage_repeated: { 'gpt-4o': { input_tokens: 57 } },
      },
    });
    expect(agent?.['summary'].usage).toBeUndefined();
  });
});
