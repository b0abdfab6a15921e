import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs } from '../../support/spans.ts';

const SCOPE = '@mastra/otel-exporter';
const COMMON = { 'mastra.metadata.userId': 'u-1', 'mastra.metadata.threadId': 't-1', 'mastra.metadata.plan': 'pro' };
const ASKED = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'Weather?' },
];
const CHAT = {
  'gen_ai.operation.name': 'chat',
  'mastra.span.type': 'model_inference',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.model': 'gpt-4o-2026-06-01',
  'gen_ai.usage.input_tokens': 57,
  'gen_ai.usage.output_tokens': 12,
};

describe('Mastra 1.x', () => {
  it('reads a model call, its lists sent as JSON text', () => {
    const call = mapOne({
      name: 'chat gpt-4o',
      scope: SCOPE,
      startNs: 1_795_160_700_000_000_000n,
      attributes: {
        ...COMMON,
        ...CHAT,
        'gen_ai.output.messages': J([{ role: 'assistant', parts: [{ type: 'text', content: 'Sunny.' }] }]),
        'gen_ai.response.finish_reasons': J(['stop']),
        'gen_ai.request.stop_sequences': J(['END']),
        'gen_ai.usage.cache_read.input_tokens': 32,
        'mastra.tags': J(['a', 'b']),
        'mastra.completion_start_time': '2026-11-20T07:45:00.039Z',
      },
    });
    expect(call).toMatchObject({ op_name: 'chat', thread_id: 't-1' });
    expect(call['inputs'].stop).toEqual(['END']);
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({ input_tokens: 57, cache_read_input_tokens: 32 });
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      user: { id: 'u-1' },
      tags: ['a', 'b'],
      metadata: { plan: 'pro' },
      time_to_first_token_ms: 39,
    });
  });

  it.each([
    ['model_generation', 'model_generation', 'model_generation', 'chain', { messages: ASKED }],
    ['model_step', 'agent_step', 'agent_step', 'task', ASKED],
  ])('shows the conversation of a %s around it', (type, operation, opName, kind, input) => {
    const call = mapOne({
      name: `${operation} gpt-4o`,
      scope: SCOPE,
      attributes: {
        'gen_ai.operation.name': operation,
        'mastra.span.type': type,
        [`mastra.${type}.input`]: J(input),
        [`mastra.${type}.output`]: J({
          text: '',
          toolCalls: [{ toolCallId: 'c1', toolName: 'get_weather', args: { city: 'Oslo' } }],
          files: [],
        }),
      },
    });
    expect(call['op_name']).toBe(opName);
    expect(call['attributes'].kind).toBe(kind);
    expect(call['inputs'].messages).toEqual(ASKED);
    expect(call['output'].choices[0].message.tool_calls).toEqual([
      { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
    ]);
  });

  it('shows what an agent was asked, its prompt and tools, and keeps files that it made', () => {
    const call = mapOne({
      name: 'invoke_agent weather',
      scope: SCOPE,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'mastra.span.type': 'agent_run',
        'gen_ai.agent.name': 'weather',
        'gen_ai.system_instructions': 'Be short.',
        'gen_ai.tool.definitions': J(['get_weather']),
        'mastra.agent_run.input': 'Weather?',
        'mastra.agent_run.output': J({ text: 'Here.', files: [{ mediaType: 'image/png', base64: 'aGk=' }] }),
      },
    });
    expect(call['inputs']).toEqual({
      messages: ASKED,
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
    });
    expect(call['output'].choices[0].message.content).toEqual([
      { type: 'text', text: 'Here.' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
    ]);
    expect(call['attributes']).toMatchObject({ kind: 'agent', weave: { kind: 'agent' }, agent: { name: 'weather' } });
    expect(call['display_name']).toBe('weather');
  });

  it.each([
    ['workflow_run', 'invoke_workflow', 'workflow'],
    ['workflow_step', 'workflow_step', 'task'],
    ['processor_run', 'processor_run', 'task'],
  ])('shows what went through a %s', (type, operation, kind) => {
    const call = mapOne({
      name: `${operation} shout`,
      scope: SCOPE,
      attributes: {
        'gen_ai.operation.name': operation,
        'mastra.span.type': type,
        [`mastra.${type}.input`]: J({ text: 'hi' }),
        [`mastra.${type}.output`]: J({ text: 'HI' }),
      },
    });
    expect(call).toMatchObject({ inputs: { text: 'hi' }, output: { text: 'HI' }, attributes: { kind } });
  });

  it.each([
    [{ 'error.message': 'no such model', 'error.type': 'unknown' }, 'unknown: no such model'],
    [{ 'gen_ai.response.finish_reasons': J(['error']) }, 'The model call ended with finish reason error'],
  ])('takes %j for a failure, though the status is OK', (attributes, exception) => {
    const call = mapOne({
      name: 'chat boom',
      scope: SCOPE,
      status: { code: 1 },
      attributes: { ...CHAT, ...attributes },
    });
    expect(call['exception']).toBe(exception);
  });

  it('counts a model call once, whatever stands around it', () => {
    const calls = mapSpecs(
      { id: '1111111111111111', parent: '2222222222222222', name: 'chat gpt-4o', scope: SCOPE, attributes: CHAT },
      { id: '2222222222222222', name: 'invoke_agent w', scope: SCOPE, attributes: { 'mastra.span.type': 'agent_run' } },
    );
    expect(calls.map((call) => call['summary'].usage !== undefined)).toEqual([true, false]);
  });
});

describe('Mastra 0.x', () => {
  const OLD = { 'mastra.trace_id': 'x', 'mastra.span_id': 'y', 'mastra.duration_ms': 3 };

  it('reads prompt and completion sent whole', () => {
    const call = mapOne({
      name: 'chat gpt-4o',
      attributes: {
        ...OLD,
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.prompt': J({ messages: ASKED }),
        'gen_ai.completion': J({ text: 'Sunny.' }),
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'gen_ai.usage.cached_input_tokens': 32,
      },
    });
    expect(call['inputs'].messages).toEqual(ASKED);
    expect(call['output'].choices[0].message.content).toBe('Sunny.');
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, cache_read_input_tokens: 32 });
  });

  it('knows a tool that failed', () => {
    const call = mapOne({
      name: 'execute_tool get_weather',
      attributes: {
        ...OLD,
        'gen_ai.tool.name': 'get_weather',
        'gen_ai.tool.input': J({ city: 'Oslo' }),
        'gen_ai.tool.output': J({ sky: 'gone' }),
        'gen_ai.tool.success': false,
      },
    });
    expect(call).toMatchObject({ op_name: 'get_weather', inputs: { city: 'Oslo' }, output: { sky: 'gone' } });
    expect(call['attributes'].kind).toBe('tool');
    expect(call['exception']).toBe('The tool call failed');
  });

  it('shows the bare input and output of a workflow', () => {
    const call = mapOne({ attributes: { ...OLD, input: J({ a: 1 }), output: J({ b: 2 }) } });
    expect(call).toMatchObject({ inputs: { a: 1 }, output: { b: 2 } });
  });
});
