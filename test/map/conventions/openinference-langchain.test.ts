import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const lc = (name: string, kwargs: unknown) => ({
  lc: 1,
  type: 'constructor',
  id: ['langchain_core', 'messages', name],
  kwargs,
});
const SYSTEM = lc('SystemMessage', { content: [{ type: 'text', text: 'Be short.' }] });
const HUMAN = lc('HumanMessage', { content: 'Weather?' });
const CALLS = [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }];
const AI = lc('AIMessage', {
  content: '',
  additional_kwargs: { tool_calls: CALLS },
  response_metadata: { finish_reason: 'tool_calls' },
});
const TOOL = lc('ToolMessage', { content: '{"sky":"sunny"}', tool_call_id: 'c1', name: 'get_weather' });

const span = (kind: string, input: unknown, output: unknown, attributes = {}) =>
  mapOne({
    name: 'step',
    scope: '@arizeai/openinference-instrumentation-langchain',
    attributes: {
      'openinference.span.kind': kind,
      'input.value': typeof input === 'string' ? input : J(input),
      'output.value': typeof output === 'string' ? output : J(output),
      ...attributes,
    },
  });

describe('OpenInference for LangChain', () => {
  const FLAT = {
    'llm.input_messages.0.message.role': 'system',
    'llm.input_messages.1.message.role': 'user',
    'llm.input_messages.1.message.content': 'Weather?',
    'llm.input_messages.2.message.role': 'assistant',
    'llm.input_messages.2.message.content': '',
    'llm.input_messages.2.message.tool_calls.0.tool_call.function.name': 'get_weather',
    'llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments': '{"city":"Oslo"}',
    'llm.input_messages.3.message.role': 'tool',
    'llm.input_messages.3.message.content': '{"sky":"sunny"}',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'get_weather',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Oslo"}',
  };

  it('finds in the raw request and response what the flattened messages leave out', () => {
    const call = span(
      'LLM',
      { messages: [[SYSTEM, HUMAN, AI, TOOL]] },
      { generations: [[{ text: '', message: AI }]] },
      FLAT,
    );
    expect(call['inputs'].messages).toEqual([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: '', tool_calls: CALLS },
      { role: 'tool', content: '{"sky":"sunny"}', name: 'get_weather', tool_call_id: 'c1' },
    ]);
    expect(call['output'].choices[0].message.tool_calls).toEqual(CALLS);
  });

  it('leaves the flattened messages alone where the raw request is another', () => {
    const call = span('LLM', { messages: [[HUMAN]] }, 'x', FLAT);
    expect(call['inputs'].messages.map((message: { role: string }) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ]);
    expect(call['inputs'].messages[0].content).toBe('');
  });

  it.each([
    ['a serialised message', { output: TOOL }, { sky: 'sunny' }],
    ['a bare one', TOOL, { sky: 'sunny' }],
    ['plain text', 'rain', 'rain'],
    ['data of its own', { output: 'rain', at: 7 }, { output: 'rain', at: 7 }],
  ])('shows the result of a tool in %s', (_, output, expected) => {
    expect(span('TOOL', 'Oslo', output, { 'tool.name': 'get_weather' })['output']).toEqual(expected);
  });

  it.each([
    ['an answer', { messages: [HUMAN] }, { messages: [HUMAN, AI] }],
    ["LangGraph's command", { messages: [HUMAN] }, { output: [{ lg_name: 'Command', update: { messages: [AI] } }] }],
  ])('shows a chain that returns %s as a chat', (_, input, output) => {
    const call = span('CHAIN', input, output);
    expect(call['inputs']).toEqual({ messages: [{ role: 'user', content: 'Weather?' }] });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: '', tool_calls: CALLS }, finish_reason: 'tool_calls' },
    ]);
  });

  it.each([
    [
      'a prompt that was filled in',
      'Oslo',
      lc('ChatPromptValue', { messages: [SYSTEM, HUMAN] }),
      {
        messages: [
          { role: 'system', content: 'Be short.' },
          { role: 'user', content: 'Weather?' },
        ],
      },
    ],
    [
      'the report of a tool',
      { messages: [HUMAN] },
      { messages: [TOOL] },
      { messages: [{ role: 'tool', content: '{"sky":"sunny"}', name: 'get_weather', tool_call_id: 'c1' }] },
    ],
    // Weave's page cannot take a bare text beside messages
    ['the end of a graph', { messages: [HUMAN] }, '__end__', { value: '__end__' }],
  ])('takes %s for no answer', (_, input, output, expected) => {
    expect(span('CHAIN', input, output)['output']).toEqual(expected);
  });

  it('keeps the input of a chain that is no conversation beside its answer', () => {
    const call = span('CHAIN', { city: 'Oslo' }, AI);
    expect(call['inputs']).toEqual({ city: 'Oslo' });
    expect(call['output'].choices[0].message.tool_calls).toEqual(CALLS);
  });
});
