import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const REQUEST = {
  model: 'gpt-4',
  temperature: 0.2,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Weather?' },
  ],
  tools: [{ type: 'function', function: { name: 'get_weather' } }],
};
const span = (attributes: Record<string, unknown>, more: Partial<SpanSpec> = {}): SpanSpec => ({
  scope: 'logfire.openai',
  name: 'Chat Completion with {request_data[model]!r}',
  attributes: {
    request_data: J(REQUEST),
    'logfire.msg_template': 'Chat Completion with {request_data[model]!r}',
    'logfire.msg': "Chat Completion with 'gpt-4'",
    'logfire.span_type': 'span',
    'logfire.tags': ['LLM'],
    ...attributes,
  },
  ...more,
});

describe("spans of Logfire's own integrations", () => {
  it('read request and response', () => {
    const call = mapOne(
      span({
        'gen_ai.request.model': 'gpt-4',
        'gen_ai.response.model': 'gpt-4-0613',
        response_data: J({
          message: { role: 'assistant', content: 'Sunny.' },
          usage: { prompt_tokens: 57, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 32 } },
        }),
      }),
    );
    expect(call).toMatchObject({
      op_name: 'Chat Completion with {request_data[model]!r}',
      display_name: "Chat Completion with 'gpt-4'",
      inputs: REQUEST,
      output: { model: 'gpt-4-0613', choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny.' } }] },
      attributes: { kind: 'llm', tags: ['LLM'], model_parameters: { temperature: 0.2 } },
    });
    expect(call['summary'].usage['gpt-4-0613']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
    });
  });

  it('read the log that ends a stream', () => {
    const call = mapOne(
      span({ 'logfire.span_type': 'log', response_data: J({ combined_chunk_content: 'Sunny.', chunk_count: 2 }) }),
    );
    expect(call['inputs'].messages).toEqual(REQUEST.messages);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
  });

  it('read the events of the Responses API', () => {
    const call = mapOne(
      span({
        'gen_ai.request.model': 'gpt-4',
        request_data: J({ model: 'gpt-4', stream: false }),
        events: J([
          { 'event.name': 'gen_ai.user.message', content: 'Weather?', role: 'user' },
          { 'event.name': 'gen_ai.choice', index: 0, message: { role: 'assistant', content: 'Sun' } },
          { 'event.name': 'gen_ai.choice', index: 1, message: { role: 'assistant', content: 'Rain' } },
        ]),
      }),
    );
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices.map((choice: { message: unknown }) => choice.message)).toEqual([
      { role: 'assistant', content: 'Sun' },
      { role: 'assistant', content: 'Rain' },
    ]);
  });
});

describe('other spans of Logfire', () => {
  it('have the template as op and the text made of it as name', () => {
    const call = mapOne({
      scope: 'logfire',
      name: 'asking about {city}',
      attributes: { city: 'Paris', 'logfire.msg': 'asking about Paris', 'logfire.span_type': 'log', events: 'mine' },
    });
    expect(call).toMatchObject({
      op_name: 'asking about {city}',
      display_name: 'asking about Paris',
      inputs: {},
      output: null,
      attributes: { city: 'Paris', events: 'mine' },
    });
    expect(call['attributes'].kind).toBeUndefined();
  });

  it('count a span once that was announced when it began', () => {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4', 'session.id': 's-9' };
    const [pending, done] = mapSpecs(
      {
        scope: 'logfire',
        id: '0000000000000002',
        parent: '0000000000000001',
        attributes: {
          ...attributes,
          'logfire.span_type': 'pending_span',
          'logfire.pending_parent_id': '0000000000000000',
        },
      },
      { scope: 'logfire', id: '0000000000000001', attributes: { ...attributes, 'logfire.span_type': 'span' } },
    );
    expect(pending?.['attributes'].kind).toBe('task');
    expect(done?.['attributes'].kind).toBe('llm');
    expect([pending?.['turn_id'], done?.['turn_id']]).toEqual([undefined, '0000000000000001']);
  });

  it('tell errors', () => {
    expect(mapOne(span({}, { status: { code: 2, message: 'quota' } }))['exception']).toBe('quota');
  });
});

describe("Logfire's usage", () => {
  it('takes reasoning from the counts as the provider sent them', () => {
    const call = mapOne({
      scope: 'logfire.openai',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'gen_ai.usage.raw': J({ completion_tokens: 12, completion_tokens_details: { reasoning_tokens: 5 } }),
      },
    });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ output_tokens: 12, reasoning_tokens: 5 });
  });

  it('tells the conversation, and why the provider refused', () => {
    const call = mapOne({
      scope: 'logfire.openai',
      name: 'Chat Completion with {request_data[model]!r}',
      status: { code: 2, message: 'BadRequestError: no such model' },
      attributes: {
        'logfire.msg': "Chat Completion with 'boom'",
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'boom',
        'gen_ai.conversation.id': 's-1',
        'error.type': 'BadRequestError',
      },
    });
    expect(call).toMatchObject({
      display_name: "Chat Completion with 'boom'",
      thread_id: 's-1',
      exception: 'BadRequestError: no such model',
      attributes: { kind: 'llm' },
    });
  });
});
