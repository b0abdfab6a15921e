import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Span } from '../../../src/core/span.ts';
import { decodeRequest } from '../../../src/decode/request.ts';
import { createMapper, type MapSettings } from '../../../src/map/map-spans.ts';
import { type CallJson, J, mapOne, mapSpecs, PROJECT } from '../../support/spans.ts';

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

describe('the tokens of VoltAgent, as recorded', () => {
  const recording = join(import.meta.dirname, '../../fixtures/recordings/voltagent/001.pb');
  const decoded = decodeRequest(readFileSync(recording), 'protobuf');
  if (decoded.status === 'invalid') throw new Error(decoded.message);
  const spans = decoded.spans;
  const isAgent = ({ attributes }: Span) => attributes.get('entity.type') === 'agent' && !attributes.has('span.type');
  const [agents, below] = [spans.filter(isAgent), spans.filter((span) => !isAgent(span))];
  const stepTokens = below.map(({ attributes }) => Number(attributes.get('llm.usage.prompt_tokens') ?? 0));
  const agentTokens = agents.map(({ attributes }) => Number(attributes.get('usage.prompt_tokens') ?? 0));
  const total = (tokens: readonly number[]) => tokens.reduce((sum, one) => sum + one, 0);
  const silent = (span: Span): Span => ({
    ...span,
    attributes: new Map([...span.attributes].filter(([key]) => !key.startsWith('usage.'))),
  });

  /** Input tokens that Weave has in the end: in `leaf` of all calls, in `rollup` of those that have no parent among them. */
  function stored(usage: MapSettings['usage'], requests: readonly (readonly Span[])[]): number {
    const map = createMapper({ version: '0', ...(usage && { usage }) });
    const calls = new Map<string, CallJson>();
    for (const request of requests) {
      const { calls: done, corrections } = map(request.map((span) => ({ span, project: PROJECT })));
      for (const call of [...done, ...(corrections?.() ?? [])]) calls.set(call.id, JSON.parse(call.json.toString()));
    }
    const shown = [...calls.values()].filter((call) => usage === 'leaf' || !calls.has(call['parent_id']));
    const counts = shown.flatMap((call) => Object.values(call['summary'].usage ?? {})) as { input_tokens: number }[];
    return total(counts.map(({ input_tokens }) => input_tokens));
  }

  it.each(['leaf', 'rollup'] as const)(
    'are those of the agents, and of the steps where an agent has none: %s',
    (usage) => {
      expect(total(stepTokens)).toBeGreaterThan(0);
      expect(total(agentTokens)).toBeGreaterThan(total(stepTokens));
      expect(stored(usage, [spans])).toBe(total(agentTokens));
      expect(stored(usage, [below])).toBe(total(stepTokens));
      expect(stored(usage, [[...below, ...agents.map(silent)]])).toBe(total(stepTokens));
      for (const order of [spans, spans.toReversed(), [...below, ...agents], [...agents, ...below]])
        expect(
          stored(
            usage,
            order.map((span) => [span]),
          ),
        ).toBe(total(agentTokens));
    },
  );
});
