import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('AgentOps', () => {
  it('tells what was decorated, with what it was called and what came of it', () => {
    const call = mapOne({
      name: 'ask.task',
      scope: 'agentops',
      attributes: {
        'agentops.span.kind': 'task',
        'operation.name': 'ask',
        'agentops.task.input': J({ args: ['Weather?'], kwargs: {} }),
        'agentops.task.output': 'Sunny.',
        'agentops.tags': ['beta'],
      },
    });
    expect(call).toMatchObject({
      op_name: 'ask',
      display_name: 'ask',
      inputs: { value: 'Weather?' },
      output: 'Sunny.',
    });
    expect(call['attributes']).toMatchObject({ kind: 'task', tags: ['beta'] });
  });

  it.each([
    [
      'a decorator',
      {
        'agentops.span.kind': 'tool',
        'operation.name': 'get_weather',
        'agentops.tool.input': J({ args: [], kwargs: { city: 'Oslo' } }),
        'agentops.tool.output': J({ sky: 'sunny' }),
      },
    ],
    [
      'an instrumentation',
      {
        'agentops.span.kind': 'AgentOpsSpanKindValues.TOOL',
        'tool.name': 'get_weather',
        'tool.parameters': J({ city: 'Oslo' }),
        'tool.result': J({ sky: 'sunny' }),
      },
    ],
  ])('knows a tool by %s', (_, attributes) => {
    expect(mapOne({ name: 'x', attributes })).toMatchObject({
      op_name: 'get_weather',
      inputs: { city: 'Oslo' },
      output: { sky: 'sunny' },
      attributes: { kind: 'tool', weave: { kind: 'tool' } },
    });
  });

  it('reads the tools and the answer of a model call', () => {
    const call = mapOne({
      name: 'openai.chat.completion',
      scope: 'openai',
      attributes: {
        'gen_ai.request.type': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'Weather?',
        'gen_ai.request.functions.0.name': 'get_weather',
        'gen_ai.request.functions.0.parameters': J({ type: 'object' }),
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': 'Sunny.',
        'gen_ai.completion.0.finish_reason': 'stop',
        'gen_ai.usage.prompt_tokens': 57,
        'gen_ai.usage.completion_tokens': 12,
      },
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }],
    });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
  });

  it('knows an embedding, which has no answer', () => {
    const call = mapOne({
      name: 'openai.embeddings',
      scope: 'openai',
      attributes: {
        'gen_ai.request.type': 'embedding',
        'gen_ai.request.model': 'text-embedding-3-small',
        'gen_ai.prompt.0.content': 'sunny day',
        'gen_ai.completion.0.embedding_length': 4,
        'gen_ai.usage.prompt_tokens': 6,
      },
    });
    expect(call['attributes'].kind).toBe('embedding');
    expect(call['inputs']).toEqual({ model: 'text-embedding-3-small', texts: ['sunny day'] });
    expect(call['output']).toMatchObject({ dimensions: 4 });
  });
});
