import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const flat = (prefix: string, members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`${prefix}.${name}`, value]));
const completion = (at: number, members: Readonly<Record<string, unknown>>) => flat(`gen_ai.completion.${at}`, members);

describe('OpenLLMetry', () => {
  const CALL = { 'tool_calls.0.id': 't1', 'tool_calls.0.name': 'w', 'tool_calls.0.arguments': J({ city: 'Oslo' }) };

  it.each<[string, Record<string, unknown>]>([
    [
      'thinking before it',
      {
        ...completion(0, { role: 'thinking', content: 'hm' }),
        ...completion(1, { role: 'assistant', content: 'I look.', finish_reason: 'tool_use', ...CALL }),
      },
    ],
    [
      'the blocks of a stream, each with the reason at their end',
      {
        ...completion(0, { role: 'thinking', content: 'hm', finish_reason: 'tool_use' }),
        ...completion(1, { role: 'assistant', content: 'I look.', finish_reason: 'tool_use' }),
        ...completion(2, { role: 'assistant', finish_reason: 'tool_use', ...CALL }),
      },
    ],
  ])("shows an Anthropic model's answer as one, with %s", (_what, attributes) => {
    const { output } = mapOne({
      name: 'anthropic.chat',
      attributes: { 'llm.request.type': 'chat', 'gen_ai.system': 'Anthropic', ...attributes },
    });
    expect(output.choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'I look.',
          reasoning_content: 'hm',
          tool_calls: [{ id: 't1', type: 'function', function: { name: 'w', arguments: J({ city: 'Oslo' }) } }],
        },
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('keeps the choices of other models apart', () => {
    const { output } = mapOne({
      name: 'openai.chat',
      attributes: {
        'llm.request.type': 'chat',
        'gen_ai.system': 'OpenAI',
        ...completion(0, { role: 'assistant', content: 'A', finish_reason: 'stop' }),
        ...completion(1, { role: 'assistant', content: 'B', finish_reason: 'stop' }),
      },
    });
    expect(output.choices).toHaveLength(2);
  });

  it("takes a tool's result out of the message and the wrapping that LangChain puts around it", () => {
    const kwargs = { content: 'sunny', type: 'tool', name: 'w', tool_call_id: 't1' };
    const message = { lc: 1, type: 'constructor', id: ['langchain', 'schema', 'messages', 'ToolMessage'], kwargs };
    const tool = (output: unknown) =>
      mapOne({
        name: 'w.tool',
        attributes: {
          'traceloop.span.kind': 'tool',
          'traceloop.entity.name': 'w',
          'traceloop.entity.output': J(output),
        },
      })['output'];
    expect(tool({ output: message, kwargs: { tags: [] } })).toBe('sunny');
    expect(tool({ output: 'rain', kwargs: {} })).toBe('rain');
    expect(tool({ output: 'rain' })).toEqual({ output: 'rain' });
  });

  it('shows a guardrail, and takes its verdict for a failure', () => {
    const call = mapOne({
      name: 'pii.guard',
      attributes: {
        'gen_ai.guardrail.name': 'pii',
        'gen_ai.guardrail.status': 'FAILED',
        'gen_ai.guardrail.input': J({ text: 'call 555' }),
        'gen_ai.guardrail.output': J({ found: ['phone'] }),
      },
    });
    expect(call).toMatchObject({ inputs: { text: 'call 555' }, output: { found: ['phone'] } });
    expect(call['attributes'].kind).toBe('guardrail');
    expect(call['exception']).toBe('Guardrail pii failed');
  });

  it('shows a handoff and a CrewAI agent', () => {
    const handoff = mapOne({
      name: 'a → b.handoff',
      attributes: { 'traceloop.span.kind': 'handoff', 'traceloop.entity.name': 'a → b' },
    });
    expect(handoff).toMatchObject({ op_name: 'a → b', attributes: { kind: 'task' } });
    const agent = mapOne({
      name: 'Researcher.agent',
      attributes: {
        'traceloop.span.kind': 'agent',
        'crewai.agent.role': 'Researcher',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 57,
        'gen_ai.usage.output_tokens': 12,
        'traceloop.association.properties.session_id': 's-1',
      },
    });
    // the only carrier of the tokens keeps them
    expect(agent['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(agent).toMatchObject({ thread_id: 's-1', attributes: { kind: 'agent', agent: { name: 'Researcher' } } });
  });

  it("leaves CrewAI's own telemetry plain", () => {
    const call = mapOne({
      name: 'Crew Created',
      scope: 'crewai.telemetry',
      attributes: { crew_key: 'x', crew_tasks: J([{ id: 1 }]), crew_inputs: J({ topic: 'a' }) },
    });
    expect([call['inputs'], call['output']]).toEqual([{ topic: 'a' }, null]);
    expect(call['attributes'].kind).toBeUndefined();
  });

  it.each([
    [
      'vector_index_retriever.retrieve',
      'Paris?',
      [{ node: { text: 'Sunny.' }, score: 1 }],
      {
        attributes: { kind: 'retriever' },
        inputs: { query: 'Paris?' },
        output: [{ node: { text: 'Sunny.' }, score: 1 }],
      },
    ],
    [
      'base_embedding.get_query_embedding',
      { type: 'text', text: 'Paris?' },
      [0.1, 0.2, 0.3],
      { attributes: { kind: 'embedding' }, inputs: { texts: ['Paris?'] }, output: { dimensions: 3 } },
    ],
    ['base_embedding.get_text_embeddings', ['a', 'b'], [[0.1], [0.2]], { output: { dimensions: 1 } }],
    ['notes.retrieve', 'Paris?', 'x', { attributes: { kind: 'task' } }],
  ])("knows LlamaIndex's %s by the name of the method", (name, input, output, expected) => {
    const attributes = {
      'traceloop.span.kind': 'task',
      'traceloop.entity.input': J({ args: [input], kwargs: {} }),
      'traceloop.entity.output': J(output),
    };
    expect(mapOne({ scope: '@traceloop/instrumentation-llamaindex', name, attributes })).toMatchObject(expected);
  });
});
