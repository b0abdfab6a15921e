import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const GENERATION = {
  'langfuse.observation.type': 'generation',
  'langfuse.observation.model.name': 'gpt-4o-2026-06-01',
  'langfuse.observation.model.parameters': J({ temperature: 0.2, response_format: '' }),
  'langfuse.observation.input': J({
    messages: [{ role: 'user', content: 'Weather in Oslo?' }],
    tools: [{ type: 'function', function: { name: 'get_weather' } }],
  }),
  'langfuse.observation.output': J({ role: 'assistant', content: 'Sunny.' }),
};
const generation = (attributes: Readonly<Record<string, unknown>> = {}) =>
  mapOne({
    name: 'answer',
    scope: 'langfuse-sdk',
    parent: 'aaaaaaaaaaaaaaaa',
    attributes: { ...GENERATION, ...attributes },
  });

describe('Langfuse', () => {
  it('shows a generation as a chat', () => {
    const call = generation();
    expect(call['inputs']).toEqual({
      model: 'gpt-4o-2026-06-01',
      messages: [{ role: 'user', content: 'Weather in Oslo?' }],
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
      temperature: 0.2,
    });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: null },
    ]);
    expect(call['attributes']).toMatchObject({ kind: 'llm', provider: 'openai', weave: { kind: 'llm' } });
    expect([call['op_name'], call['display_name']]).toEqual(['answer', 'answer']);
  });

  it('takes plain text on both sides for a chat, and the prompt of the Responses API from the metadata', () => {
    const call = generation({
      'langfuse.observation.input': 'Weather in Oslo?',
      'langfuse.observation.output': 'Sunny.',
      'langfuse.observation.metadata.instructions': 'Be short.',
      'langfuse.observation.metadata.tools': J([{ type: 'function', name: 'get_weather', parameters: {} }]),
    });
    expect(call['inputs'].messages).toEqual([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Weather in Oslo?' },
    ]);
    expect(call['inputs'].tools).toEqual([{ type: 'function', function: { name: 'get_weather', parameters: {} } }]);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
  });

  const disjoint = { input: 25, output: 7, total: 69, input_cached_tokens: 32, output_reasoning_tokens: 5 };
  it.each([
    ['buckets that exclude each other', disjoint, { input_tokens: 57, output_tokens: 12, total_tokens: 69 }],
    [
      'buckets without a total',
      { input: 20, cache_read_input_tokens: 32, cache_creation_input_tokens: 5, output: 12 },
      { input_tokens: 57, output_tokens: 12, cache_read_input_tokens: 32, cache_creation_input_tokens: 5 },
    ],
    [
      'counts that are inclusive already',
      { input: 57, output: 12, total: 69, input_cached_tokens: 32, output_reasoning_tokens: 5 },
      { input_tokens: 57, output_tokens: 12, cache_read_input_tokens: 32, reasoning_tokens: 5 },
    ],
    [
      "a provider's own counts",
      { prompt_tokens: 57, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 32 } },
      { input_tokens: 57, output_tokens: 12, cache_read_input_tokens: 32 },
    ],
    ['plain counts', { input: 3, output: 4 }, { input_tokens: 3, output_tokens: 4, total_tokens: 7 }],
  ])('counts %s', (_, details, expected) => {
    const call = generation({ 'langfuse.observation.usage_details': J(details) });
    expect(call['summary'].usage['gpt-4o-2026-06-01']).toMatchObject({ ...expected, requests: 1 });
  });

  it('says who, where, with which prompt, at what cost', () => {
    const call = mapOne({
      name: 'answer',
      startNs: 1_795_160_700_000_000_000n,
      attributes: {
        ...GENERATION,
        'langfuse.trace.name': 'Support chat',
        'langfuse.session.id': 's-1',
        'session.id': 'other',
        'user.id': 'u-1',
        'langfuse.trace.tags': ['a', 'b'],
        'langfuse.environment': 'staging',
        'langfuse.release': 'v7',
        'langfuse.observation.prompt.name': 'greeting',
        'langfuse.observation.prompt.version': 3,
        'langfuse.observation.cost_details': J({ input: 0.25, output: 0.5 }),
        'langfuse.observation.completion_start_time': '"2026-11-20T07:45:00.125Z"',
        'langfuse.observation.metadata': J({ plan: 'pro' }),
        'langfuse.trace.metadata.region': 'eu',
      },
    });
    expect(call).toMatchObject({ display_name: 'Support chat', thread_id: 's-1', turn_id: 'b7ad6b7169203331' });
    expect(call['attributes']).toMatchObject({
      user: { id: 'u-1' },
      tags: ['a', 'b'],
      environment: 'staging',
      release: 'v7',
      prompt: { name: 'greeting', version: '3' },
      cost_usd: 0.75,
      time_to_first_token_ms: 125,
      metadata: { plan: 'pro', region: 'eu' },
    });
  });

  it('takes level ERROR for a failure, though the status is unset', () => {
    const call = generation({
      'langfuse.observation.level': 'ERROR',
      'langfuse.observation.status_message': 'Error: 400 no such model',
    });
    expect(call['exception']).toBe('Error: 400 no such model');
    expect(call['summary'].status_counts).toEqual({ success: 0, error: 1 });
    expect(generation({ 'langfuse.observation.level': 'WARNING' })['exception']).toBeUndefined();
  });

  it.each([
    ['tool', 'tool', { city: 'Oslo' }, 'rain', { inputs: { city: 'Oslo' }, output: 'rain' }],
    [
      'retriever',
      'retriever',
      'sun?',
      [{ content: 'Oslo' }],
      { inputs: { query: 'sun?' }, output: [{ content: 'Oslo' }] },
    ],
    ['embedding', 'embedding', ['a', 'b'], '', { inputs: { texts: ['a', 'b'] }, output: null }],
    ['span', undefined, { id: 1 }, { ok: true }, { inputs: { id: 1 }, output: { ok: true } }],
  ])('shows a %s as such', (type, kind, input, output, expected) => {
    const call = mapOne({
      name: 'step',
      attributes: {
        'langfuse.observation.type': type,
        'langfuse.observation.input': typeof input === 'string' ? input : J(input),
        'langfuse.observation.output': typeof output === 'string' ? output : J(output),
      },
    });
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('knows the embeddings that its OpenAI wrapper calls generations', () => {
    const call = mapOne({
      attributes: {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.name': 'text-embedding-3-small',
        'langfuse.observation.input': J(['sunny', 'rainy']),
      },
    });
    expect(call['attributes'].kind).toBe('embedding');
    expect(call['inputs']).toEqual({ model: 'text-embedding-3-small', texts: ['sunny', 'rainy'] });
  });

  it('reads the times that a span without times brings along', () => {
    const times = { 'langfuse.startTime': '2026-11-20T07:45:00.000Z', 'langfuse.endTime': '2026-11-20T07:45:01.500Z' };
    const call = mapOne({ startNs: 0n, endNs: 0n, attributes: times });
    expect([call['started_at'], call['ended_at']]).toEqual([
      '2026-11-20T07:45:00.000000Z',
      '2026-11-20T07:45:01.500000Z',
    ]);
    expect(mapOne({ attributes: times })['started_at']).toBe('2026-11-20T07:44:40.123456Z');
  });

  it("knows a tool of LangChain's by what came out of it", () => {
    const message = (name: string) => ({
      lc: 1,
      type: 'constructor',
      id: ['langchain_core', 'messages', name],
      kwargs: { content: 'sunny', ...(name === 'ToolMessage' && { tool_call_id: 'c1', name: 'get_weather' }) },
    });
    const of = (name: string) =>
      mapOne({
        name: 'get_weather',
        scope: 'langfuse-sdk',
        attributes: {
          'langfuse.observation.type': 'span',
          'langfuse.observation.input': J({ city: 'Oslo' }),
          'langfuse.observation.output': J(message(name)),
        },
      });
    expect(of('ToolMessage')).toMatchObject({
      attributes: { kind: 'tool' },
      inputs: { city: 'Oslo' },
      output: 'sunny',
    });
    expect(of('AIMessage')['attributes'].kind).not.toBe('tool');
  });

  it('keeps the token of an image that Langfuse has uploaded', () => {
    const url = '@@@langfuseMedia:type=image/png|id=x|source=base64_data_uri@@@';
    const call = generation({
      'langfuse.observation.input': J([{ role: 'user', content: [{ type: 'input_image', image_url: url }] }]),
    });
    expect(call['inputs'].messages[0].content).toEqual([{ type: 'image_url', image_url: { url } }]);
  });
});

describe("Langfuse's SDK for Python", () => {
  it("hands on OpenAI's usage of Responses, metadata as JSON, and why the model stopped", () => {
    const call = mapOne({
      attributes: {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.name': 'gpt-4o',
        'langfuse.observation.model.parameters': J({ temperature: 1, max_tokens: 'Infinity' }),
        'langfuse.observation.output': J({ role: 'assistant', content: 'Sunny.' }),
        'langfuse.observation.usage_details': J({
          input_tokens: 57,
          input_tokens_details: { cached_tokens: 32 },
          output_tokens: 12,
          output_tokens_details: { reasoning_tokens: 5 },
          total_tokens: 69,
        }),
        'langfuse.observation.metadata.finish_reason': '"stop"',
        'langfuse.trace.metadata.plan': '"pro"',
      },
    });
    expect(call['summary'].usage['gpt-4o']).toEqual({
      input_tokens: 57,
      output_tokens: 12,
      total_tokens: 69,
      requests: 1,
      cache_read_input_tokens: 32,
      reasoning_tokens: 5,
    });
    expect(call['output'].choices[0].finish_reason).toBe('stop');
    expect(call['attributes'].metadata).toEqual({ plan: 'pro' });
    expect(call['attributes'].model_parameters).toEqual({ temperature: 1 });
  });

  it.each([
    ['the error of a response', { code: 'server_error', message: 'Overloaded' }, 'Overloaded'],
    ['what its users note of errors', { rate: 0.1 }, undefined],
  ])('tells %s, which stands among the metadata', (_whose, error, expected) => {
    const attributes = {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.metadata.status': 'failed',
      'langfuse.observation.metadata.error': J(error),
    };
    expect(mapOne({ attributes })['exception']).toBe(expected);
  });

  it.each<[unknown, unknown]>([
    [{ args: [], kwargs: { city: 'Oslo' } }, { city: 'Oslo' }],
    [{ args: ['Oslo'], kwargs: {} }, { value: 'Oslo' }],
    [
      { args: ['Oslo'], kwargs: { days: 2 } },
      { args: ['Oslo'], kwargs: { days: 2 } },
    ],
    [{ args: [], kwargs: {} }, {}],
  ])('shows what an observed function was called with: %j', (input, expected) => {
    const attributes = { 'langfuse.observation.type': 'tool', 'langfuse.observation.input': J(input) };
    expect(mapOne({ attributes })['inputs']).toEqual(expected);
  });
});
