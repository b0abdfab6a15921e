import { describe, expect, it } from '@jest/globals';
import { mapOne, type SpanSpec } from '../support/spans.ts';

describe('the names of a call', () => {
  it.each<[SpanSpec, string, string]>([
    [{ name: 'GET /items/:id' }, 'GET /items/:id', 'GET /items/:id'],
    [
      { name: 'chat gpt-5', attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5' } },
      'chat',
      'chat gpt-5',
    ],
    [
      { name: 'gpt-5', attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5' } },
      'chat',
      'gpt-5',
    ],
    // a model's name must not eat the end of another word
    [{ name: 'llm', attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' } }, 'llm', 'llm'],
    [
      { name: 'execute_tool f', attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'f' } },
      'f',
      'f',
    ],
    [
      { name: 'invoke_agent A', attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'A' } },
      'invoke_agent A',
      'A',
    ],
    [{ name: 'gpt-5.llm', attributes: { 'gen_ai.request.model': 'gpt-5' } }, 'llm', 'gpt-5.llm'],
    [
      { name: 'Crew_aba43417-2c71-4ce4-99ae-4ecee5b0c3fa.kickoff' },
      'Crew_*.kickoff',
      'Crew_aba43417-2c71-4ce4-99ae-4ecee5b0c3fa.kickoff',
    ],
    [{ name: 'step 2' }, 'step', 'step 2'],
    [{ name: 'Iteration-13' }, 'Iteration', 'Iteration-13'],
    [{ name: 'GET /step/2' }, 'GET /step/2', 'GET /step/2'],
    [
      { name: 'step 2', attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'step 2' } },
      'step 2',
      'step 2',
    ],
    [{ name: 'x', attributes: { 'wandb.display_name': 'My call' } }, 'x', 'My call'],
    [{ name: 'weave:///a/b/op/c:d' }, 'op:weave:///a/b/op/c:d', 'weave:///a/b/op/c:d'],
  ])('of %j are op %j and display %j', (spec, op, display) => {
    const call = mapOne(spec);
    expect([call['op_name'], call['display_name']]).toEqual([op, display]);
  });

  it('has an op even for a span without a name', () => {
    expect(mapOne({ name: '' })['op_name']).toBe('span');
  });

  it('shortens long names to what Weave takes, two of them to two ops', () => {
    const [a, b] = ['a', 'b'].map((end) => mapOne({ name: '😀'.repeat(700) + end }));
    expect(a?.['op_name'].length).toBeLessThanOrEqual(128);
    expect(a?.['op_name']).not.toBe(b?.['op_name']);
    expect(a?.['op_name'].isWellFormed() && a['display_name'].isWellFormed()).toBe(true);
    expect(a?.['display_name'].length).toBeLessThanOrEqual(1024);
  });
});

describe('threads and turns', () => {
  const thread = { 'gen_ai.conversation.id': 'c-1' };
  it.each<[string, SpanSpec, string | undefined, string | undefined]>([
    ['no thread', {}, undefined, undefined],
    ['a root in a thread', { id: 'aaaaaaaaaaaaaaaa', attributes: thread }, 'c-1', 'aaaaaaaaaaaaaaaa'],
    ['a child in a thread', { parent: 'bbbbbbbbbbbbbbbb', attributes: thread }, 'c-1', undefined],
    [
      'a child that says it is a turn',
      { id: 'aaaaaaaaaaaaaaaa', parent: 'bbbbbbbbbbbbbbbb', attributes: { ...thread, 'wandb.is_turn': true } },
      'c-1',
      'aaaaaaaaaaaaaaaa',
    ],
    ['a root that says it is none', { attributes: { ...thread, 'wandb.is_turn': false } }, 'c-1', undefined],
    [
      'the app’s own word first',
      { id: 'aaaaaaaaaaaaaaaa', attributes: { ...thread, 'wandb.thread_id': 't' } },
      't',
      'aaaaaaaaaaaaaaaa',
    ],
  ])('%s', (_what, spec, threadId, turnId) => {
    const call = mapOne(spec);
    expect([call['thread_id'], call['turn_id']]).toEqual([threadId, turnId]);
  });
});

describe('the link to a W&B run', () => {
  it('takes id and steps', () => {
    const call = mapOne({
      attributes: { 'wandb.wb_run_id': 'r1', 'wandb.wb_run_step': 3, 'wandb.wb_run_step_end': 4 },
    });
    expect([call['wb_run_id'], call['wb_run_step'], call['wb_run_step_end']]).toEqual(['r1', 3, 4]);
  });

  it('takes no id that Weave would refuse', () => {
    expect(mapOne({ attributes: { 'wandb.wb_run_id': 'team/app/r1' } })['wb_run_id']).toBeUndefined();
  });
});

it('a name of signs without end takes no square of its length', () => {
  const name = `${' :/'.repeat(100_000)}x${' :'.repeat(100_000)} gpt-5`;
  const call = mapOne({ name, attributes: { 'gen_ai.request.model': 'gpt-5' } });
  expect(call['op_name']).toHaveLength(128);
});
