import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs } from '../../support/spans.ts';

/** Spans below an agent inherit these. */
const AGENT = {
  'entity.id': 'a-1',
  'entity.type': 'agent',
  'entity.name': 'weather',
  'user.id': 'u-1',
  'voltagent.conversation_id': 'c-1',
  'voltagent.operation_id': 'o-1',
};
const ASKED = [{ role: 'user', content: 'Weather?' }];

describe('VoltAgent', () => {
  it('reads the model call below an agent, and counts what the agent states: all of its steps', () => {
    const [llm, agent] = mapSpecs(
      {
        id: '1111111111111111',
        parent: '2222222222222222',
        name: 'llm:streamText',
        attributes: {
          ...AGENT,
          'span.type': 'llm',
          'llm.operation': 'streamText',
          'llm.messages': J(ASKED),
          'ai.model.name': 'gpt-4o',
          'ai.model.temperature': 0.2,
          'llm.usage.prompt_tokens': 57,
          'llm.usage.completion_tokens': 12,
          'llm.usage.total_tokens': 69,
          'llm.usage.cached_tokens': 32,
          output: 'Sunny.',
        },
      },
      {
        id: '2222222222222222',
        name: 'weather',
        attributes: {
          ...AGENT,
          'agent.messages': J(ASKED),
          'agent.instructions': 'Be short.',
          'ai.model.name': 'gpt-4o',
          'usage.prompt_tokens': 114,
          'usage.completion_tokens': 24,
          'usage.cached_tokens': 32,
          output: 'Sunny.',
        },
      },
    );
    expect(llm?.['inputs']).toEqual({ model: 'gpt-4o', messages: ASKED, temperature: 0.2 });
    expect(llm?.['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(llm?.['summary'].usage).toBeUndefined();
    expect(llm?.['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' }, user: { id: 'u-1' } });
    expect(llm?.['thread_id']).toBe('c-1');

    expect(agent?.['inputs'].messages).toEqual([{ role: 'system', content: 'Be short.' }, ...ASKED]);
    expect(agent?.['output'].choices[0].message.content).toBe('Sunny.');
    expect(agent?.['summary'].usage['gpt-4o']).toMatchObject({
      input_tokens: 114,
      output_tokens: 24,
      cache_read_input_tokens: 32,
    });
    expect(agent).toMatchObject({ display_name: 'weather', turn_id: '2222222222222222' });
    expect(agent?.['attributes']).toMatchObject({ kind: 'agent', agent: { name: 'weather', id: 'a-1' } });
  });

  it.each([
    ['tool', 'tool', { inputs: { city: 'Oslo' }, output: { sky: 'sunny' }, op_name: 'get_weather' }],
    ['memory', 'task', { inputs: { city: 'Oslo' }, output: { sky: 'sunny' } }],
  ])('shows a %s span as such', (type, kind, expected) => {
    const call = mapOne({
      name: 'step',
      parent: '2222222222222222',
      attributes: {
        ...AGENT,
        'span.type': type,
        'tool.name': 'get_weather',
        input: J({ city: 'Oslo' }),
        output: J({ sky: 'sunny' }),
      },
    });
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('keeps the error of a failed span', () => {
    const events = [{ name: 'exception', attributes: { 'exception.type': 'Error', 'exception.message': 'boom' } }];
    expect(mapOne({ status: { code: 2 }, events, attributes: AGENT })['exception']).toBe('Error: boom');
  });
});
