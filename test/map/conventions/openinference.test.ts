import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const span = (kind: string, attributes: Readonly<Record<string, unknown>>, more: SpanSpec = {}): SpanSpec => ({
  name: 'ChatCompletion',
  scope: 'openinference.instrumentation.openai',
  attributes: { 'openinference.span.kind': kind, ...attributes },
  ...more,
});
const flat = (prefix: string, members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`${prefix}.${name}`, value]));
const said = (at: number, members: Readonly<Record<string, unknown>>) =>
  flat(`llm.input_messages.${at}.message`, members);
const answer = (at: number, members: Readonly<Record<string, unknown>>) =>
  flat(`llm.output_messages.${at}.message`, members);
const call = (at: number, city: string, id: string) =>
  flat(`tool_calls.${at}.tool_call`, { id, 'function.name': 'get_weather', 'function.arguments': J({ city }) });
const CALL = (city: string, id: string) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: J({ city }) },
});

describe('OpenInference', () => {
  const LLM = {
    'llm.system': 'openai',
    'llm.provider': 'azure',
    'llm.model_name': 'gpt-4o-2026',
    'llm.request.model_name': 'gpt-4o',
    'llm.invocation_parameters': J({ model: 'gpt-4o', temperature: 0.2, stop: ['END'] }),
    'input.value': J({ messages: [] }),
    'input.mime_type': 'application/json',
    'output.value': J({ id: 'chatcmpl-1', choices: [{ finish_reason: 'tool_calls' }] }),
    ...said(0, { role: 'system', content: 'Be short.' }),
    ...said(1, {
      role: 'user',
      'contents.0.message_content.type': 'text',
      'contents.0.message_content.text': 'Weather?',
      'contents.1.message_content.type': 'image',
      'contents.1.message_content.image.image.url': 'data:image/png;base64,QQ==',
      'contents.2.message_content.type': 'audio',
      'contents.2.message_content.audio.audio.url': 'https://x.test/a.wav',
      'contents.2.message_content.audio.audio.mime_type': 'audio/wav',
    }),
    ...said(2, { role: 'assistant', ...call(0, 'Oslo', 'c1'), ...call(1, 'Rome', 'c2') }),
    // a gap: what was between them was dropped
    ...said(5, { role: 'tool', tool_call_id: 'c1', content: 'sunny' }),
    ...said(6, { role: 'tool', tool_call_id: 'c2', content: 'rain' }),
    ...answer(0, {
      role: 'assistant',
      ...call(0, 'Bonn', 'c3'),
      'contents.0.message_content.type': 'reasoning',
      'contents.0.message_content.text': 'hm',
    }),
    'llm.tools.0.tool.json_schema': J({ type: 'function', function: { name: 'get_weather', parameters: {} } }),
    'llm.token_count.prompt': 57,
    'llm.token_count.completion': 12,
    'llm.token_count.total': 69,
    'llm.token_count.prompt_details.cache_read': 32,
    'llm.token_count.prompt_details.audio': 3,
    'llm.token_count.completion_details.reasoning': 5,
    'llm.cost.total': 0.0012,
    'session.id': 's-1',
    'user.id': 'u-1',
    metadata: J({ plan: 'pro' }),
    'tag.tags': ['a', 'b'],
    'llm.prompt_template.template': 'Weather in {city}?',
    'llm.prompt_template.variables': J({ city: 'Oslo' }),
    'llm.prompt_template.version': 'v1',
  };

  it('is put together again from its flattened keys', () => {
    const found = mapOne(span('LLM', LLM));
    expect(found['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } },
            { type: 'file', name: 'file', file: { file_data: 'https://x.test/a.wav', mime_type: 'audio/wav' } },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [CALL('Oslo', 'c1'), CALL('Rome', 'c2')] },
        { role: 'tool', content: 'sunny', tool_call_id: 'c1' },
        { role: 'tool', content: 'rain', tool_call_id: 'c2' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: {} } }],
      temperature: 0.2,
      stop: ['END'],
    });
    expect(found['output']).toMatchObject({ id: 'chatcmpl-1', model: 'gpt-4o-2026' });
    expect(found['output'].choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: null, tool_calls: [CALL('Bonn', 'c3')], reasoning_content: 'hm' },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(found['summary'].usage).toEqual({
      'gpt-4o-2026': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        reasoning_tokens: 5,
        audio_input_tokens: 3,
      },
    });
    expect(found).toMatchObject({ op_name: 'ChatCompletion', thread_id: 's-1' });
    expect(found['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      provider: 'azure.ai.openai',
      user: { id: 'u-1' },
      tags: ['a', 'b'],
      metadata: { plan: 'pro' },
      cost_usd: 0.0012,
      prompt: { version: 'v1', template: 'Weather in {city}?', variables: { city: 'Oslo' } },
    });
  });

  it.each([
    [
      'the response has as many choices',
      { 'output.value': J({ choices: [{ finish_reason: 'stop' }, { finish_reason: 'length' }] }) },
      ['stop', 'length'],
    ],
    ['the request has asked for as many', { 'llm.invocation_parameters': J({ n: 2 }) }, [null, null]],
  ])('takes several output messages for alternatives where %s', (_, more, reasons) => {
    const found = mapOne(span('LLM', { ...answer(0, { content: 'A' }), ...answer(1, { content: 'B' }), ...more }));
    expect(found['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'A' }, finish_reason: reasons[0] },
      { index: 1, message: { role: 'assistant', content: 'B' }, finish_reason: reasons[1] },
    ]);
  });

  it('finds the alternatives that nobody has flattened, and what ended them, in the response', () => {
    const said = (content: string, index: number) => ({
      index,
      message: { role: 'assistant', content },
      finish_reason: 'stop',
    });
    const response = { id: 'r', model: 'm', choices: [said('A', 0), said('B', 1)] };
    const found = mapOne(span('LLM', { ...answer(0, { content: 'A' }), 'output.value': J(response) }));
    expect(found['output'].choices).toEqual([said('A', 0), said('B', 1)]);
  });

  it.each([
    [{ status: 'completed' }, 'stop'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'in_progress' }, null],
    [{ status: 'completed', call: true }, 'tool_calls'],
  ])('tells why one of the Responses ended: %j', ({ call, ...body }: Record<string, unknown>, reason) => {
    const item = call
      ? { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
      : { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yo' }] };
    const found = mapOne(span('LLM', { 'output.value': J({ id: 'r', model: 'm', output: [item], ...body }) }));
    expect(found['output'].choices[0].finish_reason).toBe(reason);
  });

  it('names a model of Bedrock by its whole id, which the request has', () => {
    const request = { modelId: 'anthropic.claude-5-v1:0', messages: [{ role: 'user', content: [{ text: 'Hi' }] }] };
    const found = mapOne(
      span('LLM', {
        'llm.model_name': 'claude-5',
        'input.value': J({ ...request, inferenceConfig: { maxTokens: 50 }, toolConfig: { tools: [] } }),
        'llm.token_count.prompt': 20,
        'llm.token_count.completion': 12,
      }),
    );
    expect(Object.keys(found['summary'].usage)).toEqual(['anthropic.claude-5-v1:0']);
    expect(found['inputs']).toMatchObject({ model: 'anthropic.claude-5-v1:0', max_tokens: 50 });
    expect(found['inputs']).not.toHaveProperty('toolConfig');
  });

  it('takes them for one answer in pieces elsewhere', () => {
    const found = mapOne(
      span('LLM', {
        'llm.invocation_parameters': J({ n: 1 }),
        ...answer(0, { content: 'A' }),
        ...answer(1, { content: 'B' }),
      }),
    );
    expect(found['output'].choices).toHaveLength(1);
    expect(found['output'].choices[0].message.content).toBe('AB');
  });

  it('reads model and tokens out of a response that nobody has taken apart', () => {
    const usage = { input_tokens: 20, output_tokens: 12, cache_read_input_tokens: 32, cache_creation_input_tokens: 5 };
    const found = mapOne(
      span('LLM', {
        'input.value': 'Hi',
        'output.value': J({
          id: 'm1',
          model: 'claude-5',
          role: 'assistant',
          content: [{ type: 'text', text: 'Yo' }],
          stop_reason: 'end_turn',
          usage,
        }),
      }),
    );
    expect(found['summary'].usage['claude-5']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
    });
    expect(found['output'].choices[0]).toMatchObject({ message: { content: 'Yo' }, finish_reason: 'stop' });
  });

  it('reads parameters and tools out of a request that nobody has taken apart', () => {
    const request = { model: 'gpt-4o', input: 'Hi', temperature: 0.2, tools: [{ type: 'web_search' }] };
    const found = mapOne(span('LLM', { 'llm.model_name': 'gpt-4o', 'input.value': J(request) }));
    expect(found['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ type: 'web_search' }],
      temperature: 0.2,
    });
  });

  it('reads parameters under keys of their own', () => {
    const found = mapOne(span('LLM', { 'llm.invocation_parameters.temperature': 0.2 }));
    expect(found['inputs']).toMatchObject({ temperature: 0.2 });
  });

  it('adds the cached tokens that Bedrock leaves out', () => {
    const attributes = {
      'llm.model_name': 'claude',
      'llm.token_count.prompt': 20,
      'llm.token_count.completion': 12,
      'llm.token_count.prompt_details.cache_read': 15,
    };
    const found = mapOne({ ...span('LLM', attributes), scope: '@arizeai/openinference-instrumentation-bedrock' });
    expect(found['summary'].usage['claude'].input_tokens).toBe(35);
  });

  it.each<[string, SpanSpec, unknown]>([
    [
      'completions',
      span('LLM', {
        'llm.prompts.0.prompt.text': 'Once',
        'llm.choices.0.completion.text': 'A',
        'llm.choices.1.completion.text': 'B',
      }),
      {
        inputs: { messages: [{ role: 'user', content: 'Once' }] },
        output: {
          choices: [
            { index: 0, message: { content: 'A' } },
            { index: 1, message: { content: 'B' } },
          ],
        },
      },
    ],
    [
      'the function call of old',
      span('LLM', answer(0, { function_call_name: 'f', function_call_arguments_json: '{}' })),
      { output: { choices: [{ message: { tool_calls: [{ id: 'f', function: { name: 'f', arguments: '{}' } }] } }] } },
    ],
    [
      'a retriever',
      span('RETRIEVER', {
        'input.value': 'sun',
        ...flat('retrieval.documents.0.document', {
          id: 'd1',
          content: 'Oslo',
          score: 0.9,
          metadata: J({ from: 'web' }),
        }),
      }),
      {
        inputs: { query: 'sun' },
        output: [{ id: 'd1', content: 'Oslo', score: 0.9, metadata: { from: 'web' } }],
        attributes: { kind: 'retriever' },
      },
    ],
    [
      'an embedding',
      span('EMBEDDING', {
        'embedding.model_name': 'te3',
        'embedding.invocation_parameters': J({ encoding_format: 'float' }),
        ...flat('embedding.embeddings.0.embedding', { text: 'sun', vector: [0, 1] }),
        'llm.token_count.prompt': 6,
      }),
      {
        inputs: { model: 'te3', texts: ['sun'], encoding_format: 'float' },
        output: { dimensions: 2 },
        summary: { usage: { te3: { input_tokens: 6 } } },
      },
    ],
    [
      'a reranker',
      span('RERANKER', {
        'reranker.query': 'sun',
        'reranker.top_k': 1,
        ...flat('reranker.input_documents', { '0.document.content': 'Rome', '1.document.content': 'Oslo' }),
        'reranker.output_documents.0.document.content': 'Oslo',
      }),
      {
        inputs: { query: 'sun', documents: [{ content: 'Rome' }, { content: 'Oslo' }], top_k: 1 },
        output: [{ content: 'Oslo' }],
        attributes: { kind: 'reranker' },
      },
    ],
    [
      'a tool with the schema of its arguments',
      span('TOOL', {
        'tool.name': 'f',
        'tool.id': 'c1',
        'tool.parameters': J({ type: 'object', properties: {} }),
        'input.value': J({ a: 1 }),
        'output.value': 'done',
      }),
      { op_name: 'f', inputs: { a: 1 }, output: 'done', attributes: { kind: 'tool', tool: { call_id: 'c1' } } },
    ],
    [
      'a tool with its arguments there',
      span('TOOL', { 'tool.name': 'f', 'tool.parameters': J({ a: 1 }) }),
      { inputs: { a: 1 } },
    ],
    [
      'an agent',
      span('AGENT', { 'agent.name': 'trip-bot', 'input.value': 'Hi', 'output.value': 'Yo' }),
      {
        display_name: 'trip-bot',
        inputs: { messages: [{ role: 'user', content: 'Hi' }] },
        output: { choices: [{ message: { content: 'Yo' } }] },
      },
    ],
    [
      'an evaluator',
      span('EVALUATOR', flat('annotations.0.annotation', { name: 'rel', score: 0.4, label: 'bad' })),
      { attributes: { kind: 'evaluator', evaluations: [{ name: 'rel', score: 0.4, label: 'bad' }] } },
    ],
    ['a kind in small letters', span('llm', { 'input.value': 'Hi' }), { attributes: { kind: 'llm' } }],
    [
      'a model call that says no kind',
      { attributes: { 'llm.model_name': 'm', ...said(0, { role: 'user', content: 'Hi' }) } },
      { inputs: { model: 'm' }, attributes: { kind: 'llm' } },
    ],
    [
      'documents that say no kind',
      { attributes: { 'input.value': 'sun', 'retrieval.documents.0.document.content': 'Oslo' } },
      { inputs: { query: 'sun' }, attributes: { kind: 'retriever' } },
    ],
  ])('shows %s', (_, spec, expected) => {
    expect(mapOne(spec)).toMatchObject(expected as Record<string, unknown>);
  });

  it('tells of a failure by status or, with nothing else to show, by the exception that was thrown', () => {
    const events = [
      { name: 'exception', attributes: { 'exception.type': 'RateLimitError', 'exception.message': 'slow down' } },
    ];
    expect(mapOne(span('LLM', {}, { status: { code: 2, message: 'RateLimitError' } }))['exception']).toBe(
      'RateLimitError',
    );
    expect(mapOne(span('LLM', {}, { events }))['exception']).toBe('RateLimitError: slow down');
    expect(mapOne(span('LLM', { 'output.value': 'Yo' }, { events }))['exception']).toBeUndefined();
  });

  it("takes what CrewAI's crew was given for what went in", () => {
    const call = mapOne(span('CHAIN', { crew_inputs: J({ topic: 'tea' }), 'output.value': 'Report' }));
    expect(call).toMatchObject({ inputs: { topic: 'tea' }, output: 'Report' });
  });
});

describe('OpenInference on frameworks of Python', () => {
  const tool = (input: unknown, output: unknown) =>
    mapOne({
      name: 'FunctionTool.acall',
      attributes: {
        'openinference.span.kind': 'TOOL',
        'tool.name': 'weather',
        'input.value': J(input),
        'output.value': J(output),
      },
    });
  const returned = { blocks: [{ text: 'told' }], tool_name: 'weather', raw_input: {}, raw_output: { sky: 'sunny' } };

  it.each<[string, unknown, unknown, unknown]>([
    ['LlamaIndex', { kwargs: { city: 'Oslo' } }, { ...returned, is_error: false }, { sky: 'sunny' }],
    ['smolagents', { args: [], kwargs: { city: 'Oslo' }, sanitize_inputs_outputs: true }, 'sunny', 'sunny'],
    [
      'LangChain',
      { city: 'Oslo' },
      { type: 'tool', data: { content: '{"sky":"sunny"}', tool_call_id: 'c1', status: 'success' } },
      { sky: 'sunny' },
    ],
  ])('reads a tool of %s: what it was called with, and what it returned', (_whose, input, output, result) => {
    const call = tool(input, output);
    expect([call['inputs'], call['output']]).toEqual([{ city: 'Oslo' }, result]);
    expect(call['exception']).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['LlamaIndex', { ...returned, raw_output: 'no weather today', is_error: true }],
    ['LangGraph', { type: 'tool', data: { content: 'no weather today', tool_call_id: 'c1', status: 'error' } }],
  ])('tells that a tool failed which %s caught', (_whose, output) => {
    expect(tool({ city: 'Oslo' }, output)['exception']).toBe('no weather today');
  });

  it('tells when a streamed answer began, and who spoke in the words of smolagents', () => {
    const call = mapOne({
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-4o',
        'llm.input_messages.0.message.role': 'tool-call',
        'llm.input_messages.0.message.content': 'Calling tools',
        'llm.input_messages.1.message.role': 'tool-response',
        'llm.input_messages.1.message.content': 'Observation: sunny',
      },
      events: [{ name: 'First Token Stream Event' }],
    });
    expect(call['inputs'].messages.map(({ role }: { role: string }) => role)).toEqual(['assistant', 'user']);
    expect(call['attributes'].time_to_first_token_ms).toBeCloseTo(376.543, 3);
  });
});
