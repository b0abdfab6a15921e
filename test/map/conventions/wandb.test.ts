import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

describe('W&B Weave keys', () => {
  it('name the call, its thread, its run and its attributes over what other conventions say', () => {
    const call = mapOne({
      name: 'chat gpt-4o',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.conversation.id': 'other',
        'gen_ai.usage.input_tokens': 5,
        'gen_ai.usage.output_tokens': 3,
        'input.value': J({ messages: [{ role: 'user', content: 'Hi' }] }),
        'output.value': J({
          choices: [{ index: 0, message: { role: 'assistant', content: 'Yo' }, finish_reason: 'stop' }],
        }),
        'wandb.display_name': 'my call',
        'wandb.thread_id': 't-1',
        'wandb.is_turn': true,
        'wandb.attributes': J({ team: 'blue', kind: 'mine' }),
        'wandb.wb_run_id': 'run1',
        'wandb.wb_run_step': 3,
        'wandb.wb_run_step_end': '4',
      },
    });
    expect(call).toMatchObject({
      op_name: 'chat',
      display_name: 'my call',
      thread_id: 't-1',
      turn_id: call['id'],
      wb_run_id: 'run1',
      wb_run_step: 3,
      wb_run_step_end: 4,
    });
    expect(call['inputs']).toEqual({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });
    expect(call['output'].choices[0]).toEqual({
      index: 0,
      message: { role: 'assistant', content: 'Yo' },
      finish_reason: 'stop',
    });
    expect(call['summary'].usage['gpt-4o']).toEqual({
      input_tokens: 5,
      output_tokens: 3,
      total_tokens: 8,
      requests: 1,
    });
    expect(call['attributes']).toMatchObject({ team: 'blue', kind: 'mine', model: 'gpt-4o', weave: { kind: 'llm' } });
  });

  it.each([
    ['llm', 'llm'],
    ['LLM', 'llm'],
    ['search', 'retriever'],
    ['guardrail', 'guardrail'],
    ['hologram', undefined],
  ])('take the kind %s for %s', (said, kind) => {
    expect(mapOne({ attributes: { 'weave.span.kind': said } })['attributes'].kind).toBe(kind);
  });

  it.each([
    [true, true],
    ['true', true],
    [1, true],
    [false, false],
    ['false', false],
    [0, false],
  ])('make a turn of `wandb.is_turn` %p: %p', (said, isTurn) => {
    const call = mapOne({
      attributes: { 'wandb.thread_id': 't-1', 'wandb.is_turn': said },
      parent: '1111111111111111',
    });
    expect(call['turn_id']).toBe(isTurn ? call['id'] : undefined);
  });

  it('may be bare, and a kvlist', () => {
    const run = mapOne({ attributes: { wb_run_id: 'run1', wb_run_step: 2 } });
    expect(run).toMatchObject({ wb_run_id: 'run1', wb_run_step: 2 });
    expect(mapOne({ attributes: { 'wandb.attributes': { team: 'blue' } } })['attributes']).toMatchObject({
      team: 'blue',
    });
  });

  it.each(['team/app/run1', 'a:b'])('leave %s, which Weave refuses, among the attributes', (id) => {
    const call = mapOne({ attributes: { 'wandb.wb_run_id': id } });
    expect(call['wb_run_id']).toBeUndefined();
    expect(call['attributes'].wandb.wb_run_id).toBe(id);
  });

  it('leave a failure to the span', () => {
    const call = mapOne({ attributes: { 'wandb.display_name': 'x' }, status: { code: 2, message: 'bad' } });
    expect(call['exception']).toBe('bad');
  });
});
