import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const span = (operation: string, attributes: Record<string, unknown>, more: Partial<SpanSpec> = {}): SpanSpec => ({
  scope: 'gemini-cli',
  name: operation,
  parent: '00f067aa0ba902b7',
  attributes: {
    'gen_ai.operation.name': operation,
    'gen_ai.agent.name': 'gemini-cli',
    'gen_ai.conversation.id': 's-9',
    ...attributes,
  },
  ...more,
});
const CONTENTS = [{ role: 'user', parts: [{ text: 'Hi' }] }];

describe('spans of Gemini CLI', () => {
  it('join the pieces of a streamed answer', () => {
    const call = mapOne(
      span('llm_call', {
        'gen_ai.request.model': 'gemini-2.5-pro',
        'gen_ai.system_instructions': J('Be brief.'),
        'gen_ai.tool.definitions': J([{ functionDeclarations: [{ name: 'ls' }, { name: 'cat' }] }]),
        'gen_ai.input.messages': J(CONTENTS),
        'gen_ai.output.messages': J([
          { role: 'model', parts: [{ text: 'thinking', thought: true }] },
          { role: 'model', parts: [{ text: 'Let me ' }] },
          null,
          { role: 'model', parts: [{ text: 'look.' }] },
          { role: 'model', parts: [{ functionCall: { name: 'ls', args: { path: '.' } } }] },
        ]),
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
      }),
    );
    expect(call['inputs']).toEqual({
      model: 'gemini-2.5-pro',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      tools: [
        { type: 'function', function: { name: 'ls' } },
        { type: 'function', function: { name: 'cat' } },
      ],
    });
    expect(call['output'].choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Let me look.',
          reasoning_content: 'thinking',
          tool_calls: [{ id: 'ls', type: 'function', function: { name: 'ls', arguments: J({ path: '.' }) } }],
        },
        finish_reason: null,
      },
    ]);
    expect(call['summary'].usage['gemini-2.5-pro']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(call).toMatchObject({ op_name: 'llm_call', thread_id: 's-9', attributes: { kind: 'llm' } });
    expect(call['turn_id']).toBeUndefined();
  });

  it('read what development tracing recorded', () => {
    const call = mapOne({
      scope: 'gemini-cli',
      name: 'llm_call',
      attributes: {
        'input-json': J({ model: 'gemini-2.5-pro', contents: CONTENTS }),
        'output-json': J({
          candidates: [{ content: { role: 'model', parts: [{ text: 'Hello.' }] }, finishReason: 'STOP' }],
        }),
      },
    });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(call['output'].choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: 'Hello.' },
      finish_reason: 'stop',
    });
  });

  it('read a tool', () => {
    const call = mapOne(
      span('tool_call', {
        'gen_ai.tool.name': 'ls',
        'gen_ai.tool.call_id': 'call_1',
        'gen_ai.tool.description': 'Lists files',
        'gen_ai.input.messages': J({ callId: 'call_1', name: 'ls', args: { path: '.' }, prompt_id: 'p' }),
        'gen_ai.output.messages': J({
          status: 'success',
          response: {
            responseParts: [{ functionResponse: { name: 'ls', response: { output: 'a.txt' } } }],
            resultDisplay: 'one file',
          },
        }),
      }),
    );
    expect(call).toMatchObject({
      op_name: 'ls',
      inputs: { path: '.' },
      output: { output: 'a.txt' },
      attributes: { kind: 'tool', tool: { call_id: 'call_1', description: 'Lists files' } },
    });
  });

  it('leave what is no conversation as it is', () => {
    const requests = [{ callId: 'call_1', name: 'ls', args: {} }];
    const call = mapOne(span('schedule_tool_calls', { 'gen_ai.input.messages': J(requests) }));
    expect(call).toMatchObject({ inputs: { value: requests }, attributes: { kind: 'chain' } });
  });

  it('open a turn with what the user typed, not with the agents below', () => {
    const prompt = mapOne(span('user_prompt', { 'gen_ai.input.messages': 'Hi' }));
    expect(prompt['inputs'].messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(prompt['turn_id']).toBe(prompt['id']);
    const agent = mapOne(
      span('agent_call', { 'gen_ai.agent.name': 'reviewer', 'gen_ai.input.messages': J({ diff: 'x' }) }),
    );
    expect(agent).toMatchObject({ display_name: 'reviewer', inputs: { diff: 'x' }, attributes: { kind: 'agent' } });
    expect(agent['turn_id']).toBeUndefined();
  });

  it('tell failures, and embeddings from answers', () => {
    expect(mapOne(span('llm_call', {}, { status: { code: 2, message: 'quota' } }))['exception']).toBe('quota');
    const call = mapOne(
      span('llm_call', { 'gen_ai.request.model': 'gemini-embedding-001', 'gen_ai.input.messages': J(['Hi']) }),
    );
    expect(call).toMatchObject({ inputs: { texts: ['Hi'] }, attributes: { kind: 'embedding' } });
  });
});
