import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('OpenLLMetry', () => {
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
});
