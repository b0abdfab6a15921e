import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const component = (type: string, input: unknown, output: unknown, more = {}) =>
  mapOne({
    name: 'haystack.component.run',
    attributes: {
      'haystack.component.name': 'mine',
      'haystack.component.type': type,
      'haystack.component.input': J(input),
      'haystack.component.output': J(output),
    },
    ...more,
  });

const META = {
  model: 'gpt-4o-2026-06-01',
  finish_reason: 'stop',
  usage: { prompt_tokens: 57, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 32 } },
};

describe('Haystack', () => {
  it.each([
    [
      'today',
      { role: 'user', meta: {}, name: null, content: [{ text: 'Weather?' }] },
      { role: 'assistant', meta: META, name: null, content: [{ text: 'Sunny.' }] },
    ],
    [
      'older releases',
      { _role: 'user', _meta: {}, _content: [{ text: 'Weather?' }] },
      { _role: 'assistant', _meta: META, _content: [{ text: 'Sunny.' }] },
    ],
  ])('reads a chat generator and the usage in its reply, as %s write it', (_, message, reply) => {
    const call = component(
      'OpenAIChatGenerator',
      { messages: [message], generation_kwargs: { temperature: 0.2 } },
      { replies: [reply] },
    );
    expect(call['inputs']).toEqual({
      model: 'gpt-4o-2026-06-01',
      messages: [{ role: 'user', content: 'Weather?' }],
      temperature: 0.2,
    });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
      requests: 1,
    });
    expect(call).toMatchObject({ op_name: 'OpenAIChatGenerator', display_name: 'mine' });
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' } });
  });

  it('reads a plain generator, replies and meta side by side', () => {
    const call = component(
      'OpenAIGenerator',
      { prompt: 'Weather?' },
      { replies: ['Sunny.', 'Rain.'], meta: [META, META] },
    );
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices.map((choice: { message: { content: string } }) => choice.message.content)).toEqual([
      'Sunny.',
      'Rain.',
    ]);
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
  });

  it('keeps the tool calls of a reply', () => {
    const reply = {
      role: 'assistant',
      meta: {},
      content: [{ tool_call: { tool_name: 'get_weather', arguments: { city: 'Oslo' }, id: 'c1' } }],
    };
    const call = component('OpenAIChatGenerator', { messages: [] }, { replies: [reply] });
    expect(call['output'].choices[0].message.tool_calls).toEqual([
      { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
    ]);
  });

  it.each([
    [
      'InMemoryBM25Retriever',
      { query: 'sun' },
      { documents: [{ content: 'Oslo' }] },
      'retriever',
      { inputs: { query: 'sun' }, output: [{ content: 'Oslo' }] },
    ],
    [
      'OpenAITextEmbedder',
      { text: 'sun' },
      { embedding: [0, 1], meta: { model: 'm' } },
      'embedding',
      { inputs: { texts: ['sun'] }, output: { dimensions: 2 } },
    ],
    [
      'OpenAIDocumentEmbedder',
      { documents: [{ content: 'a' }, { content: 'b' }] },
      { documents: [{ embedding: [0, 1, 2] }] },
      'embedding',
      { inputs: { texts: ['a', 'b'] }, output: { dimensions: 3 } },
    ],
    [
      'PromptBuilder',
      { city: 'Oslo' },
      { prompt: 'Weather in Oslo?' },
      'task',
      { inputs: { city: 'Oslo' }, output: { prompt: 'Weather in Oslo?' } },
    ],
  ])('knows a %s by its type', (type, input, output, kind, expected) => {
    const call = component(type, input, output);
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('shows the pipeline, without the usage that is in its output too', () => {
    const call = mapOne({
      name: 'haystack.pipeline.run',
      attributes: {
        'haystack.pipeline.input_data': J({ prompt: { city: 'Oslo' } }),
        'haystack.pipeline.output_data': J({
          llm: { replies: [{ role: 'assistant', meta: META, content: [{ text: 'Sunny.' }] }] },
        }),
        'haystack.pipeline.metadata': J({ plan: 'pro' }),
      },
    });
    expect(call['inputs']).toEqual({ prompt: { city: 'Oslo' } });
    expect(call['output'].llm.replies).toHaveLength(1);
    expect(call['summary'].usage).toBeUndefined();
    expect(call['attributes']).toMatchObject({ kind: 'workflow', metadata: { plan: 'pro' } });
  });

  it('keeps the error of a failed component', () => {
    expect(component('X', {}, {}, { status: { code: 2, message: 'boom' } })['exception']).toBe('boom');
  });
});

describe("the steps of Haystack's agents", () => {
  const TOOL = { name: 'weather', description: 'the weather', parameters: { type: 'object', properties: {} } };
  const result = {
    result: 'sunny',
    origin: { tool_name: 'weather', arguments: { city: 'Oslo' }, id: 'c1' },
    error: false,
  };

  it('are model calls', () => {
    const call = mapOne({
      name: 'haystack.agent.step.llm',
      attributes: {
        'haystack.agent.step.llm.input': J({
          messages: [
            { role: 'user', content: [{ text: 'Weather?' }] },
            {
              role: 'assistant',
              content: [{ tool_call: { tool_name: 'weather', arguments: { city: 'Oslo' }, id: 'c1' } }],
            },
            { role: 'tool', content: [{ tool_call_result: result }] },
          ],
          tools: [{ type: 'haystack.tools.tool.Tool', data: TOOL }],
        }),
        'haystack.agent.step.llm.output': J({
          replies: [{ role: 'assistant', meta: META, content: [{ text: 'Sunny.' }] }],
        }),
      },
    });
    expect(call['inputs']).toMatchObject({
      tools: [{ type: 'function', function: TOOL }],
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }] },
        { role: 'tool', content: 'sunny', tool_call_id: 'c1' },
      ],
    });
    expect(call['output'].choices).toMatchObject([{ message: { content: 'Sunny.' }, finish_reason: 'stop' }]);
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(call['attributes'].kind).toBe('llm');
  });

  it('are tools, or neither', () => {
    const call = mapOne({
      name: 'haystack.agent.step.tool',
      attributes: {
        'haystack.tool.name': 'weather',
        'haystack.agent.step.tool.input': J({ city: 'Oslo' }),
        'haystack.agent.step.tool.output': J({ sky: 'sunny' }),
      },
    });
    expect(call).toMatchObject({
      display_name: 'weather',
      inputs: { city: 'Oslo' },
      output: { sky: 'sunny' },
      attributes: { kind: 'tool' },
    });
    expect(mapOne({ name: 'haystack.agent.step', attributes: { 'haystack.agent.step': 0 } })['attributes'].kind).toBe(
      'task',
    );
  });

  it('keep the input of a component that has documents and makes no vectors of them', () => {
    const input = { q: 'Weather?', documents: [{ content: 'Oslo is sunny.' }] };
    expect(component('ChatPromptBuilder', input, { prompt: 'x' })['inputs']).toEqual(input);
  });
});
