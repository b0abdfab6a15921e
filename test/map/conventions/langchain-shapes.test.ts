import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const message = (name: string, kwargs: object) => ({
  lc: 1,
  type: 'constructor',
  id: ['langchain_core', 'messages', name],
  kwargs,
});
const ASKED = { messages: [{ role: 'user', content: 'Weather?' }] };
const chain = (output: unknown, input: unknown = ASKED) =>
  mapOne({
    name: 'step',
    attributes: {
      'openinference.span.kind': 'CHAIN',
      'input.value': J(input),
      'output.value': typeof output === 'string' ? output : J(output),
    },
  });
const CALL = { id: 'toolu_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };

describe('what LangChain hands on', () => {
  const generated = (kwargs: object) =>
    mapOne({
      name: 'ChatAnthropic',
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'claude',
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.content': '',
        'llm.token_count.prompt': 57,
        'llm.token_count.completion': 12,
        'output.value': J({ generations: [[{ text: '', message: message('AIMessage', kwargs) }]] }),
      },
    });

  it('completes a flattened answer with the message as the model generated it', () => {
    const call = generated({
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } }],
      response_metadata: { id: 'msg_1', model: 'claude-sonnet-4-5' },
      usage_metadata: {
        input_tokens: 57,
        output_tokens: 12,
        input_token_details: { cache_read: 32, cache_creation: 5 },
      },
    });
    expect(call['output']).toMatchObject({ id: 'msg_1', model: 'claude-sonnet-4-5' });
    expect(call['output'].choices[0].message.tool_calls).toEqual([CALL]);
    expect(call['summary'].usage['claude-sonnet-4-5']).toMatchObject({
      input_tokens: 57,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
    });
  });

  it('takes the id of a run for no response', () => {
    for (const id of ['run-0190', 'lc_run--0190', '0190a3c4-1111-2222-3333-444455556666'])
      expect(generated({ content: 'Sunny.', id })['output'].id).toBeUndefined();
    expect(generated({ content: 'Sunny.', id: 'chatcmpl-1' })['output'].id).toBe('chatcmpl-1');
  });

  it('puts streamed arguments together', () => {
    const content = [
      { index: 0, type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: '' },
      { index: 0, type: 'input_json_delta', input: '{"city":' },
      { index: 0, type: 'input_json_delta', input: '"Paris"}' },
    ];
    const tool_calls = [{ name: 'get_weather', args: { city: 'Paris' }, id: 'toolu_1', type: 'tool_call' }];
    for (const kwargs of [{ content }, { content, tool_calls }])
      expect(generated(kwargs)['output'].choices[0].message).toEqual({
        role: 'assistant',
        content: '',
        tool_calls: [CALL],
      });
  });

  it.each([['tools'], ['ask_again'], ['__end__']])('takes the name of the next node, %s, for no answer', (node) => {
    expect(chain(node)['output']).toEqual({ value: node });
    expect(chain({ output: node })['output']).toEqual({ value: { output: node } });
    expect(chain('Sunny in Paris.')['output'].choices[0].message.content).toBe('Sunny in Paris.');
  });

  it('shows a prompt that was filled in as messages, also where it ends with what a tool has said', () => {
    const prompt = [
      message('SystemMessage', { content: 'Be short.' }),
      message('AIMessage', {
        content: '',
        tool_calls: [{ name: 'get_weather', args: { city: 'Paris' }, id: 'toolu_1' }],
      }),
      message('ToolMessage', { content: 'sunny', tool_call_id: 'toolu_1', name: 'get_weather' }),
    ];
    expect(chain({ output: prompt })['output'].messages.map(({ role }: { role: string }) => role)).toEqual([
      'system',
      'assistant',
      'tool',
    ]);
  });

  it('takes a conversation that was fetched for no answer', () => {
    const stored = [...ASKED.messages, { role: 'assistant', content: 'Sunny.' }];
    expect(chain(stored, { query: 'Weather?' })['output']).toEqual({ messages: stored });
    expect(chain({ messages: stored })['output'].choices[0].message.content).toBe('Sunny.');
  });

  it('knows a failed tool by its message, and the call that it answers', () => {
    const failed = message('ToolMessage', { status: 'error', content: 'station offline', tool_call_id: 'toolu_1' });
    const call = mapOne({
      name: 'get_weather',
      attributes: {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'get_weather',
        'input.value': '{"city":"Paris"}',
        'output.value': J({ output: failed }),
      },
    });
    expect(call['exception']).toBe('station offline');
    expect(call['attributes'].tool.call_id).toBe('toolu_1');
    expect(call['inputs']).toEqual({ city: 'Paris' });
  });

  it('names a tool as its message does where the callback knows only its class', () => {
    const said = message('ToolMessage', { content: '{"sky":"sunny"}', tool_call_id: 'toolu_1', name: 'get_weather' });
    const call = mapOne({
      name: 'execute_tool DynamicStructuredTool',
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'traceloop.span.kind': 'task',
        'traceloop.entity.name': 'DynamicStructuredTool',
        'traceloop.entity.input': J({ args: ['{"city":"Paris"}'] }),
        'traceloop.entity.output': J(said),
      },
    });
    expect(call).toMatchObject({ op_name: 'get_weather', display_name: 'get_weather', inputs: { city: 'Paris' } });
    expect(call['output']).toEqual({ sky: 'sunny' });
  });
});

describe('what an agent answers', () => {
  it('is data where it was asked for data', () => {
    const call = mapOne({
      name: 'invoke_agent a',
      attributes: { 'openinference.span.kind': 'AGENT', 'input.value': J(ASKED), 'output.value': '{"city":"Paris"}' },
    });
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: '{"city":"Paris"}' });
  });
});

describe("what a graph's step has returned beside its messages", () => {
  const state = { plan: 'look outside', score: 0.5 };
  const said = { role: 'assistant', content: 'Sunny.' };
  const messages = [...ASKED.messages, said];

  it('stands beside the answer', () => {
    const choice = { index: 0, message: said, finish_reason: null };
    expect(chain({ messages, ...state })['output']).toEqual({ ...state, choices: [choice] });
    expect(chain({ messages, output: 'done' })['output']).toEqual({ value: 'done', choices: [choice] });
  });

  it.each([
    ['messages that are no answer', { ...ASKED, ...state }],
    ['no messages', { messages: [], ...state }],
    ['contents of some other kind', { contents: [], total: 0 }],
  ])('stays with %s', (_what, output) => {
    expect(chain(output, { query: 'Oslo' })['output']).toEqual(output);
  });
});
