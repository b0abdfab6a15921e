import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const run = (kind: string, attributes: Readonly<Record<string, unknown>>, more = {}) =>
  mapOne({
    name: 'ChatOpenAI',
    scope: 'langsmith',
    status: { code: 1 },
    attributes: { 'langsmith.span.kind': kind, 'langsmith.trace.name': 'my run', ...attributes },
    ...more,
  });

describe('LangSmith', () => {
  it('reads the request of a call that was made with options beside it', () => {
    const request = {
      model: 'gpt-4o',
      temperature: 0.2,
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: {} } }],
      messages: [{ role: 'user', content: 'Weather?' }],
    };
    const of = (prompt: unknown) => run('llm', { 'gen_ai.prompt': J(prompt) })['inputs'];
    expect(of({ args: [request, { timeout: 80 }] })).toEqual(request);
    expect(of({ args: [request, null] })).toEqual(request);
    expect(of({ args: [request], more: 1 }).messages[0].content).toContain('"args"');
  });

  it('reads whole request and response bodies', () => {
    const call = run('llm', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2026-06-01',
      'gen_ai.prompt': J({
        model: 'gpt-4o',
        instructions: 'Be short.',
        input: [{ role: 'user', content: 'Weather?' }],
        tools: [{ type: 'function', name: 'get_weather', parameters: {} }],
        temperature: 0.2,
      }),
      'gen_ai.completion': J({
        id: 'resp_1',
        model: 'gpt-4o-2026-06-01',
        output: [{ type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo"}' }],
      }),
      'gen_ai.response.finish_reasons': 'tool_calls',
      'langsmith.usage_metadata': J({
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        input_token_details: { cache_read: 32, audio: 0 },
        output_token_details: { reasoning: 5 },
        total_cost: 0.5,
      }),
      'langsmith.span.tags': 'a, b',
      'langsmith.metadata.session_id': 's-1',
      'langsmith.metadata.user_id': 'u-1',
      'langsmith.metadata.plan': 'pro',
      'langsmith.trace.session_name': 'default',
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Weather?' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: {} } }],
      temperature: 0.2,
    });
    expect(call['output']).toMatchObject({ id: 'resp_1', model: 'gpt-4o-2026-06-01' });
    expect(call['output'].choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toEqual({
      input_tokens: 57,
      output_tokens: 12,
      total_tokens: 69,
      requests: 1,
      cache_read_input_tokens: 32,
      reasoning_tokens: 5,
    });
    expect(call).toMatchObject({ display_name: 'my run', thread_id: 's-1' });
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      provider: 'openai',
      tags: ['a', 'b'],
      user: { id: 'u-1' },
      metadata: { plan: 'pro' },
      cost_usd: 0.5,
      langsmith: { trace: { session_name: 'default' } },
    });
  });

  it('reads the token details that stand beside the counts', () => {
    const call = run('llm', {
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 57,
      'gen_ai.usage.output_tokens': 12,
      'gen_ai.usage.input_token_details': J({ cache_read: 32, cache_creation: 5 }),
      'gen_ai.usage.output_token_details': J({ reasoning: 5 }),
    });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({
      input_tokens: 57,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
      reasoning_tokens: 5,
    });
  });

  it('takes an exception event for a failure, whatever the status', () => {
    const events = [
      { name: 'exception', attributes: { 'exception.type': 'Error', 'exception.message': '400 no such model' } },
    ];
    const call = run('llm', { 'gen_ai.request.model': 'boom' }, { events });
    expect(call['exception']).toBe('Error: 400 no such model');
    expect(call['summary'].status_counts.error).toBe(1);
  });

  it.each([
    [
      'tool',
      { city: 'Oslo' },
      { sky: 'sunny' },
      'tool',
      { inputs: { city: 'Oslo' }, output: { sky: 'sunny' }, op_name: 'my run' },
    ],
    ['chain', { input: 'Oslo' }, { outputs: 'done' }, 'chain', { inputs: { input: 'Oslo' }, output: 'done' }],
    ['parser', 'x', { outputs: 'y' }, 'chain', { inputs: { value: 'x' }, output: 'y' }],
    [
      'retriever',
      { query: 'sun' },
      { documents: [{ page_content: 'Oslo' }] },
      'retriever',
      { inputs: { query: 'sun' }, output: [{ page_content: 'Oslo' }] },
    ],
    ['embedding', { input: ['a'] }, {}, 'embedding', { inputs: { texts: ['a'] } }],
  ])('shows a %s run as such', (kind, input, output, expectedKind, expected) => {
    const operation = kind === 'retriever' ? 'embeddings' : 'chain'; // what the SDK makes of its run types
    const call = run(kind, {
      'gen_ai.operation.name': operation,
      'gen_ai.system': 'langchain',
      'gen_ai.prompt': typeof input === 'string' ? input : J(input),
      'gen_ai.completion': J(output),
    });
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(expectedKind);
    expect(call['attributes'].provider).toBeUndefined(); // `langchain` provides no model
  });

  it("finds a model's settings among the metadata where LangChain has told them", () => {
    const attributes = {
      'langsmith.span.kind': 'llm',
      'langsmith.metadata.ls_temperature': '0.2',
      'langsmith.metadata.ls_max_tokens': '200',
    };
    expect(mapOne({ attributes })['attributes'].model_parameters).toEqual({ temperature: 0.2, max_tokens: 200 });
    const told = mapOne({ attributes: { ...attributes, 'gen_ai.request.top_p': 0.9 } });
    expect(told['attributes'].model_parameters).toEqual({ top_p: 0.9 });
  });
});
