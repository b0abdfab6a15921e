import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const SCOPE = 'llamaindex.opentelemetry.tracer';
const block = (text: string) => ({ block_type: 'text', text });
const ASKED = {
  name: 'LLMChatStartEvent',
  attributes: {
    messages: J([
      { role: 'system', additional_kwargs: {}, blocks: [block('Be brief.')] },
      { role: 'user', additional_kwargs: {}, blocks: [block('Weather?')] },
      {
        role: 'assistant',
        additional_kwargs: {},
        blocks: [
          { block_type: 'thinking', content: 'Hm' },
          { block_type: 'tool_call', tool_call_id: 'c1', tool_name: 'get_weather', tool_kwargs: { city: 'Oslo' } },
        ],
      },
      { role: 'tool', additional_kwargs: { tool_call_id: 'c1' }, blocks: [block('sunny')] },
    ]),
    'additional_kwargs.tools': J([{ type: 'function', function: { name: 'get_weather', parameters: {} } }]),
    'model_dict.model_name': 'gpt-4o',
  },
};
const chat = (...answers: readonly Record<string, unknown>[]) =>
  mapOne({
    name: 'OpenAI.chat',
    scope: SCOPE,
    events: [ASKED, ...answers.map((attributes) => ({ name: 'LLMChatEndEvent', attributes }))],
  });

describe("LlamaIndex's own OpenTelemetry", () => {
  it('has a model call in its events', () => {
    const call = chat({
      'response.raw.id': 'r1',
      'response.raw.model': 'gpt-4o-2026-06-01',
      'response.raw.choices': J([
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Sunny.' } },
      ]),
      'response.raw.usage.prompt_tokens': 57,
      'response.raw.usage.completion_tokens': 12,
      'response.raw.usage.total_tokens': 69,
      'response.raw.usage.prompt_tokens_details.cached_tokens': 32,
      'response.raw.usage.completion_tokens_details.reasoning_tokens': 5,
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Hm',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', content: 'sunny', tool_call_id: 'c1' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: {} } }],
    });
    expect(call['output']).toMatchObject({ id: 'r1', model: 'gpt-4o-2026-06-01' });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toEqual({
      input_tokens: 57,
      output_tokens: 12,
      total_tokens: 69,
      requests: 1,
      cache_read_input_tokens: 32,
      reasoning_tokens: 5,
    });
  });

  it("has Anthropic's answer in its own message, and the cached tokens in its input", () => {
    const call = chat({
      'response.message.role': 'assistant',
      'response.message.blocks': J([block('Sunny.')]),
      'response.raw.usage.input_tokens': 20,
      'response.raw.usage.output_tokens': 12,
      'response.raw.usage.cache_read_input_tokens': 10,
    });
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 30, output_tokens: 12 });
  });

  it('has a stream whose end it does not tell', () => {
    expect(chat()).toMatchObject({ attributes: { kind: 'llm' }, output: null });
  });

  it('knows completions, agents, their steps and tools', () => {
    const summary = "ToolCall(tool_name='get_weather', tool_kwargs={'city': 'Oslo'}, tool_id='c1')";
    const attributes = { 'llamaindex.step.input_summary': summary };
    const of = (name: string, more = {}) => mapOne({ name, scope: SCOPE, ...more });
    expect(of('FunctionTool.acall', { attributes })).toMatchObject({
      op_name: 'get_weather',
      inputs: { value: "{'city': 'Oslo'}" },
      attributes: { kind: 'tool' },
    });
    expect(
      of('FunctionAgent.run', { events: [{ name: 'workflow.output', attributes: { output: 'Sunny.' } }] }),
    ).toMatchObject({ attributes: { kind: 'agent' } });
    expect(of('BaseWorkflowAgent.call_tool', { attributes })['attributes'].kind).toBe('task');
    const events = [
      { name: 'LLMCompletionStartEvent', attributes: { prompt: 'Weather?', 'model_dict.model_name': 'gpt-4o' } },
      { name: 'LLMCompletionEndEvent', attributes: { 'response.text': 'Sunny.' } },
    ];
    const completed = of('OpenAI.complete', { events });
    expect(completed['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(completed['output'].choices[0].message.content).toBe('Sunny.');
  });
});
