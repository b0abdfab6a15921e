import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('Koog', () => {
  it('reads the model call in the old indexed keys', () => {
    const call = mapOne({
      name: 'llm.prompt-1',
      scope: 'ai.koog',
      parent: 'aaaaaaaaaaaaaaaa',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openai',
        'gen_ai.conversation.id': 'run-1',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'Weather?',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': 'Sunny.',
        'gen_ai.completion.0.finish_reason': 'stop',
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
      },
    });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices[0]).toMatchObject({ message: { content: 'Sunny.' }, finish_reason: 'stop' });
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(call['thread_id']).toBe('run-1');
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' } });
  });

  it('shows the nodes of its graph', () => {
    const call = mapOne({
      name: 'node.__finish__.42',
      scope: 'ai.koog',
      status: { code: 2, message: 'boom' },
      attributes: {
        'gen_ai.conversation.id': 'run-1',
        'koog.node.name': '__finish__',
        'koog.node.input': J('Sunny.'),
        'koog.node.output': J({ text: 'Sunny.' }),
      },
    });
    expect(call).toMatchObject({
      op_name: '__finish__',
      inputs: { value: 'Sunny.' },
      output: { text: 'Sunny.' },
      exception: 'boom',
    });
    expect(call['attributes'].kind).toBe('task');
  });

  it('names an agent after its strategy where it has no name', () => {
    const call = mapOne({
      name: 'run.1',
      scope: 'ai.koog',
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'koog.agent.strategy.name': 'single-run' },
    });
    expect(call).toMatchObject({ display_name: 'single-run', attributes: { kind: 'agent', weave: { kind: 'agent' } } });
  });
});
