import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const SCOPE = '@arizeai/openinference-instrumentation-beeai';
const event = (target: string, attributes: Readonly<Record<string, unknown>> = {}) =>
  mapOne({
    scope: SCOPE,
    name: `${target}-2`,
    attributes: { target, 'openinference.span.kind': 'LLM', ...attributes },
  });

describe('BeeAI', () => {
  it('names its events without their number', () => {
    expect(event('backend.openai.chat.start')).toMatchObject({
      op_name: 'backend.openai.chat.start',
      display_name: 'backend.openai.chat.start',
      attributes: { kind: 'llm' },
    });
    expect(event('backend.openai.chat.finish')['attributes'].kind).toBe('task');
  });

  it('names a run after what has run', () => {
    const attributes = {
      'beeai.version': '0.1.13',
      source: 'ToolCallingAgent',
      'openinference.span.kind': 'AGENT',
      'input.value': 'Weather?',
      'output.value': J({ role: 'assistant', text: 'Sunny.' }),
    };
    const call = mapOne({ scope: SCOPE, name: 'beeai-framework-main', attributes });
    expect(call).toMatchObject({
      op_name: 'ToolCallingAgent',
      display_name: 'ToolCallingAgent',
      inputs: { messages: [{ role: 'user', content: 'Weather?' }] },
      attributes: { kind: 'agent', agent: { name: 'ToolCallingAgent' } },
    });
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
  });

  it('tells an error that its status does not', () => {
    expect(event('backend.openai.chat.error', { 'exception.message': 'no such model' })['exception']).toBe(
      'no such model',
    );
  });

  it('takes tool calls out of the answer as it came', () => {
    const call = event('backend.openai.chat.success', {
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.content': '',
      'output.value': J([
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'c-1', toolName: 'look', args: { at: 'it' } }],
        },
      ]),
    });
    expect(call['output'].choices[0].message.tool_calls).toEqual([
      { id: 'c-1', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } },
    ]);
  });
});
