import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const SCOPE = 'com.anthropic.claude_code.tracing';
const span = (type: string, attributes: Record<string, unknown>, more: Partial<SpanSpec> = {}): SpanSpec => ({
  scope: SCOPE,
  name: `claude_code.${type}`,
  parent: '00f067aa0ba902b7',
  attributes: {
    'span.type': type,
    'session.id': 's-9',
    'user.id': 'u-7',
    'anthropic.provider': 'firstParty',
    ...attributes,
  },
  ...more,
});

describe('spans of Claude Code', () => {
  it('read a model call, whose counts leave cached tokens out of the input', () => {
    const call = mapOne(
      span('llm_request', {
        model: 'claude-sonnet-4-5',
        'gen_ai.system': 'anthropic',
        input_tokens: 20,
        output_tokens: 12,
        cache_read_tokens: 32,
        cache_creation_tokens: 5,
        ttft_ms: 21,
        cost_usd: 0.0003,
        stop_reason: 'end_turn',
        success: true,
        system_prompt_preview: 'You are Claude Code.',
        new_context: 'What is the weather in Paris?',
        tools: J([{ name: 'Bash' }]),
        'response.model_output': 'Sunny.',
      }),
    );
    expect(call).toMatchObject({
      op_name: 'claude_code.llm_request',
      thread_id: 's-9',
      inputs: {
        model: 'claude-sonnet-4-5',
        messages: [
          { role: 'system', content: 'You are Claude Code.' },
          { role: 'user', content: 'What is the weather in Paris?' },
        ],
        tools: [{ type: 'function', function: { name: 'Bash' } }],
      },
      output: { choices: [{ message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' }] },
      attributes: {
        kind: 'llm',
        provider: 'anthropic',
        user: { id: 'u-7' },
        time_to_first_token_ms: 21,
        cost_usd: 0.0003,
      },
    });
    expect(call['summary'].usage).toEqual({
      'claude-sonnet-4-5': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        cache_creation_input_tokens: 5,
      },
    });
    expect(call['turn_id']).toBeUndefined();
    expect(call['exception']).toBeUndefined();
  });

  it('open a turn with what the user said', () => {
    const call = mapOne(span('interaction', { user_prompt: 'Hi' }));
    expect(call).toMatchObject({
      inputs: { messages: [{ role: 'user', content: 'Hi' }] },
      thread_id: 's-9',
      turn_id: call['id'],
      attributes: { kind: 'agent', weave: { kind: 'agent' }, user: { id: 'u-7' } },
    });
  });

  it('open no turn with a model call that stands alone', () => {
    const call = mapOne(span('llm_request', { model: 'm' }, { parent: '' }));
    expect(call['thread_id']).toBe('s-9');
    expect(call['turn_id']).toBeUndefined();
  });

  it('take prompt and answer from the log records that were joined', () => {
    const events = [
      { name: 'claude_code.user_prompt', attributes: { prompt: 'Hi' } },
      { name: 'claude_code.assistant_response', attributes: { response: 'I will look.' } },
      { name: 'claude_code.assistant_response', attributes: { response: 'Sunny.' } },
    ];
    const call = mapOne(span('interaction', { user_prompt: '<REDACTED>' }, { events }));
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(call['output'].choices[0].message.content).toBe('Sunny.');
  });

  it.each<[string, Record<string, unknown>, SpanSpec['events'], Record<string, unknown>, unknown]>([
    [
      'its whole input and the output in an event',
      { tool_input: J({ command: 'ls' }), full_command: 'ls' },
      [{ name: 'tool.output', attributes: { output: '<REDACTED>', content: 'a.txt' } }],
      { command: 'ls' },
      'a.txt',
    ],
    [
      'its input in a log record, whole',
      { full_command: 'ls' },
      [{ name: 'claude_code.tool_result', attributes: { tool_input: J({ command: 'ls', timeout: 5 }) } }],
      { command: 'ls', timeout: 5 },
      null,
    ],
    [
      'the details of its input and the output as context',
      { full_command: 'ls', tool_input: '<REDACTED>', new_context: 'a.txt' },
      [],
      { full_command: 'ls' },
      'a.txt',
    ],
    [
      'what it changed',
      { file_path: '/a.txt' },
      [{ name: 'tool.output', attributes: { diff: '+line' } }],
      { file_path: '/a.txt' },
      '+line',
    ],
  ])('read a tool with %s', (_form, attributes, events = [], inputs, output) => {
    const call = mapOne(span('tool', { tool_name: 'Bash', tool_use_id: 'toolu_1', ...attributes }, { events }));
    expect(call).toMatchObject({ op_name: 'Bash', display_name: 'Bash', output });
    expect(call['inputs']).toEqual(inputs);
    expect(call['attributes']).toMatchObject({ kind: 'tool', tool: { call_id: 'toolu_1' } });
  });

  it.each([
    ['interaction', 'agent'],
    ['claude_code.interaction', 'agent'],
    ['llm_request', 'llm'],
    ['claude_code.llm_request', 'llm'],
    ['claude_code.tool', 'tool'],
    ['tool.execution', 'task'],
    ['tool.blocked_on_user', 'task'],
    ['hook', 'task'],
    ['constructor', undefined],
  ])('know %s', (type, kind) => {
    expect(mapOne(span(type, {}))['attributes'].kind).toBe(kind);
  });

  it.each<[unknown, string | undefined, string | undefined]>([
    [false, 'Exit code 1', 'Exit code 1'],
    ['false', undefined, 'It did not succeed (the span says no reason)'],
    [true, 'ignored', undefined],
  ])('fail where success is %j', (success, error, exception) => {
    expect(mapOne(span('tool', { success, error }))['exception']).toBe(exception);
  });

  it('leave the same keys of other scopes alone', () => {
    const { attributes } = span('tool', { success: false, error: 'no' });
    const call = mapOne({ scope: 'my-app', name: 'work', attributes: attributes ?? {} });
    expect(call['attributes'].kind).toBeUndefined();
    expect(call['exception']).toBeUndefined();
  });
});
