import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const REQUEST = {
  messages: [
    { role: 'system', content: [{ text: 'Be short.' }] },
    {
      role: 'user',
      content: [{ text: 'Weather?' }, { media: { url: 'https://x.test/a.png', contentType: 'image/png' } }],
    },
    { role: 'model', content: [{ toolRequest: { name: 'get_weather', ref: 'c1', input: { city: 'Oslo' } } }] },
    { role: 'tool', content: [{ toolResponse: { name: 'get_weather', ref: 'c1', output: { sky: 'sunny' } } }] },
  ],
  config: { temperature: 0.2, maxOutputTokens: 200 },
  tools: [{ name: 'get_weather', description: 'now', inputSchema: { type: 'object' } }],
};
const RESPONSE = {
  message: { role: 'model', content: [{ text: 'Sunny.' }] },
  finishReason: 'stop',
  usage: { inputTokens: 57, outputTokens: 12, totalTokens: 69 },
};
const RAW = {
  id: 'r1',
  model: 'gpt-4o-2026-06-01',
  usage: { prompt_tokens_details: { cached_tokens: 32 }, completion_tokens_details: { reasoning_tokens: 5 } },
};

const action = (subtype: string, name: string, attributes: Readonly<Record<string, unknown>>): SpanSpec => ({
  name,
  scope: 'genkit-tracer',
  attributes: { 'genkit:type': 'action', 'genkit:metadata:subtype': subtype, 'genkit:name': name, ...attributes },
});
const model = (response: unknown = { ...RESPONSE, raw: RAW }) =>
  action('model', 'openai/gpt-4o', {
    'genkit:input': J(REQUEST),
    'genkit:output': J(response),
    'genkit:sessionId': 's-1',
  });

describe('Genkit', () => {
  it('reads a model action as a chat', () => {
    const call = mapOne(model());
    expect(call['inputs']).toEqual({
      model: 'openai/gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', content: '{"sky":"sunny"}', name: 'get_weather', tool_call_id: 'c1' },
      ],
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'now', parameters: { type: 'object' } } },
      ],
      temperature: 0.2,
      max_tokens: 200,
    });
    expect(call['output']).toMatchObject({
      id: 'r1',
      model: 'gpt-4o-2026-06-01',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }],
    });
    expect(call).toMatchObject({ op_name: 'model', display_name: 'openai/gpt-4o', thread_id: 's-1' });
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' }, provider: 'openai' });
  });

  it.each([
    ["the plugin's own response", { ...RESPONSE, raw: RAW }, { cache_read_input_tokens: 32, reasoning_tokens: 5 }],
    ['older releases', { ...RESPONSE, custom: RAW }, { cache_read_input_tokens: 32, reasoning_tokens: 5 }],
    [
      'Gemini',
      { ...RESPONSE, usage: { ...RESPONSE.usage, thoughtsTokens: 5, cachedContentTokens: 32 } },
      { cache_read_input_tokens: 32, reasoning_tokens: 5 },
    ],
  ])('counts tokens with the details of %s', (_, response, details) => {
    const [usage] = Object.values(mapOne(model(response))['summary'].usage);
    expect(usage).toEqual({ input_tokens: 57, output_tokens: 12, total_tokens: 69, requests: 1, ...details });
  });

  it("adds the cached tokens that Anthropic's plugin leaves out of the input", () => {
    const usage = { inputTokens: 57, outputTokens: 12, cachedContentTokens: 32 };
    const call = mapOne(action('model', 'anthropic/claude-sonnet-4-5', { 'genkit:output': J({ ...RESPONSE, usage }) }));
    expect(call['summary'].usage['anthropic/claude-sonnet-4-5'].input_tokens).toBe(89);
  });

  it('leaves out what `generate` repeats of the model call below it', () => {
    const [, outer] = mapSpecs(
      { ...model(), id: '1111111111111111', parent: '2222222222222222' },
      {
        id: '2222222222222222',
        name: 'generate',
        scope: 'genkit-tracer',
        attributes: {
          'genkit:type': 'util',
          'genkit:name': 'generate',
          'genkit:input': J({ model: 'openai/gpt-4o', ...REQUEST }),
          'genkit:output': J({ ...RESPONSE, custom: {} }),
        },
      },
    );
    expect(outer?.['summary'].usage).toBeUndefined();
    expect(outer?.['attributes'].kind).toBe('chain');
    expect(outer?.['output'].choices[0].message.content).toBe('Sunny.');
  });

  it.each([
    ['flow', J('Weather?'), J('Sunny.'), 'workflow', { inputs: { value: 'Weather?' }, output: 'Sunny.' }],
    ['tool', J({ city: 'Oslo' }), J({ sky: 'sunny' }), 'tool', { inputs: { city: 'Oslo' }, output: { sky: 'sunny' } }],
    [
      'retriever',
      J({ query: { content: [{ text: 'sun' }] } }),
      J({ documents: [{ content: [{ text: 'Oslo' }] }] }),
      'retriever',
      { inputs: { query: 'sun' }, output: [{ content: [{ text: 'Oslo' }] }] },
    ],
    [
      'embedder',
      J({ input: [{ content: [{ text: 'sunny' }] }], options: {} }),
      J({ embeddings: [{ embedding: [0, 1, 2] }] }),
      'embedding',
      { inputs: { texts: ['sunny'] }, output: { dimensions: 3 } },
    ],
  ])('shows a %s as such', (subtype, input, output, kind, expected) => {
    const call = mapOne(action(subtype, 'mine', { 'genkit:input': input, 'genkit:output': output }));
    expect(call).toMatchObject({ ...expected, display_name: 'mine' });
    expect(call['attributes'].kind).toBe(kind);
  });

  it('knows a failure by its state', () => {
    expect(mapOne(action('tool', 't', { 'genkit:state': 'error', 'genkit:error': 'no' }))['exception']).toBe('no');
    expect(mapOne(action('tool', 't', { 'genkit:state': 'error' }))['exception']).toContain('genkit:state');
    expect(mapOne(action('tool', 't', { 'genkit:state': 'success' }))['exception']).toBeUndefined();
  });

  it("adds the cached tokens that an Anthropic plugin tells apart under the usage's own custom", () => {
    const custom = { cache_read_input_tokens: 32, cache_creation_input_tokens: 5 };
    const { summary } = mapOne({
      name: 'anthropic/claude-sonnet-4',
      scope: 'genkit-tracer',
      attributes: {
        'genkit:name': 'anthropic/claude-sonnet-4',
        'genkit:metadata:subtype': 'model',
        'genkit:output': J({
          message: { role: 'model', content: [] },
          usage: { inputTokens: 20, outputTokens: 12, custom },
        }),
      },
    });
    expect(summary.usage['anthropic/claude-sonnet-4']).toMatchObject({
      input_tokens: 57,
      output_tokens: 12,
      cache_read_input_tokens: 32,
      cache_creation_input_tokens: 5,
    });
  });
});
