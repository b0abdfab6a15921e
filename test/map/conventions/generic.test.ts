import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const ASKED = [{ role: 'user', content: 'Weather?' }];
const plainCall = (attributes: Readonly<Record<string, unknown>>, name = 'work') => mapOne({ name, attributes });

describe('a convention that nobody listed', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string | undefined]>([
    [
      'bodies of a request and its response under any key',
      {
        'request.body': J({ model: 'gpt-4o', temperature: 0.2, messages: ASKED }),
        'response.body': J({
          id: 'r',
          model: 'gpt-4o',
          choices: [{ message: { role: 'assistant', content: 'Sunny.' } }],
          usage: { prompt_tokens: 57, completion_tokens: 12 },
        }),
      },
      'gpt-4o',
    ],
    [
      'bodies of Anthropic, whose input leaves out the cached tokens',
      {
        'llm.request': J({ model: 'claude', messages: ASKED }),
        'llm.response': J({
          model: 'claude',
          role: 'assistant',
          content: [{ type: 'text', text: 'Sunny.' }],
          usage: { input_tokens: 20, output_tokens: 12, cache_read_input_tokens: 37 },
        }),
      },
      'claude',
    ],
    [
      'bodies as kvlists',
      {
        request: { model: 'gpt-4o', messages: ASKED },
        response: {
          choices: [{ message: { role: 'assistant', content: 'Sunny.' } }],
          usage: { prompt_tokens: 57, completion_tokens: 12 },
        },
      },
      'gpt-4o',
    ],
    [
      'a conversation that was flattened',
      {
        'acme.messages.0.role': 'user',
        'acme.messages.0.content': 'Weather?',
        'acme.model': 'gpt-4o',
        'acme.output': 'Sunny.',
        'acme.tokens_in': 57,
        'acme.tokens_out': 12,
      },
      'gpt-4o',
    ],
    [
      'both sides flattened, without a model',
      {
        'acme.prompt.0.role': 'user',
        'acme.prompt.0.content': 'Weather?',
        'acme.completion.0.role': 'assistant',
        'acme.completion.0.content': 'Sunny.',
        'acme.usage.input_tokens': 57,
        'acme.usage.output_tokens': 12,
      },
      undefined,
    ],
    [
      'a model among the metadata',
      {
        'x.input_json': J(ASKED),
        'x.output_json': J({ role: 'assistant', content: 'Sunny.' }),
        'x.metadata': J({ model: 'gpt-4o' }),
        'x.metrics': J({ prompt_tokens: 57, completion_tokens: 12 }),
      },
      'gpt-4o',
    ],
    [
      'a prompt and its completion, without a model',
      { prompt: 'Weather?', completion: 'Sunny.', input_tokens: 57, output_tokens: 12 },
      undefined,
    ],
    [
      'a conversation and a reply',
      { 'x.conversation': J(ASKED), 'x.reply': 'Sunny.', 'x.input_tokens': 57, 'x.output_tokens': 12 },
      undefined,
    ],
  ])('gets a model call out of %s', (_, attributes, model) => {
    const call = plainCall(attributes);
    expect(call['attributes'].kind).toBe('llm');
    expect(call['inputs'].model).toBe(model);
    expect(call['inputs'].messages).toEqual(ASKED);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['summary'].usage[model ?? 'unknown']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      requests: 1,
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["a broker's messages", { request: J({ messages: [{ key: 'a', value: 'b' }] }), response: J({ ok: true }) }],
    ['a response with choices of another kind', { response: J({ choices: ['red', 'blue'] }) }],
    ['a page of content', { response: J({ content: 'Hello', model: 'T' }) }],
    ['metrics that count no tokens', { input: 'a', output: 'b', metrics: J({ requests: 5 }) }],
    ['messages that nobody has said', { 'queue.messages.0.content': 'apple', 'queue.output': 'b' }],
    ['items that are no messages', { 'cart.items.0.content': 'apple', 'cart.items.1.content': 'pear' }],
  ])('makes no model call of %s', (_, attributes) => {
    const call = plainCall(attributes);
    expect(call['attributes'].kind).toBeUndefined();
    expect(call['inputs'].messages).toBeUndefined();
  });

  it('takes a model of vectors for an embedding', () => {
    const call = plainCall({ 'acme.model': 'acme-embed-3', 'acme.input': 'sun', 'acme.input_tokens': 6 });
    expect(call).toMatchObject({
      inputs: { model: 'acme-embed-3', texts: ['sun'] },
      attributes: { kind: 'embedding' },
    });
    expect(call['summary'].usage['acme-embed-3']).toMatchObject({ input_tokens: 6 });
  });

  it.each([
    [
      'keys below a namespace',
      {
        'acme.model': 'gpt-4o',
        'acme.llm.input_messages': J(ASKED),
        'acme.llm.output_messages': J([{ role: 'assistant', content: 'Sunny.' }]),
        'acme.usage.input_tokens': 57,
        'acme.usage.output_tokens': 12,
        'acme.usage.cached_tokens': 32,
        'acme.session_id': 's-1',
      },
    ],
    [
      'camel case, usage in one object',
      {
        'acme.llm.modelName': 'gpt-4o',
        'acme.llm.inputMessages': J(ASKED),
        'acme.llm.completion': 'Sunny.',
        'acme.llm.tokenUsage': J({ promptTokens: 57, completionTokens: 12, cachedTokens: 32 }),
        'acme.conversationId': 's-1',
      },
    ],
    [
      'bare keys',
      {
        model: 'gpt-4o',
        prompt: 'Weather?',
        response: 'Sunny.',
        prompt_tokens: '57',
        completion_tokens: '12',
        cached_tokens: '32',
        'session.id': 's-1',
      },
    ],
    [
      'whole bodies',
      {
        'acme.model': 'gpt-4o',
        'acme.request': J({ messages: ASKED }),
        'acme.response': J({ choices: [{ message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }] }),
        'acme.usage': J({ input_tokens: 57, output_tokens: 12, cache_read_input_tokens: 32 }),
        'acme.thread_id': 's-1',
      },
    ],
  ])('gets a chat out of %s', (_, attributes) => {
    const call = plainCall(attributes);
    expect(call['inputs']).toMatchObject({ model: 'gpt-4o', messages: ASKED });
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
      requests: 1,
    });
    expect(call['thread_id']).toBe('s-1');
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' }, provider: 'openai' });
  });

  it('gets its parameters, its prompt and its tools too', () => {
    const call = plainCall({
      'acme.model': 'gpt-4o',
      'acme.system_prompt': 'Be short.',
      'acme.messages': J(ASKED),
      'acme.temperature': 0.2,
      'acme.max_tokens': 200,
      'acme.tools': J([{ name: 'get_weather' }]),
      'acme.finish_reason': 'stop',
      'acme.completion': 'Sunny.',
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'system', content: 'Be short.' }, ...ASKED],
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
      temperature: 0.2,
      max_tokens: 200,
    });
    expect(call['output'].choices[0].finish_reason).toBe('stop');
  });

  it.each<[string, Record<string, unknown>, string | undefined, Record<string, unknown>]>([
    [
      'a tool',
      { 'acme.tool_name': 'get_weather', 'acme.tool_input': J({ city: 'Oslo' }), 'acme.tool_output': 'rain' },
      'tool',
      { op_name: 'get_weather', inputs: { city: 'Oslo' }, output: 'rain' },
    ],
    [
      'an agent',
      { 'acme.agent.name': 'weather', 'acme.input': 'Weather?', 'acme.output': 'Sunny.' },
      'agent',
      { display_name: 'weather', inputs: { messages: ASKED } },
    ],
    [
      'a search',
      { 'acme.query': 'sun?', 'acme.documents': J([{ text: 'Oslo' }]) },
      'retriever',
      { inputs: { query: 'sun?' }, output: [{ text: 'Oslo' }] },
    ],
    ['inputs and outputs', { inputs: J({ a: 1 }), output: 'done' }, undefined, { inputs: { a: 1 }, output: 'done' }],
    ['a conversation', { 'acme.messages': J(ASKED) }, undefined, { inputs: { messages: ASKED } }],
  ])('shows %s', (_, attributes, kind, expected) => {
    const call = plainCall(attributes);
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('keeps the error', () => {
    const call = mapOne({
      status: { code: 2, message: 'boom' },
      attributes: { 'acme.model': 'm', 'acme.prompt': 'x' },
    });
    expect(call['exception']).toBe('boom');
  });
});

describe('a span that speaks of no model', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'HTTP',
      { 'http.request.method': 'POST', 'http.request.body': '{"a":1}', 'http.response.body': '{}', 'url.query': 'q=1' },
    ],
    ['a database', { 'db.system': 'pg', 'db.query.text': 'SELECT 1', 'db.response.returned_rows': 7 }],
    ['messaging', { 'messaging.system': 'kafka', 'messaging.batch.message_count': 3, 'queue.messages': 12 }],
    ['RPC', { 'rpc.system': 'grpc', 'rpc.request': '{}', 'rpc.response': '{}' }],
    ['a device', { 'device.model.name': 'Pixel', 'device.id': 'x' }],
    ['a car', { 'car.model': 'Golf', 'trip.input': 'a', 'trip.output': 'b', 'car.usage': 0.7 }],
    ['a cache', { 'cache.query': 'k', 'cache.result': 'hit', 'cache.response': 'v' }],
    ['limits', { 'acme.model': 'gpt-4o', 'acme.limit.input_tokens': 1000, 'acme.max_output_tokens': 9 }],
    ['numbers', { 'acme.input': 7, 'acme.output': 9.5, 'acme.messages': 3 }],
    ['authentication', { 'auth.tokens': 3, 'auth.token_count': 2, 'auth.total_tokens': 5 }],
    ["a model's number", { 'acme.model': 42, 'acme.prompt': 'x' }],
  ])('stays plain: %s', (_, attributes) => {
    const call = plainCall(attributes);
    expect(call['attributes'].kind).toBeUndefined();
    expect(call['attributes'].weave.kind).toBeUndefined();
    expect(call['summary'].usage).toBeUndefined();
    expect(call['output']?.choices).toBeUndefined();
    expect(call['inputs'].messages).toBeUndefined();
  });

  it('keeps its attributes where a user can filter on them', () => {
    const call = plainCall({ 'cache.query': 'k', 'queue.messages': 12 });
    expect(call).toMatchObject({ inputs: {}, output: null });
    expect(call['attributes']).toMatchObject({ cache: { query: 'k' }, queue: { messages: 12 } });
  });

  it('is not guessed at where its library is known', () => {
    const attributes = { model: 'm', input_tokens: 20, output_tokens: 12 };
    expect(mapOne({ scope: 'com.anthropic.sdk.typescript', attributes })['summary'].usage).toBeUndefined();
    expect(mapOne({ scope: 'my-app', attributes })['summary'].usage).toBeDefined();
  });
});
