import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs } from '../../support/spans.ts';

const ASKED = [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }];
const ANSWERED = [{ role: 'assistant', parts: [{ type: 'text', content: 'Sunny.' }], finish_reason: 'stop' }];
const USAGE = { 'gen_ai.usage.input_tokens': 57, 'gen_ai.usage.output_tokens': 12 };

describe('Microsoft Agent Framework', () => {
  it('counts the chat, not the agent that repeats it', () => {
    const [chat, agent] = mapSpecs(
      {
        id: '1111111111111111',
        parent: '2222222222222222',
        name: 'chat gpt-4o',
        scope: 'agent_framework',
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.request.choice.count': 1,
          'gen_ai.input.messages': J(ASKED),
          'gen_ai.output.messages': J(ANSWERED),
          ...USAGE,
        },
      },
      {
        id: '2222222222222222',
        name: 'invoke_agent weather',
        scope: 'agent_framework',
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.provider.name': 'microsoft.agent_framework',
          'gen_ai.agent.name': 'weather',
          'gen_ai.conversation.id': 'c-1',
          'gen_ai.input.messages': J(ASKED),
          'gen_ai.output.messages': J(ANSWERED),
          ...USAGE,
        },
      },
    );
    expect(chat?.['inputs']).toEqual({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Weather?' }], n: 1 });
    expect(chat?.['output'].choices[0]).toMatchObject({ message: { content: 'Sunny.' }, finish_reason: 'stop' });
    expect(chat?.['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(agent?.['summary'].usage).toBeUndefined();
    expect(agent).toMatchObject({ thread_id: 'c-1', display_name: 'weather', turn_id: '2222222222222222' });
    expect(agent?.['attributes']).toMatchObject({ kind: 'agent', weave: { kind: 'agent' } });
    expect(agent?.['attributes'].provider).toBeUndefined();
  });

  it.each([
    ['workflow.run', 'workflow', 'workflow.run'],
    ['executor.process writer', 'task', 'executor.process'],
    ['edge_group.process Fan', 'task', 'edge_group.process'],
    ['message.send', 'task', 'message.send'],
  ])('knows %s', (name, kind, opName) => {
    const call = mapOne({ name, scope: 'agent_framework', attributes: { 'executor.id': 'writer' } });
    expect(call).toMatchObject({ op_name: opName, display_name: name });
    expect(call['attributes'].kind).toBe(kind);
  });
});

describe('Microsoft.Extensions.AI', () => {
  it.each([
    ['orchestrate_tools', 'chain'],
    ['chat.completions', 'llm'],
    ['chat', 'llm'],
    ['execute_tool', 'tool'],
  ])('knows %s', (operation, kind) => {
    const call = mapOne({
      name: operation,
      scope: 'Experimental.Microsoft.Extensions.AI',
      attributes: { 'gen_ai.operation.name': operation },
    });
    expect(call['attributes'].kind).toBe(kind);
  });
});

describe('Semantic Kernel', () => {
  it('reads messages in events, whole in one attribute', () => {
    const call = mapOne({
      name: 'chat.completions gpt-4o',
      scope: 'Microsoft.SemanticKernel.Diagnostics',
      attributes: {
        'gen_ai.operation.name': 'chat.completions',
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.finish_reason': 'Stop',
        'gen_ai.response.prompt_tokens': 57,
        'gen_ai.response.completion_tokens': 12,
        'sk.available_functions': 'Weather-get,Time-now',
      },
      events: [
        {
          name: 'gen_ai.user.message',
          attributes: { 'gen_ai.event.content': J({ role: 'user', content: 'Weather?' }) },
        },
        {
          name: 'gen_ai.choice',
          attributes: { 'gen_ai.event.content': J({ index: 0, message: { role: 'assistant', content: 'Sunny.' } }) },
        },
      ],
    });
    expect(call['inputs']).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [
        { type: 'function', function: { name: 'Weather-get' } },
        { type: 'function', function: { name: 'Time-now' } },
      ],
    });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
    expect(call['summary'].usage['gpt-4o']).toMatchObject({ input_tokens: 57, output_tokens: 12 });
    expect(call['op_name']).toBe('chat.completions');
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' } });
  });
});

describe('AutoGen', () => {
  it('knows its agents, and keeps what it says of messages', () => {
    const call = mapOne({
      name: 'invoke_agent writer',
      scope: 'autogen-core',
      status: { code: 2, message: 'cancelled' },
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.system': 'autogen',
        'gen_ai.agent.name': 'writer',
        'messaging.operation': 'process',
      },
    });
    expect(call['attributes']).toMatchObject({
      kind: 'agent',
      agent: { name: 'writer' },
      messaging: { operation: 'process' },
    });
    expect(call['attributes'].provider).toBeUndefined();
    expect(call['exception']).toBe('cancelled');
  });

  it('tell the session of an agent of Agent 365', () => {
    const attributes = { 'gen_ai.operation.name': 'invoke_agent', 'microsoft.session.id': 's-1' };
    expect(mapOne({ scope: 'Agent365Sdk', attributes })['thread_id']).toBe('s-1');
  });
});
