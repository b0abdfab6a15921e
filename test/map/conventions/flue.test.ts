import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const SCOPE = '@flue/opentelemetry';
const TOOL = { name: 'get_weather', description: 'The weather now', parameters: { type: 'object' } };

describe('spans of Flue', () => {
  it('read a turn of version 1', () => {
    const call = mapOne({
      scope: SCOPE,
      name: 'chat gpt-4o-mini',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.provider.name': 'openai',
        'flue.turn.input': J({
          systemPrompt: 'Be brief.',
          messages: [
            { role: 'user', content: 'Weather?' },
            { role: 'assistant', content: [{ type: 'toolCall', id: 'call_1', name: 'get_weather', arguments: {} }] },
            { role: 'toolResult', toolCallId: 'call_1', content: [{ type: 'text', text: 'sunny' }] },
          ],
          tools: [TOOL],
        }),
        'flue.turn.output': J({ role: 'assistant', content: [{ type: 'text', text: 'Sunny.' }] }),
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'gen_ai.usage.cache_read.input_tokens': 32,
        'flue.usage.total_tokens': 69,
      },
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      ],
      tools: [{ type: 'function', function: TOOL }],
    });
    expect(call['output'].choices[0].message.content).toBe('Sunny.');
    expect(call['summary'].usage['gpt-4o-mini']).toMatchObject({ input_tokens: 57, cache_read_input_tokens: 32 });
    expect(call['op_name']).toBe('chat');
  });

  it.each<[string, SpanSpec, string, Record<string, unknown>]>([
    [
      'a tool of version 1',
      {
        name: 'flue.tool get_weather',
        attributes: {
          'flue.tool.name': 'get_weather',
          'flue.tool.call_id': 'call_1',
          'flue.tool.arguments': J({ city: 'Paris' }),
          'flue.tool.result': 'sunny',
        },
      },
      'tool',
      {
        op_name: 'get_weather',
        inputs: { city: 'Paris' },
        output: 'sunny',
        attributes: { tool: { call_id: 'call_1' } },
      },
    ],
    [
      'a tool of version 2 whose arguments are no object',
      {
        name: 'execute_tool get_weather',
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'get_weather',
          'flue.tool.call.arguments': 'Paris',
          'flue.tool.call.result': 'sunny',
        },
      },
      'tool',
      { op_name: 'get_weather', inputs: { value: 'Paris' }, output: 'sunny' },
    ],
    [
      'a delegated task',
      {
        name: 'flue.task summarizer',
        attributes: {
          'flue.task.id': 't-1',
          'flue.task.agent': 'summarizer',
          'flue.task.prompt': 'Sum it up.',
          'flue.task.result': 'Done.',
        },
      },
      'agent',
      {
        display_name: 'summarizer',
        inputs: { messages: [{ role: 'user', content: 'Sum it up.' }] },
        output: { choices: [{ index: 0, message: { role: 'assistant', content: 'Done.' }, finish_reason: null }] },
      },
    ],
    [
      'a workflow',
      {
        name: 'flue.workflow trip',
        attributes: {
          'flue.workflow.name': 'trip',
          'flue.workflow.payload': J({ city: 'Paris' }),
          'flue.workflow.result': J({ sky: 'sunny' }),
        },
      },
      'workflow',
      { display_name: 'trip', inputs: { city: 'Paris' }, output: { sky: 'sunny' } },
    ],
    [
      'an operation',
      {
        name: 'flue.operation shell',
        attributes: { 'flue.operation.kind': 'shell', 'flue.operation.result': J({ text: 'done' }) },
      },
      'task',
      { output: { text: 'done' } },
    ],
    [
      'an agent of version 2',
      {
        name: 'invoke_agent helper',
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'helper',
          'gen_ai.conversation.id': 's-9',
          'flue.operation.kind': 'prompt',
        },
      },
      'agent',
      { display_name: 'helper', thread_id: 's-9' },
    ],
  ])('read %s', (_what, spec, kind, expected) => {
    const call = mapOne({ scope: SCOPE, ...spec });
    expect(call['attributes'].kind).toBe(kind);
    expect(call).toMatchObject(expected);
  });

  it('tell failures', () => {
    const call = mapOne({
      scope: SCOPE,
      status: { code: 2 },
      attributes: { 'flue.operation.kind': 'prompt', 'error.type': 'interrupted' },
    });
    expect(call['exception']).toBe('interrupted');
  });
});
