import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const SCOPE = 'codex_cli_rs';
const THREAD = '019e9100-0000-7000-8000-00000000000a';
const turn: SpanSpec = {
  scope: SCOPE,
  id: '0000000000000001',
  parent: '00f067aa0ba902b7',
  name: 'session_task.turn',
  attributes: {
    model: 'gpt-5-codex',
    'thread.id': THREAD,
    'turn.id': 't-1',
    'gen_ai.conversation.id': 't-1',
    'codex.turn.token_usage.input_tokens': 200,
    'codex.turn.token_usage.cached_input_tokens': 64,
    'codex.turn.token_usage.cache_write_input_tokens': 8,
    'codex.turn.token_usage.non_cached_input_tokens': 136,
    'codex.turn.token_usage.output_tokens': 40,
    'codex.turn.token_usage.reasoning_output_tokens': 10,
    'codex.turn.token_usage.total_tokens': 240,
  },
};
const response: SpanSpec = {
  scope: SCOPE,
  id: '0000000000000002',
  parent: '0000000000000001',
  name: 'completed',
  attributes: {
    'thread.id': 10,
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'codex.usage.reasoning_output_tokens': 5,
    'codex.usage.total_tokens': 120,
  },
};

describe('spans of Codex', () => {
  it('count the tokens of each response where the turn has not come to its end', () => {
    const responses = mapSpecs(response, { ...response, id: '0000000000000003' });
    for (const call of responses) expect(call['summary'].usage).toMatchObject({ unknown: { input_tokens: 100 } });
  });

  it('count the tokens of a turn where its model is told', () => {
    const [inner, outer] = mapSpecs(response, turn);
    expect(inner?.['summary'].usage).toBeUndefined();
    expect(inner?.['attributes']).toMatchObject({ kind: 'task', usage_repeated: { unknown: { input_tokens: 100 } } });
    expect(inner?.['thread_id']).toBeUndefined();
    // its content is in log records of another kind
    expect([outer?.['inputs'], outer?.['output']]).toEqual([{ messages: [] }, null]);
    expect(outer?.['summary'].usage).toEqual({
      'gpt-5-codex': {
        input_tokens: 200,
        output_tokens: 40,
        total_tokens: 240,
        cache_read_input_tokens: 64,
        cache_creation_input_tokens: 8,
        reasoning_tokens: 10,
      },
    });
    expect(outer).toMatchObject({
      op_name: 'session_task.turn',
      thread_id: THREAD,
      turn_id: '0000000000000001',
      attributes: { kind: 'agent', model: 'gpt-5-codex', provider: 'openai', weave: { kind: 'agent' } },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['codex.tool.shell', {}, 'shell'],
    ['handle_tool_call', { tool_name: 'apply_patch' }, 'apply_patch'],
  ])('know the tool of %s', (name, attributes, tool) => {
    const call = mapOne({ scope: SCOPE, name, attributes: { call_id: 'call_1', ...attributes } });
    expect(call).toMatchObject({ op_name: tool, attributes: { kind: 'tool', tool: { call_id: 'call_1' } } });
  });

  it('know a tool by the span of its name, and none by what only mentions it', () => {
    const attributes = { tool_name: 'exec_command', call_id: 'call_1' };
    expect(mapOne({ scope: SCOPE, name: 'exec_command', attributes })['attributes'].kind).toBe('tool');
    expect(mapOne({ scope: SCOPE, name: 'observation', attributes })['attributes'].kind).toBeUndefined();
  });

  it.each([
    ['true', undefined],
    ['false', 'no such file'],
  ])('tell what a log record says of a tool whose success is %s', (success, exception) => {
    const said = { call_id: 'call_1', success, arguments: J({ cmd: 'ls' }), output: 'no such file' };
    const call = mapOne({
      scope: SCOPE,
      name: 'exec_command',
      attributes: { tool_name: 'exec_command', call_id: 'call_1' },
      events: [{ name: 'codex.tool_result', attributes: said }],
    });
    expect(call).toMatchObject({ inputs: { cmd: 'ls' }, output: 'no such file' });
    expect(call['exception']).toBe(exception);
  });

  it('show what a user has said, which a log record holds', () => {
    const events = [{ name: 'codex.user_prompt', attributes: { prompt: 'List the files' } }];
    const call = mapOne({ scope: SCOPE, name: 'codex.turn_input', events });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'List the files' }]);
  });

  it('know what a tool was given and gave', () => {
    const attributes = { arguments: J({ command: ['ls'] }), output: 'a.txt' };
    const call = mapOne({ scope: SCOPE, name: 'codex.tool.shell', attributes });
    expect(call).toMatchObject({ inputs: { command: ['ls'] }, output: 'a.txt' });
    expect(mapOne({ scope: SCOPE, name: 'run_turn', attributes })['inputs']).toEqual({});
  });

  it('open no turn with anything else', () => {
    const call = mapOne({ scope: SCOPE, name: 'session_init', attributes: { 'thread.id': THREAD } });
    expect(call['thread_id']).toBe(THREAD);
    expect(call['turn_id']).toBeUndefined();
  });

  it('tell a failed turn', () => {
    expect(mapOne({ ...turn, status: { code: 2, message: 'usage limit' } })['exception']).toBe('usage limit');
  });
});
