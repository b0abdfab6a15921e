import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const CHAT = {
  'weave.operation.name': 'chat',
  'weave.provider.name': 'OpenAI',
  'weave.request.model': 'gpt-4o',
  'weave.response.model': 'gpt-4o-2026',
  'weave.response.id': 'r1',
  'weave.request.temperature': 0.2,
  'weave.system_instructions': J([{ type: 'text', content: 'Be short.' }]),
  'weave.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }]),
  'weave.output.messages': J([{ role: 'assistant', parts: [{ type: 'text', content: 'Yo' }] }]),
  'weave.reasoning_content': 'hm',
  'weave.response.finish_reasons': ['stop'],
  'weave.tool.definitions': J([{ type: 'function', name: 'f', parameters: {} }]),
  'weave.usage.input_tokens': 57,
  'weave.usage.output_tokens': 12,
  'weave.usage.reasoning_tokens': 5,
  'weave.usage.cache_read.input_tokens': 32,
  'weave.conversation.id': 'c-1',
  'weave.agent.name': 'trip-bot',
};

describe('W&B Weave agent keys', () => {
  it('are read before their GenAI names', () => {
    const call = mapOne({
      name: 'chat',
      attributes: { ...CHAT, 'gen_ai.request.model': 'other', 'gen_ai.usage.input_tokens': 1 },
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hi' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
      temperature: 0.2,
    });
    expect(call['output']).toMatchObject({
      id: 'r1',
      model: 'gpt-4o-2026',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Yo', reasoning_content: 'hm' }, finish_reason: 'stop' },
      ],
    });
    expect(call['summary'].usage).toEqual({
      'gpt-4o-2026': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        reasoning_tokens: 5,
      },
    });
    expect(call).toMatchObject({
      thread_id: 'c-1',
      attributes: { kind: 'llm', provider: 'openai', agent: { name: 'trip-bot' } },
    });
  });

  it('show a tool', () => {
    const call = mapOne({
      attributes: {
        'weave.operation.name': 'execute_tool',
        'weave.tool.name': 'f',
        'weave.tool.call.id': 'c1',
        'weave.tool.call.arguments': J({ a: 1 }),
        'weave.tool.call.result': 'done',
      },
    });
    expect(call).toMatchObject({
      op_name: 'f',
      inputs: { a: 1 },
      output: 'done',
      attributes: { kind: 'tool', tool: { call_id: 'c1' } },
    });
  });

  it('keep thinking that no answer followed', () => {
    const call = mapOne({ attributes: { 'weave.operation.name': 'chat', 'weave.reasoning_content': 'hm' } });
    expect(call['output'].choices[0].message).toMatchObject({ role: 'assistant', reasoning_content: 'hm' });
  });

  it('leave a failure to the span', () => {
    expect(mapOne({ attributes: CHAT, status: { code: 2, message: 'bad' } })['exception']).toBe('bad');
  });
});
