import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const TOOL = { type: 'function', name: 'get_weather', description: 'now', parameters: { type: 'object' } };

/** What every span of an app's call says in versions 4 to 6; version 3 has no `ai.operationId` in its first releases. */
const span = (operation: string, attributes: Readonly<Record<string, unknown>>, more: SpanSpec = {}): SpanSpec => ({
  name: operation,
  scope: 'ai',
  attributes: {
    'operation.name': `${operation} trip-bot`,
    'resource.name': 'trip-bot',
    'ai.operationId': operation,
    'ai.telemetry.functionId': 'trip-bot',
    'ai.telemetry.metadata.userId': 'u-17',
    'ai.telemetry.metadata.sessionId': 's-9',
    'ai.telemetry.metadata.tags': ['beta'],
    'ai.model.provider': 'openai.chat',
    'ai.model.id': 'gpt-4o-mini',
    ...attributes,
  },
  ...more,
});
const usageOf = (spec: SpanSpec) => Object.values(mapOne(spec)['summary'].usage ?? {})[0];

const CALL = (city: string, id: string) => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: J({ city }) },
});

describe('Vercel AI SDK 3', () => {
  const attributes = {
    'ai.prompt.format': 'prompt',
    'ai.prompt.messages': J([{ role: 'user', content: [{ type: 'text', text: 'Weather?' }] }]),
    'ai.result.text': 'Wait.',
    'ai.result.toolCalls': J([{ toolCallId: 'c1', toolName: 'get_weather', args: J({ city: 'Oslo' }) }]),
    'gen_ai.finishReason': 'tool-calls',
    'gen_ai.usage.prompt_tokens': 61,
    'gen_ai.usage.completion_tokens': 9,
    'ai.stream.msToFirstChunk': 120.5,
  };

  it('is read with its results, its finish reason and its tokens', () => {
    const call = mapOne(span('ai.streamText.doStream', attributes));
    expect(call['inputs']).toEqual({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Weather?' }] });
    expect(call['output'].choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'Wait.', tool_calls: [CALL('Oslo', 'c1')] },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(call['summary'].usage).toEqual({
      'gpt-4o-mini': { input_tokens: 61, output_tokens: 9, total_tokens: 70, requests: 1 },
    });
    expect(call['attributes']).toMatchObject({ kind: 'llm', provider: 'openai', time_to_first_token_ms: 120.5 });
    expect(call['thread_id']).toBe('s-9');
  });

  it('is known by the name of the operation alone', () => {
    const { 'ai.operationId': _, ...old } = span('ai.streamText.doStream', attributes).attributes ?? {};
    const call = mapOne({ name: 'x', scope: 'ai', attributes: old });
    expect(call['op_name']).toBe('ai.streamText.doStream');
    // the sender's `operation.name` must not make an object of it
    expect(call['attributes']).toMatchObject({ kind: 'llm', operation: 'ai.streamText.doStream' });
  });

  it('has an object for an answer', () => {
    const call = mapOne(
      span('ai.generateObject', { 'ai.prompt': J({ prompt: 'Weather?' }), 'ai.result.object': J({ sky: 'sunny' }) }),
    );
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices[0].message.content).toBe('{"sky":"sunny"}');
    expect(call['attributes'].kind).toBe('chain');
  });

  it('has a failure by its status', () => {
    expect(
      mapOne(span('ai.streamText.doStream', {}, { status: { code: 2, message: '401 no key' } }))['exception'],
    ).toBe('401 no key');
  });
});

describe('Vercel AI SDK 4', () => {
  const step = span('ai.generateText.doGenerate', {
    'ai.prompt.messages': J([
      { role: 'system', content: 'Be short.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather?' },
          { type: 'image', image: { 0: 137, 1: 80 }, mimeType: 'image/png' },
          { type: 'file', data: 'QQ==', mimeType: 'application/pdf', filename: 'a.pdf' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 'c1', toolName: 'get_weather', args: { city: 'Oslo' } },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'get_weather', args: { city: 'Rome' } },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'c1', toolName: 'get_weather', result: { sky: 'sunny' } },
          { type: 'tool-result', toolCallId: 'c2', toolName: 'get_weather', result: 'rain' },
        ],
      },
    ]),
    'ai.prompt.tools': [J(TOOL), J({ type: 'provider-defined', id: 'openai.web_search', name: 'web', args: {} })],
    'ai.prompt.toolChoice': J({ type: 'auto' }),
    'ai.response.text': 'Sunny.',
    'ai.response.finishReason': 'stop',
    'ai.response.id': 'r1',
    'ai.response.model': 'gpt-4o-mini-2024-07-18',
    'ai.response.providerMetadata': J({ openai: { cachedPromptTokens: 32, reasoningTokens: 5 } }),
    'gen_ai.system': 'openai.chat',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.request.temperature': 0.2,
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 61,
    'gen_ai.usage.output_tokens': 9,
  });

  it('is read with parts, parallel tool calls, tools of both kinds and parameters of both namespaces', () => {
    const call = mapOne(step);
    expect(call['inputs']).toEqual({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Be short.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVA=' } },
            {
              type: 'file',
              name: 'a.pdf',
              file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QQ==', mime_type: 'application/pdf' },
            },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [CALL('Oslo', 'c1'), CALL('Rome', 'c2')] },
        { role: 'tool', content: '{"sky":"sunny"}', name: 'get_weather', tool_call_id: 'c1' },
        { role: 'tool', content: 'rain', name: 'get_weather', tool_call_id: 'c2' },
      ],
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'now', parameters: { type: 'object' } } },
        { type: 'provider-defined', id: 'openai.web_search', name: 'web', args: {} },
      ],
      temperature: 0.2,
      tool_choice: { type: 'auto' },
    });
    expect(call['output']).toMatchObject({
      id: 'r1',
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }],
    });
    expect(call).toMatchObject({
      op_name: 'ai.generateText.doGenerate',
      display_name: 'trip-bot: ai.generateText.doGenerate',
      thread_id: 's-9',
    });
    expect(call['attributes']).toMatchObject({
      kind: 'llm',
      weave: { kind: 'llm' },
      user: { id: 'u-17' },
      tags: ['beta'],
    });
  });

  it('counts a loop once: the steps, not the root that repeats the last of them', () => {
    const root = span(
      'ai.generateText',
      {
        'ai.prompt': J({ system: 'Be short.', messages: [{ role: 'user', content: 'Weather?' }] }),
        'ai.response.text': 'Sunny.',
        'ai.usage.promptTokens': 61,
        'ai.usage.completionTokens': 9,
        'ai.settings.maxSteps': 3,
      },
      { id: '2222222222222222' },
    );
    const [below, above] = mapSpecs({ ...step, id: '1111111111111111', parent: '2222222222222222' }, root);
    expect(below?.['summary'].usage['gpt-4o-mini-2024-07-18']).toEqual({
      input_tokens: 61,
      output_tokens: 9,
      total_tokens: 70,
      requests: 1,
      cache_read_input_tokens: 32,
      reasoning_tokens: 5,
    });
    expect(above?.['summary'].usage).toBeUndefined();
    expect(above).toMatchObject({ thread_id: 's-9', turn_id: '2222222222222222', attributes: { kind: 'agent' } });
    expect(above?.['inputs'].messages).toHaveLength(2);
  });

  it.each(['NaN', Number.NaN, -1])('takes %p for no count', (count) => {
    const spec = span('ai.streamText.doStream', {
      'ai.response.text': 'Hi',
      'gen_ai.usage.input_tokens': count,
      'gen_ai.usage.output_tokens': count,
    });
    expect(usageOf(spec)).toBeUndefined();
  });

  it("adds Anthropic's cached tokens, which are only in what the provider said", () => {
    const spec = span('ai.generateText.doGenerate', {
      'ai.model.provider': 'anthropic.messages',
      'ai.response.providerMetadata': J({ anthropic: { cacheReadInputTokens: 32, cacheCreationInputTokens: 5 } }),
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.output_tokens': 12,
    });
    expect(usageOf(spec)).toMatchObject({
      input_tokens: 57,
      total_tokens: 69,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
    });
  });

  it.each<[string, SpanSpec, unknown]>([
    [
      'a tool call',
      span('ai.toolCall', {
        'ai.toolCall.name': 'get_weather',
        'ai.toolCall.id': 'c1',
        'ai.toolCall.args': J({ city: 'Oslo' }),
        'ai.toolCall.result': J('sunny'),
      }),
      {
        op_name: 'get_weather',
        display_name: 'get_weather',
        inputs: { city: 'Oslo' },
        output: 'sunny',
        attributes: { kind: 'tool' },
      },
    ],
    [
      'an embedding',
      span('ai.embed.doEmbed', { 'ai.values': [J('sun')], 'ai.embeddings': [J([0, 1, 2])], 'ai.usage.tokens': 6 }),
      {
        inputs: { model: 'gpt-4o-mini', texts: ['sun'] },
        output: { dimensions: 3 },
        attributes: { kind: 'embedding' },
      },
    ],
    [
      'what stands around it',
      span('ai.embedMany', { 'ai.values': [J('sun'), J('rain')], 'ai.embeddings': [J([0, 1])] }),
      { inputs: { texts: ['sun', 'rain'] }, output: { dimensions: 2 }, attributes: { kind: 'chain' } },
    ],
    [
      'one text of it',
      span('ai.embed', { 'ai.value': J('sun'), 'ai.embedding': J([0, 1]) }),
      { inputs: { texts: ['sun'] }, output: { dimensions: 2 }, attributes: { kind: 'chain' } },
    ],
  ])('shows %s', (_, spec, expected) => {
    expect(mapOne(spec)).toMatchObject(expected as Record<string, unknown>);
  });

  it('tells why a tool failed', () => {
    const events = [
      { name: 'exception', attributes: { 'exception.type': 'Error', 'exception.message': 'no such city' } },
    ];
    expect(
      mapOne(span('ai.toolCall', { 'ai.toolCall.name': 'get_weather' }, { status: { code: 2 }, events }))['exception'],
    ).toBe('Error: no such city');
  });
});

describe('Vercel AI SDK 5 and 6', () => {
  it.each(['anthropic.messages', 'vertex.anthropic.messages', 'amazon-bedrock'])(
    'adds the cached tokens that 5 leaves out of the input of %s',
    (provider) => {
      const spec = span('ai.streamText.doStream', {
        'ai.model.provider': provider,
        'ai.usage.inputTokens': 40,
        'ai.usage.outputTokens': 12,
        'ai.usage.cachedInputTokens': 17,
        'ai.usage.reasoningTokens': 5,
      });
      expect(usageOf(spec)).toMatchObject({
        input_tokens: 57,
        output_tokens: 12,
        cache_read_input_tokens: 17,
        reasoning_tokens: 5,
      });
    },
  );

  it.each([
    ['vertex.anthropic.messages', 'gcp.vertex_ai'],
    ['google.vertex.chat', 'gcp.vertex_ai'],
    ['google.generative-ai', 'gcp.gemini'],
    ['amazon-bedrock', 'aws.bedrock'],
    ['openai.responses', 'openai'],
  ])('calls the provider %s %s', (said, provider) => {
    expect(mapOne(span('ai.generateText.doGenerate', { 'ai.model.provider': said }))['attributes'].provider).toBe(
      provider,
    );
  });

  it('adds nothing to what 6 counts', () => {
    const spec = span('ai.generateText.doGenerate', {
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': 57,
      'ai.usage.outputTokens': 12,
      'ai.usage.inputTokenDetails.noCacheTokens': 20,
      'ai.usage.inputTokenDetails.cacheReadTokens': 32,
      'ai.usage.inputTokenDetails.cacheWriteTokens': 5,
      'ai.usage.outputTokenDetails.reasoningTokens': 5,
    });
    expect(usageOf(spec)).toMatchObject({
      input_tokens: 57,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
      reasoning_tokens: 5,
    });
  });

  it.each([
    ['without the cached tokens', 20, 57],
    ['with them', 57, 57],
    ['over several steps: the provider speaks of the last one alone', 40, 77],
  ])("holds Anthropic's own count against an input %s", (_, stated, counted) => {
    const usage = { input_tokens: 20, cache_read_input_tokens: 32, cache_creation_input_tokens: 5 };
    const spec = span('ai.generateObject.doGenerate', {
      'ai.model.provider': 'anthropic.messages',
      'ai.response.providerMetadata': J({ anthropic: { usage, cacheCreationInputTokens: 5 } }),
      'ai.usage.promptTokens': stated,
      'ai.usage.completionTokens': 12,
    });
    expect(usageOf(spec)).toMatchObject({ input_tokens: counted, cache_read_input_tokens: 32 });
  });

  it.each([
    ['left out of the output', 7],
    ['part of the output', 12],
  ])("reads Gemini's cached tokens and thoughts, %s", (_, output) => {
    const usageMetadata = {
      promptTokenCount: 57,
      candidatesTokenCount: 7,
      thoughtsTokenCount: 5,
      cachedContentTokenCount: 32,
      totalTokenCount: 69,
    };
    const spec = span('ai.generateText.doGenerate', {
      'ai.model.provider': 'google.generative-ai',
      'ai.response.providerMetadata': J({ google: { groundingMetadata: null, usageMetadata } }),
      'ai.usage.promptTokens': 57,
      'ai.usage.completionTokens': output,
    });
    expect(usageOf(spec)).toEqual({
      input_tokens: 57,
      output_tokens: 12,
      total_tokens: 69,
      requests: 1,
      cache_read_input_tokens: 32,
      reasoning_tokens: 5,
    });
  });

  it('shows reasoning, files and streamed tool calls as parts of one answer', () => {
    const call = mapOne(
      span('ai.streamText.doStream', {
        'ai.response.reasoning': J([{ type: 'reasoning', text: 'hm' }]),
        'ai.response.text': 'See.',
        'ai.response.files': J([{ type: 'file', mediaType: 'image/png', base64: 'QQ==' }]),
        'ai.response.toolCalls': J([
          { toolCallId: 'c1', toolName: 'get_weather', input: { city: 'Oslo' } },
          { toolCallId: 'c2', toolName: 'get_weather', input: J({ city: 'Rome' }) },
        ]),
      }),
    );
    expect(call['output'].choices[0].message).toEqual({
      role: 'assistant',
      content: [
        { type: 'text', text: 'See.' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,QQ==' } },
      ],
      tool_calls: [CALL('Oslo', 'c1'), CALL('Rome', 'c2')],
      reasoning_content: 'hm',
    });
  });

  it('shows a reranking as what was asked and how it was ranked', () => {
    const call = mapOne(
      span('ai.rerank.doRerank', {
        'ai.query': 'sun',
        'ai.documents': [J('Oslo'), J({ city: 'Rome' })],
        'ai.ranking': [J({ originalIndex: 1, relevanceScore: 0.9 })],
      }),
    );
    expect(call['inputs']).toEqual({ query: 'sun', documents: ['Oslo', { city: 'Rome' }] });
    expect(call['output']).toEqual([{ originalIndex: 1, relevanceScore: 0.9 }]);
    expect(call['attributes'].kind).toBe('reranker');
  });

  it.each([
    ['ai.ToolLoopAgent.generate', 'agent'],
    ['ai.harness', 'agent'],
    ['ai.newThing.doIt', 'llm'],
    ['ai.newThing', 'chain'],
  ])('takes %s for %s', (operation, kind) => {
    expect(mapOne(span(operation, {}))['attributes'].kind).toBe(kind);
  });

  it('knows the prompt that Langfuse manages', () => {
    const call = mapOne(
      span('ai.generateText', { 'ai.telemetry.metadata.langfusePrompt': J({ name: 'trip', version: 3 }) }),
    );
    expect(call['attributes'].prompt).toEqual({ name: 'trip', version: '3' });
  });
});

describe('Vercel AI SDK 7', () => {
  const span7 = (operation: string, attributes: Readonly<Record<string, unknown>>, more: SpanSpec = {}): SpanSpec => ({
    name: `${operation} gpt-5-mini`,
    scope: 'gen_ai',
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      ...attributes,
    },
    ...more,
  });
  const usage = {
    'gen_ai.usage.input_tokens': 57,
    'gen_ai.usage.output_tokens': 12,
    'gen_ai.usage.cache_read.input_tokens': 32,
  };

  it('counts the chat, not the agent that sums up', () => {
    const [chat, step, agent] = mapSpecs(
      span7(
        'chat',
        {
          ...usage,
          'gen_ai.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }]),
          'gen_ai.output.messages': J([
            {
              role: 'assistant',
              parts: [{ type: 'tool_call', id: 'c1', name: 'get_weather', arguments: { city: 'Oslo' } }],
              finish_reason: 'tool_call',
            },
          ]),
          'gen_ai.client.operation.time_to_first_chunk': 0.25,
        },
        { id: '1111111111111111', parent: '2222222222222222' },
      ),
      { ...span7('agent_step', {}), name: 'step 1', id: '2222222222222222', parent: '3333333333333333' },
      span7(
        'invoke_agent',
        { ...usage, 'gen_ai.agent.name': 'trip-bot', 'ai.settings.context.plan': 'pro' },
        { id: '3333333333333333' },
      ),
    );
    expect(chat?.['summary'].usage['gpt-5-mini']).toMatchObject({
      input_tokens: 57,
      requests: 1,
      cache_read_input_tokens: 32,
    });
    expect(chat?.['output'].choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: null, tool_calls: [CALL('Oslo', 'c1')] },
      finish_reason: 'tool_calls',
    });
    expect(chat?.['attributes']).toMatchObject({ kind: 'llm', time_to_first_token_ms: 250 });
    expect(step?.['attributes'].kind).toBe('task');
    expect(agent?.['summary'].usage).toBeUndefined();
    expect(agent).toMatchObject({ display_name: 'trip-bot', attributes: { kind: 'agent', metadata: { plan: 'pro' } } });
  });

  it('shows a reranking with the documents of its older names', () => {
    const call = mapOne(
      span7('rerank', { 'ai.documents': [J('Oslo')], 'ai.ranking': [J({ index: 0, relevanceScore: 0.9 })] }),
    );
    expect(call).toMatchObject({
      inputs: { documents: ['Oslo'] },
      output: [{ index: 0, relevanceScore: 0.9 }],
      attributes: { kind: 'reranker' },
    });
  });

  it('tells the HTTP status of a failure that says nothing else', () => {
    expect(mapOne(span7('chat', { 'http.response.status_code': 429 }, { status: { code: 2 } }))['exception']).toBe(
      'HTTP 429',
    );
  });
});
