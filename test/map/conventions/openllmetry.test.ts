import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const CALL = (city: string, id: string) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: J({ city }) },
});
const call = (prefix: string, city: string, id: string) => ({
  [`${prefix}.id`]: id,
  [`${prefix}.name`]: 'get_weather',
  [`${prefix}.arguments`]: J({ city }),
});

describe('OpenLLMetry before it took up the GenAI keys', () => {
  const span = (attributes: Readonly<Record<string, unknown>>, more: SpanSpec = {}): SpanSpec => ({
    name: 'openai.chat',
    scope: 'opentelemetry.instrumentation.openai.v1',
    attributes: {
      'llm.request.type': 'chat',
      'gen_ai.system': 'OpenAI',
      'gen_ai.request.model': 'gpt-4o',
      ...attributes,
    },
    ...more,
  });

  it('has prompts, completions and functions under keys with indexes', () => {
    const found = mapOne(
      span({
        'llm.headers': 'None',
        'llm.is_streaming': false,
        'gen_ai.request.temperature': 0.2,
        'gen_ai.prompt.0.role': 'system',
        'gen_ai.prompt.0.content': 'Be short.',
        'gen_ai.prompt.1.role': 'user',
        'gen_ai.prompt.1.content': J([
          { type: 'text', text: 'Weather?' },
          { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
          { type: 'input_audio', input_audio: { data: 'QQ==', format: 'wav' } },
        ]),
        'gen_ai.prompt.2.role': 'assistant',
        'gen_ai.prompt.2.content': 'null',
        ...call('gen_ai.prompt.2.tool_calls.0', 'Oslo', 'c1'),
        ...call('gen_ai.prompt.2.tool_calls.1', 'Rome', 'c2'),
        'gen_ai.prompt.3.role': 'tool',
        'gen_ai.prompt.3.content': 'sunny',
        'gen_ai.prompt.3.tool_call_id': 'c1',
        'gen_ai.prompt.prompt_filter_results': '[]',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.finish_reason': 'tool_calls',
        ...call('gen_ai.completion.0.tool_calls.0', 'Bonn', 'c3'),
        'gen_ai.completion.1.role': 'assistant',
        'gen_ai.completion.1.content': 'Sunny.',
        'gen_ai.completion.1.finish_reason': 'stop',
        'llm.request.functions.0.name': 'get_weather',
        'llm.request.functions.0.description': 'now',
        'llm.request.functions.0.parameters': J({ type: 'object' }),
        'gen_ai.response.model': 'gpt-4o-2026',
        'gen_ai.usage.prompt_tokens': 57,
        'gen_ai.usage.completion_tokens': 12,
        'gen_ai.usage.cache_read_input_tokens': 32,
        'llm.usage.total_tokens': 69,
        'llm.usage.reasoning_tokens': 5,
        'traceloop.association.properties.user_id': 'u-1',
        'traceloop.association.properties.chat_id': 's-1',
        'traceloop.association.properties.plan': 'pro',
      }),
    );
    expect(found['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
            { type: 'input_audio', name: 'input_audio', input_audio: { data: 'QQ==', format: 'wav' } },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [CALL('Oslo', 'c1'), CALL('Rome', 'c2')] },
        { role: 'tool', content: 'sunny', tool_call_id: 'c1' },
      ],
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'now', parameters: { type: 'object' } } },
      ],
      temperature: 0.2,
      stream: false,
    });
    expect(found['output'].choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: null, tool_calls: [CALL('Bonn', 'c3')] },
        finish_reason: 'tool_calls',
      },
      { index: 1, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
    expect(found['summary'].usage).toEqual({
      'gpt-4o-2026': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        reasoning_tokens: 5,
      },
    });
    expect(found).toMatchObject({ op_name: 'openai.chat', thread_id: 's-1' });
    expect(found['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      provider: 'openai',
      user: { id: 'u-1' },
      metadata: { plan: 'pro' },
    });
  });

  it.each<[string, SpanSpec, unknown]>([
    [
      'a completion',
      span({
        'llm.request.type': 'completion',
        'gen_ai.prompt.0.user': 'Once upon',
        'gen_ai.completion.0.content': 'a time',
      }),
      {
        inputs: { messages: [{ role: 'user', content: 'Once upon' }] },
        output: { choices: [{ message: { role: 'assistant', content: 'a time' } }] },
      },
    ],
    [
      'a message one level down',
      span({
        'gen_ai.prompt.0.message.role': 'user',
        'gen_ai.prompt.0.message.content': 'Hi',
        'gen_ai.completion.0.message.role': 'assistant',
        'gen_ai.completion.0.message.content': 'Yo',
      }),
      {
        inputs: { messages: [{ role: 'user', content: 'Hi' }] },
        output: { choices: [{ message: { content: 'Yo' } }] },
      },
    ],
    [
      'a function call',
      span({ 'gen_ai.completion.0.function_call.name': 'f', 'gen_ai.completion.0.function_call.arguments': '{}' }),
      { output: { choices: [{ message: { tool_calls: [{ function: { name: 'f', arguments: '{}' } }] } }] } },
    ],
    [
      'an embedding',
      span({ 'llm.request.type': 'embedding', 'gen_ai.prompt.0.content': 'sun', 'gen_ai.usage.prompt_tokens': 6 }),
      {
        inputs: { model: 'gpt-4o', texts: ['sun'] },
        output: { usage: { prompt_tokens: 6 } },
        attributes: { kind: 'embedding' },
      },
    ],
    [
      'a reranking, whose documents are prompts',
      span({
        'llm.request.type': 'rerank',
        'gen_ai.prompt.0.role': 'system',
        'gen_ai.prompt.0.content': 'Oslo',
        'gen_ai.prompt.1.role': 'user',
        'gen_ai.prompt.1.content': 'sun',
        'gen_ai.completion.0.content': 'Doc 0, Score: 0.9',
      }),
      {
        inputs: { messages: [{ content: 'Oslo' }, { content: 'sun' }] },
        output: { choices: [{ message: { content: 'Doc 0, Score: 0.9' } }] },
        attributes: { kind: 'reranker' },
      },
    ],
    [
      'a reranking, whose documents are attributes',
      span({
        'llm.request.type': 'rerank',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.user': 'Where is it warm?',
        'documents.0.index': 'Oslo is cold',
        'documents.1.index': 'Rome is warm',
        'gen_ai.completion.0.relevanceScore': 0.2,
        'gen_ai.completion.1.relevanceScore': 0.8,
      }),
      {
        inputs: { query: 'Where is it warm?', documents: ['Oslo is cold', 'Rome is warm'] },
        output: [{ relevanceScore: 0.2 }, { relevanceScore: 0.8 }],
        attributes: { kind: 'reranker' },
      },
    ],
    [
      'parallel calls without ids',
      span({
        'gen_ai.completion.0.content': '',
        'gen_ai.completion.0.tool_calls.0.name': 'f',
        'gen_ai.completion.0.tool_calls.0.arguments': J({ a: 1 }),
        'gen_ai.completion.0.tool_calls.1.name': 'f',
        'gen_ai.completion.0.tool_calls.1.arguments': J({ a: 2 }),
      }),
      {
        output: {
          choices: [
            {
              message: {
                tool_calls: [{ function: { arguments: J({ a: 1 }) } }, { function: { arguments: J({ a: 2 }) } }],
              },
            },
          ],
        },
      },
    ],
    [
      'a function that was called with nothing',
      span({ 'traceloop.span.kind': 'workflow', 'traceloop.entity.input': J({ args: [], kwargs: {} }) }),
      { inputs: {} },
    ],
  ])('shows %s', (_, spec, expected) => {
    expect(mapOne(spec)).toMatchObject(expected as Record<string, unknown>);
  });

  it.each([
    ['opentelemetry.instrumentation.anthropic', 57],
    ['opentelemetry.instrumentation.bedrock', 89],
  ])('counts the input of %s as %d tokens', (scope, tokens) => {
    const found = mapOne({
      ...span({
        'gen_ai.usage.prompt_tokens': 57,
        'gen_ai.usage.completion_tokens': 12,
        'gen_ai.usage.cache_read_input_tokens': 32,
      }),
      scope,
    });
    expect(found['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: tokens, cache_read_input_tokens: 32 });
  });

  it('tells of a failure by its status', () => {
    expect(mapOne(span({}, { status: { code: 2, message: '429' } }))['exception']).toBe('429');
  });
});

describe('OpenLLMetry since then', () => {
  it('has GenAI messages, with refusals', () => {
    const found = mapOne({
      name: 'openai.chat',
      scope: 'opentelemetry.instrumentation.openai.v1',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.is_streaming': true,
        'openai.request.service_tier': 'flex',
        'gen_ai.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }]),
        'gen_ai.output.messages': J([
          { role: 'assistant', parts: [{ type: 'refusal', content: 'No.' }], finish_reason: 'content_filter' },
        ]),
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'gen_ai.usage.total_tokens': 69,
        'gen_ai.usage.reasoning_tokens': 5,
        'gen_ai.conversation.id': 't-1',
        'gen_ai.user': 'u-1',
      },
    });
    expect(found['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      service_tier: 'flex',
    });
    expect(found['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: null, refusal: 'No.' }, finish_reason: 'content_filter' },
    ]);
    expect(found['summary'].usage['gpt-4o']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      reasoning_tokens: 5,
    });
    expect(found).toMatchObject({ thread_id: 't-1', attributes: { kind: 'llm', user: { id: 'u-1' } } });
  });
});

describe("Traceloop's workflows", () => {
  const entity = (
    kind: string,
    input: unknown,
    output: unknown,
    attributes: Readonly<Record<string, unknown>> = {},
  ): SpanSpec => ({
    name: `search.${kind}`,
    scope: 'traceloop.tracer',
    attributes: {
      'traceloop.span.kind': kind,
      'traceloop.entity.name': 'search',
      'traceloop.entity.input': J(input),
      'traceloop.entity.output': J(output),
      ...attributes,
    },
  });

  it.each<[string, SpanSpec, unknown]>([
    [
      'both kinds of arguments',
      entity('workflow', { args: ['Oslo'], kwargs: { days: 3 } }, { sky: 'sunny' }),
      { inputs: { args: ['Oslo'], kwargs: { days: 3 } }, output: { sky: 'sunny' }, attributes: { kind: 'workflow' } },
    ],
    [
      'one argument',
      entity('tool', { args: [{ city: 'Oslo' }], kwargs: {} }, 'sunny'),
      { op_name: 'search', inputs: { city: 'Oslo' }, output: 'sunny', attributes: { kind: 'tool' } },
    ],
    [
      'arguments that happen to be called so',
      entity('tool', { command: 'ls', args: ['-l'] }, ''),
      { inputs: { command: 'ls', args: ['-l'] } },
    ],
    [
      'arguments one of which names a tool',
      entity('tool', { tool_name: 'hammer', arguments: ['a'], days: 2 }, ''),
      { inputs: { tool_name: 'hammer', arguments: ['a'], days: 2 } },
    ],
    [
      'arguments that are called like those of a callback',
      entity('tool', { query: 'q', limit: 5, tags: ['a'], kwargs: {} }, ''),
      { inputs: { query: 'q', limit: 5, tags: ['a'], kwargs: {} } },
    ],
    [
      'named arguments',
      entity('agent', { args: [], kwargs: { question: 'Weather?' } }, 'Sunny.'),
      { inputs: { question: 'Weather?' }, output: 'Sunny.', attributes: { kind: 'agent' } },
    ],
    [
      "a conversation in LangChain's wrapping",
      entity(
        'task',
        { inputs: { messages: [{ role: 'user', content: 'Hi' }] }, tags: [], kwargs: {} },
        { outputs: { output: 'Yo' }, kwargs: {} },
      ),
      {
        inputs: { messages: [{ role: 'user', content: 'Hi' }] },
        output: { choices: [{ message: { role: 'assistant', content: 'Yo' } }] },
        attributes: { kind: 'task' },
      },
    ],
    [
      'the keys of tasks',
      {
        attributes: {
          'traceloop.span.kind': 'task',
          'gen_ai.task.input': J({ a: 1 }),
          'gen_ai.task.output': J({ b: 2 }),
        },
      },
      { inputs: { a: 1 }, output: { b: 2 } },
    ],
    [
      'documents',
      {
        attributes: {
          'gen_ai.operation.name': 'vector_db_retrieve',
          'traceloop.entity.input': J({ inputs: 'sun' }),
          'traceloop.entity.output': J({ outputs: [{ page_content: 'Oslo' }] }),
        },
      },
      { inputs: { query: 'sun' }, output: [{ page_content: 'Oslo' }], attributes: { kind: 'retriever' } },
    ],
  ])('show %s', (_, spec, expected) => {
    expect(mapOne(spec)).toMatchObject(expected as Record<string, unknown>);
  });

  it('keep an input that the SDK has cut', () => {
    const found = mapOne({
      attributes: {
        'traceloop.span.kind': 'tool',
        'traceloop.entity.name': 'f',
        'traceloop.entity.input': '{"args": [{"city": "Os',
      },
    });
    expect(found['inputs']).toEqual({ value: '{"args": [{"city": "Os' });
  });
});

describe('OpenLLMetry on frameworks of Python', () => {
  const TOLD = { tags: ['beta'], metadata: { plan: 'pro' }, kwargs: { color: 'green', name: 'R' } };

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'a tool of LangChain',
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'weather',
        'gen_ai.tool.call.arguments': J({ input_str: "{'city': 'Oslo'}", inputs: { city: 'Oslo' }, ...TOLD }),
        'gen_ai.tool.call.result': J({
          output: { lc: 1, type: 'constructor', id: ['ToolMessage'], kwargs: { content: '{"sky":"sunny"}' } },
          kwargs: { color: 'green' },
        }),
      },
      { inputs: { city: 'Oslo' }, output: { sky: 'sunny' }, attributes: { kind: 'tool' } },
    ],
    [
      'a retriever of LangChain',
      {
        'gen_ai.operation.name': 'vector_db_retrieve',
        'traceloop.entity.input': J({ query: 'sunny?', ...TOLD }),
        'traceloop.entity.output': J({ documents: [{ page_content: 'Oslo' }], count: 1 }),
      },
      { inputs: { query: 'sunny?' }, output: [{ page_content: 'Oslo' }], attributes: { kind: 'retriever' } },
    ],
    [
      'a tool of LlamaIndex, which says that it is a task',
      {
        'traceloop.span.kind': 'task',
        'traceloop.entity.name': 'FunctionTool',
        'traceloop.entity.input': J({ args: [], kwargs: { city: 'Oslo' } }),
        'traceloop.entity.output': J({
          blocks: [{ text: 'sunny' }],
          tool_name: 'weather',
          raw_output: { sky: 'sunny' },
          is_error: false,
        }),
      },
      {
        display_name: 'FunctionTool',
        inputs: { city: 'Oslo' },
        output: { sky: 'sunny' },
        attributes: { kind: 'tool' },
      },
    ],
  ])('reads %s', (_what, attributes, expected) => {
    const call = mapOne({ scope: 'opentelemetry.instrumentation.langchain', attributes });
    expect(call).toMatchObject(expected);
    expect(call['exception']).toBeUndefined();
  });

  it('knows a framework from a provider', () => {
    const call = mapOne({
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.provider.name': 'langgraph' },
    });
    expect(call['attributes'].provider).toBeUndefined();
  });

  it('reads a streamed answer of whose speaker it knows nothing, when it began, and thoughts that came as a list', () => {
    const parts = [
      { type: 'reasoning', content: J([{ text: 'Oslo it is.', type: 'summary_text' }]) },
      { type: 'text', content: 'Sunny.' },
    ];
    const call = mapOne({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.output.messages': J([{ role: 'unknown', parts, finish_reason: 'stop' }]),
      },
      events: [{ name: 'gen_ai.content.completion.chunk' }, { name: 'gen_ai.content.completion.chunk' }],
    });
    expect(call['output'].choices[0].message).toEqual({
      role: 'assistant',
      content: 'Sunny.',
      reasoning_content: 'Oslo it is.',
    });
    expect(call['attributes'].time_to_first_token_ms).toBeCloseTo(376.543, 3);
  });
});
