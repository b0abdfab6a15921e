import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const SCOPE = 'com.anthropic.sdk.typescript';
const create: SpanSpec = {
  scope: SCOPE,
  name: 'anthropic.messages.create',
  status: { code: 1 },
  attributes: {
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'claude-sonnet-4-5',
    'gen_ai.request.max_tokens': 200,
    'anthropic.thinking.type': 'enabled',
    'anthropic.thinking.budget_tokens': 1024,
    'anthropic.request.service_tier': 'auto',
    'gen_ai.system_instructions': J([{ type: 'text', content: 'Be brief.' }]),
    'gen_ai.input.messages': J([{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }]),
    'gen_ai.output.messages': J([{ role: 'assistant', parts: [{ type: 'text', content: 'Hello.' }] }]),
    'gen_ai.response.id': 'msg_1',
    'gen_ai.response.model': 'claude-sonnet-4-5',
    'gen_ai.usage.input_tokens': 57,
    'gen_ai.usage.output_tokens': 12,
    'gen_ai.usage.cache_write.input_tokens': 5,
    'gen_ai.usage.cache_read.input_tokens': 32,
    'gen_ai.usage.reasoning.output_tokens': 4,
    'anthropic.message.stop_reason': 'end_turn',
    'gen_ai.response.time_to_first_chunk': 0.25,
  },
};

describe('spans of the Anthropic SDK', () => {
  it('read a model call', () => {
    const call = mapOne(create);
    expect(call).toMatchObject({
      op_name: 'anthropic.messages.create',
      inputs: {
        model: 'claude-sonnet-4-5',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        max_tokens: 200,
        thinking_type: 'enabled',
        thinking_budget_tokens: 1024,
        service_tier: 'auto',
      },
      output: { id: 'msg_1', choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }] },
      attributes: { kind: 'llm', provider: 'anthropic', time_to_first_token_ms: 250 },
    });
    expect(call['summary'].usage).toEqual({
      'claude-sonnet-4-5': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        cache_creation_input_tokens: 5,
        reasoning_tokens: 4,
      },
    });
  });

  it('add cache writes up where only their parts are told', () => {
    const { 'gen_ai.usage.cache_write.input_tokens': _, ...rest } = create.attributes ?? {};
    const call = mapOne({
      ...create,
      attributes: {
        ...rest,
        'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 3,
        'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 2,
      },
    });
    expect(call['summary'].usage['claude-sonnet-4-5'].cache_creation_input_tokens).toBe(5);
  });

  it('count a call once that the platform reports too', () => {
    const server = { ...create, scope: 'com.anthropic.claude-platform', name: 'messages', id: '0000000000000002' };
    const [inner, outer] = mapSpecs({ ...server, parent: '0000000000000001' }, { ...create, id: '0000000000000001' });
    expect(inner?.['summary'].usage).toBeDefined();
    expect(outer?.['summary'].usage).toBeUndefined();
  });

  it('read a tool that the runner ran', () => {
    const call = mapOne({
      scope: SCOPE,
      name: 'anthropic.custom_tool_use get_weather',
      status: { code: 2 },
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'get_weather',
        'gen_ai.tool.call.id': 'toolu_1',
        'gen_ai.tool.call.arguments': J({ city: 'Paris' }),
        'anthropic.tool_result.content': J([{ type: 'text', text: 'no such city' }]),
        'anthropic.session.id': 'sess_1',
        'anthropic.session.thread.id': 'sthr_1',
        'error.type': 'tool_error',
      },
    });
    expect(call).toMatchObject({
      op_name: 'get_weather',
      inputs: { city: 'Paris' },
      output: [{ type: 'text', text: 'no such city' }],
      exception: 'tool_error',
      thread_id: 'sthr_1',
      attributes: { kind: 'tool' },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'anthropic.messages.tool_runner',
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.request.model': 'm' },
      'agent',
    ],
    [
      'anthropic.messages.count_tokens',
      { 'gen_ai.request.model': 'm', 'anthropic.message.count_tokens.input_tokens': 20 },
      'task',
    ],
    ['anthropic.sessions.create', { 'gen_ai.request.model': 'm', 'gen_ai.agent.name': 'a' }, 'task'],
    ['anthropic.files.list', { 'http.route': '/v1/files' }, 'task'],
  ])('know what %s is', (name, attributes, kind) => {
    const call = mapOne({ scope: SCOPE, name, attributes });
    expect(call['attributes'].kind).toBe(kind);
    expect(call['summary'].usage).toBeUndefined();
  });

  it('tell a failure that has no exception event', () => {
    const call = mapOne({
      ...create,
      status: { code: 2 },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'http.response.status_code': 404,
        'error.type': 'not_found_error',
      },
    });
    expect(call['exception']).toBe('not_found_error');
  });
});
