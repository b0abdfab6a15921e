import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const span = (name: string, attributes: Record<string, unknown>, more: Partial<SpanSpec> = {}): SpanSpec => ({
  scope: 'opentelemetry.instrumentation.crewai.instrumentation',
  name,
  attributes: { 'gen_ai.operation.name': 'invoke_agent', 'session.id': 's-1', ...attributes },
  ...more,
});
const TASK = {
  'traceloop.span.kind': 'task',
  'traceloop.entity.name': 'What is the weather in Oslo?',
  'crewai.task.id': 't1',
  'crewai.task.description': 'What is the weather in Oslo?',
  'crewai.task.expected_output': 'the weather',
  'traceloop.entity.output': 'Sunny.',
};
const AGENT = {
  'crewai.agent.id': 'a1',
  'crewai.agent.role': 'reporter',
  'crewai.agent.goal': 'tell the weather',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 57,
  'gen_ai.usage.output_tokens': 12,
};

describe('a crew, as OpenLLMetry records it', () => {
  it('has a task, named for people by what it asks, and for filters by what it is', () => {
    expect(mapOne(span('What is the weather in Oslo?.task', TASK))).toMatchObject({
      op_name: 'crewai.task',
      display_name: 'What is the weather in Oslo?',
      inputs: { description: 'What is the weather in Oslo?', expected_output: 'the weather' },
      output: 'Sunny.',
      thread_id: 's-1',
      attributes: { kind: 'task' },
    });
  });

  it('has the tokens of all its agents together, where no span below has any', () => {
    const of = (agents: readonly unknown[], usage: string) =>
      mapOne(span('crewai.workflow', { 'crewai.crew.agents': J(agents), 'crewai.crew.token_usage': usage }))['summary'];
    const usage =
      'total_tokens=296 prompt_tokens=212 cached_prompt_tokens=68 completion_tokens=84 reasoning_tokens=14 cache_creation_tokens=0 successful_requests=2';
    const counts = { input_tokens: 212, output_tokens: 84, total_tokens: 296, cache_read_input_tokens: 68 };
    expect(of([{ llm: 'gpt-4o' }, { llm: 'gpt-4o' }], usage).usage['gpt-4o']).toMatchObject(counts);
    expect(of([{ llm: 'gpt-4o' }, { llm: 'o3' }], usage).usage['unknown']).toMatchObject({ reasoning_tokens: 14 });
    expect(of([{ llm: 'gpt-4o' }], 'none').usage).toBeUndefined();
  });

  it('has an agent, and its crew is a workflow', () => {
    const crew = span('crewai.workflow', { 'crewai.crew.tasks': J([{ id: 't1' }]) }, { id: 'aaaaaaaaaaaaaaaa' });
    const agent = span('reporter.agent', AGENT, { id: 'bbbbbbbbbbbbbbbb', parent: 'aaaaaaaaaaaaaaaa' });
    const [first, second] = mapSpecs(agent, crew);
    expect(first).toMatchObject({
      display_name: 'reporter',
      inputs: { goal: 'tell the weather' },
      attributes: { kind: 'agent', agent: { name: 'reporter' } },
      summary: { usage: { 'gpt-4o': { input_tokens: 57, output_tokens: 12 } } },
    });
    expect(second).toMatchObject({ op_name: 'crewai.workflow', attributes: { kind: 'workflow' } });
  });

  it('tells why a task failed', () => {
    const failed = span('t.task', TASK, { status: { code: 2, message: 'no weather today' } });
    expect(mapOne(failed)['exception']).toBe('no weather today');
  });
});
