import { describe, expect, it } from '@jest/globals';
import { type CallJson, J, mapOne, type SpanSpec } from '../../support/spans.ts';

const chat = (attributes: Readonly<Record<string, unknown>>, more: SpanSpec = {}): SpanSpec => ({
  name: 'chat gpt-4o',
  attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', ...attributes },
  ...more,
});
const usageOf = (attributes: Readonly<Record<string, unknown>>) =>
  mapOne(chat(attributes))['summary'].usage?.['gpt-4o'];
const HI = { role: 'user', parts: [{ type: 'text', content: 'Hi' }] };
const YO = { role: 'assistant', parts: [{ type: 'text', content: 'Yo' }] };
const TOOL = { type: 'function', name: 'f', description: 'now', parameters: {} };

/** What real senders make of the same content. */
describe('GenAI content', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    [
      'JSON texts',
      {
        'gen_ai.input.messages': J([HI]),
        'gen_ai.output.messages': J([YO]),
        'gen_ai.tool.definitions': J([TOOL]),
        'gen_ai.system_instructions': J([{ type: 'text', content: 'Be short.' }]),
      },
    ],
    [
      'lists and kvlists',
      {
        'gen_ai.input.messages': [HI],
        'gen_ai.output.messages': [YO],
        'gen_ai.tool.definitions': [TOOL],
        'gen_ai.system_instructions': [{ type: 'text', content: 'Be short.' }],
      },
    ],
    [
      'lists of JSON texts',
      {
        'gen_ai.input.messages': [J(HI)],
        'gen_ai.output.messages': [J(YO)],
        'gen_ai.tool.definitions': [J(TOOL)],
        'gen_ai.system_instructions': [J({ type: 'text', content: 'Be short.' })],
      },
    ],
    [
      'JSON texts of JSON texts',
      {
        'gen_ai.input.messages': J(J([HI])),
        'gen_ai.output.messages': J(J([YO])),
        'gen_ai.tool.definitions': J(J([TOOL])),
        'gen_ai.system_instructions': J('Be short.'),
      },
    ],
    [
      "Sentry's keys",
      {
        'gen_ai.request.messages': J([{ role: 'user', content: 'Hi' }]),
        'gen_ai.response.text': J(['Yo']),
        'gen_ai.request.available_tools': J([TOOL]),
        'gen_ai.system_instructions': 'Be short.',
      },
    ],
  ])('is the same as %s', (_, attributes) => {
    const call = mapOne(chat(attributes));
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hi' },
      ],
      tools: [{ type: 'function', function: { name: 'f', description: 'now', parameters: {} } }],
    });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Yo' }, finish_reason: null },
    ]);
  });

  it("has Sentry's tool calls beside its text", () => {
    const call = mapOne(chat({ 'gen_ai.response.tool_calls': J([{ id: 'c1', name: 'f', arguments: { a: 1 } }]) }));
    expect(call['output'].choices[0].message).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    });
  });

  it("has the answer of a stream of Sentry's among its items", () => {
    const call = mapOne(
      chat({
        'gen_ai.response.text': 'SunnySunnySunny',
        'gen_ai.response.finish_reasons': J(['in_progress', 'in_progress', 'completed']),
        'gen_ai.response.tool_calls': J([
          { type: 'reasoning', id: 'r1', summary: [{ type: 'summary_text', text: 'Hm' }] },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Sunny' }] },
        ]),
      }),
    );
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny', reasoning_content: 'Hm' }, finish_reason: 'stop' },
    ]);
  });

  it('is kept as it came where a limit has cut it', () => {
    const cut = '[{"role":"user","parts":[{"type":"text","content":"Hi';
    expect(mapOne(chat({ 'gen_ai.input.messages': cut }))['inputs'].messages).toEqual([{ role: 'user', content: cut }]);
  });

  it('pairs the parallel calls of Gemini, which have no ids, with their answers', () => {
    const ask = (city: string) => ({ function_call: { name: 'f', args: { city } } });
    const told = (sky: string) => ({ function_response: { name: 'f', response: { sky } } });
    const call = mapOne(
      chat({
        'gen_ai.input.messages': J([
          { role: 'model', parts: [ask('Oslo'), ask('Rome')] },
          { role: 'user', parts: [told('sun'), told('rain')] },
        ]),
      }),
    );
    const [asked, first, second] = call['inputs'].messages;
    expect(asked.tool_calls.map((one: { id: string }) => one.id)).toEqual(['f', 'f-2']);
    expect([first.tool_call_id, second.tool_call_id]).toEqual(['f', 'f-2']);
  });

  it.each<[string, Readonly<Record<string, unknown>>, readonly unknown[]]>([
    [
      'there are as many finish reasons',
      { 'gen_ai.response.finish_reasons': ['stop', 'length'] },
      [
        ['A', 'stop'],
        ['B', 'length'],
      ],
    ],
    [
      'as many were asked for',
      { 'gen_ai.request.choice.count': 2 },
      [
        ['A', null],
        ['B', null],
      ],
    ],
    ['neither is so: it is one answer in pieces', { 'gen_ai.response.finish_reasons': ['stop'] }, [['AB', 'stop']]],
  ])('takes output messages for choices where %s', (_, more, expected) => {
    const messages = ['A', 'B'].map((content) => ({ role: 'assistant', parts: [{ type: 'text', content }] }));
    const { choices } = mapOne(chat({ 'gen_ai.output.messages': J(messages), ...more }))['output'];
    expect(choices.map((one: CallJson) => [one['message'].content, one['finish_reason']])).toEqual(expected);
    expect(choices.map((one: CallJson) => one['index'])).toEqual([...expected.keys()]);
  });

  it('takes the texts of a tool out of their JSON', () => {
    const call = mapOne({
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'f',
        'gen_ai.tool.call.arguments': J('Oslo'),
        'gen_ai.tool.call.result': J('sunny'),
      },
    });
    expect(call).toMatchObject({ inputs: { value: 'Oslo' }, output: 'sunny' });
  });

  it('shows what was read of a kind that has no place for it', () => {
    const tool = mapOne({
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'f',
        'gen_ai.input.messages': J([HI]),
        'gen_ai.output.messages': J([YO]),
      },
    });
    expect(tool).toMatchObject({
      inputs: { messages: [{ content: 'Hi' }] },
      output: { choices: [{ message: { content: 'Yo' } }] },
    });
    const task = mapOne({
      attributes: {
        'gen_ai.operation.name': 'handoff',
        'gen_ai.tool.call.arguments': J({ to: 'b' }),
        'gen_ai.tool.call.result': J('done'),
        'gen_ai.tool.definitions': J([TOOL]),
      },
    });
    expect(task).toMatchObject({ inputs: { to: 'b', tools: [{ function: { name: 'f' } }] }, output: 'done' });
  });

  it('takes numbers that Micrometer sends as texts for numbers', () => {
    const call = mapOne(
      chat({ 'gen_ai.request.temperature': '0.7', 'gen_ai.request.max_tokens': '100', 'gen_ai.request.seed': '' }),
    );
    expect(call['inputs']).toMatchObject({ temperature: 0.7, max_tokens: 100 });
    expect(call['inputs'].seed).toBeUndefined();
  });

  it("knows the thread of Azure's agents", () => {
    expect(mapOne(chat({ 'gen_ai.thread.id': 't-1' }))['thread_id']).toBe('t-1');
  });
});

describe('GenAI token counts', () => {
  const COUNTS = { 'gen_ai.usage.input_tokens': 57, 'gen_ai.usage.output_tokens': 12 };

  it.each<[string, Readonly<Record<string, unknown>>, unknown]>([
    [
      'as texts',
      { 'gen_ai.usage.input_tokens': '57', 'gen_ai.usage.output_tokens': '12' },
      { input_tokens: 57, output_tokens: 12 },
    ],
    [
      'as doubles',
      { 'gen_ai.usage.input_tokens': 57.0, 'gen_ai.usage.output_tokens': 12.0 },
      { input_tokens: 57, output_tokens: 12 },
    ],
    [
      'beyond 2^53',
      { 'gen_ai.usage.input_tokens': 2n ** 60n, 'gen_ai.usage.output_tokens': 12 },
      { input_tokens: 0, output_tokens: 12 },
    ],
    [
      'negative',
      { 'gen_ai.usage.input_tokens': -1, 'gen_ai.usage.output_tokens': 12 },
      { input_tokens: 0, output_tokens: 12 },
    ],
    ['NaN', { 'gen_ai.usage.input_tokens': Number.NaN, 'gen_ai.usage.output_tokens': 'NaN' }, undefined],
    [
      'of both names',
      { ...COUNTS, 'gen_ai.usage.prompt_tokens': 57, 'gen_ai.usage.completion_tokens': 12 },
      { input_tokens: 57, output_tokens: 12 },
    ],
    [
      'with cache writes by how long they are kept',
      { ...COUNTS, 'gen_ai.usage.cache_creation.5m_input_tokens': 3, 'gen_ai.usage.cache_creation.1h_input_tokens': 2 },
      { input_tokens: 57, cache_creation_input_tokens: 5 },
    ],
    [
      'with the sum of those',
      { ...COUNTS, 'gen_ai.usage.cache_creation.input_tokens': 5, 'gen_ai.usage.cache_creation.5m_input_tokens': 3 },
      { cache_creation_input_tokens: 5 },
    ],
    [
      "in Sentry's spelling",
      { ...COUNTS, 'gen_ai.usage.input_tokens.cached': 32, 'gen_ai.usage.output_tokens.reasoning': 5 },
      { cache_read_input_tokens: 32, reasoning_tokens: 5 },
    ],
  ])('are read %s', (_, attributes, expected) => {
    const usage = usageOf(attributes);
    if (expected === undefined) expect(usage).toBeUndefined();
    else expect(usage).toMatchObject(expected as Record<string, unknown>);
  });
});

describe('Tools that an SDK of Google has called', () => {
  it('tell their arguments and their result in keys for code', () => {
    const call = mapOne({
      name: 'execute_tool w',
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'w',
        'code.function.parameters.city.type': 'str',
        'code.function.parameters.city.value': 'Oslo',
        'code.function.return.type': 'str',
        'code.function.return.value': 'sunny',
      },
    });
    expect(call).toMatchObject({ inputs: { city: 'Oslo' }, output: 'sunny' });
  });
});

describe('The provider of a call', () => {
  it.each([
    ['groq.chat', 'groq'],
    ['cohere.rerank', 'cohere'],
    ['mistral.chat', 'mistral_ai'],
    ['acme.cloud', 'acme.cloud'],
    ['spring_ai', 'openai'],
  ])('is, where it says %s, %s', (said, provider) => {
    expect(mapOne(chat({ 'gen_ai.system': said }))['attributes'].provider).toBe(provider);
  });
});
