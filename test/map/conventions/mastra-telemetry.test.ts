import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs } from '../../support/spans.ts';

const USAGE = { inputTokens: 57, outputTokens: 12, totalTokens: 69, reasoningTokens: 5, cachedInputTokens: 32 };
const CALL = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
const STEP = 'workflow.executionWorkflow.step.llm-execution';

const modelStep = (output: object) => ({
  name: STEP,
  attributes: {
    componentName: 'executionWorkflow',
    [`${STEP}.argument.0`]: J({ workflowId: 'executionWorkflow', inputData: { messageId: 'm-1' } }),
    [`${STEP}.result`]: J({
      stepResult: { reason: 'tool-calls' },
      metadata: {
        id: 'chatcmpl-1',
        modelId: 'gpt-4o-2026-06-01',
        modelMetadata: { modelProvider: 'openai.chat' },
        request: { body: { model: 'gpt-4o', temperature: 0.2, messages: [{ role: 'user', content: 'Weather?' }] } },
      },
      output: { usage: USAGE, ...output },
    }),
  },
});
const agent = (method: string, result?: unknown) => ({
  name: `agent.${method}`,
  attributes: {
    componentName: 'weather-agent',
    [`agent.${method}.argument.0`]: J('Weather?'),
    [`agent.${method}.argument.1`]: J({
      memory: { thread: 't-1', resource: 'u-1' },
      modelSettings: { temperature: 0.2, maxOutputTokens: 200 },
    }),
    ...(result !== undefined && { [`agent.${method}.result`]: J(result) }),
  },
});

describe("Mastra's telemetry of old", () => {
  it('finds a request to the model, its answer and what it used in the result of a step', () => {
    const toolCalls = [{ toolCallId: 'call_1', toolName: 'get_weather', args: { city: 'Paris' } }];
    const call = mapOne(modelStep({ text: '', toolCalls }));
    expect(call).toMatchObject({
      op_name: 'llm-execution',
      display_name: 'llm-execution',
      inputs: { model: 'gpt-4o', temperature: 0.2, messages: [{ role: 'user', content: 'Weather?' }] },
      output: { id: 'chatcmpl-1', model: 'gpt-4o-2026-06-01' },
      attributes: { kind: 'llm', weave: { kind: 'llm' }, provider: 'openai' },
    });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: '', tool_calls: [CALL] }, finish_reason: 'tool_calls' },
    ]);
    expect(call['summary'].usage).toEqual({
      'gpt-4o-2026-06-01': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        reasoning_tokens: 5,
      },
    });
  });

  it('counts neither the answer as a whole nor the agent once more', () => {
    const gathered = {
      name: 'mastra.stream',
      attributes: {
        componentName: 'weather-agent',
        'mastra.operationId': 'mastra.stream',
        'aisdk.model.id': 'gpt-4o',
        'stream.prompt.messages': J([{ role: 'user', content: [{ type: 'text', text: 'Weather?' }] }]),
        'stream.usage.inputTokens': 57,
        'stream.usage.outputTokens': 12,
        'stream.response.text': 'Sunny.',
        'stream.response.finishReason': 'stop',
      },
    };
    const [step, whole, above] = mapSpecs(
      { ...modelStep({ text: 'Sunny.' }), id: '0000000000000003', parent: '0000000000000001' },
      { ...gathered, id: '0000000000000002', parent: '0000000000000001' },
      { ...agent('stream', { text: 'Sunny.', usage: USAGE, finishReason: 'stop' }), id: '0000000000000001' },
    );
    expect([step, whole, above].map((call) => Object.keys(call?.['summary'].usage ?? {}))).toEqual([
      ['gpt-4o-2026-06-01'],
      [],
      [],
    ]);
    for (const call of [whole, above])
      expect(call?.['output'].choices[0]).toMatchObject({ message: { content: 'Sunny.' }, finish_reason: 'stop' });
  });

  it('shows what an agent was asked, by whom and in which thread', () => {
    expect(mapOne(agent('generate'))).toMatchObject({
      op_name: 'agent.generate',
      display_name: 'weather-agent',
      inputs: { messages: [{ role: 'user', content: 'Weather?' }], temperature: 0.2, max_tokens: 200 },
      thread_id: 't-1',
      attributes: { kind: 'agent', agent: { name: 'weather-agent' }, user: { id: 'u-1' } },
    });
  });

  it.each([
    ['what a tool has returned', { sky: 'sunny' }, undefined],
    ['that a tool has failed', { code: 'TOOL_EXECUTION_FAILED', message: 'station offline' }, 'station offline'],
  ])('tells %s', (_what, result, exception) => {
    const call = mapOne({
      name: 'mastra.stream.toolCall',
      attributes: {
        componentName: 'executionWorkflow',
        'mastra.operationId': 'mastra.stream.toolCall',
        'stream.toolCall.toolName': 'get_weather',
        'stream.toolCall.toolCallId': 'call_1',
        'stream.toolCall.args': J({ city: 'Paris' }),
        'stream.toolCall.result': J(result),
      },
    });
    expect(call).toMatchObject({ op_name: 'get_weather', inputs: { city: 'Paris' }, output: result });
    expect(call['exception']).toBe(exception);
    expect(call['attributes'].tool.call_id).toBe('call_1');
  });

  it('shows a step of a workflow by what it was given, and leaves spans of that name of others alone', () => {
    const step = {
      name: 'workflow.shouting.step.shout',
      attributes: {
        componentName: 'shouting',
        'workflow.shouting.step.shout.argument.0': J({ runId: 'r-1', inputData: { text: 'hello' } }),
        'workflow.shouting.step.shout.result': J({ text: 'HELLO' }),
      },
    };
    expect(mapOne(step)).toMatchObject({
      op_name: 'shout',
      inputs: { text: 'hello' },
      output: { text: 'HELLO' },
      attributes: { kind: 'task' },
    });
    const { componentName: _, ...others } = step.attributes;
    const foreign = mapOne({ ...step, attributes: others });
    expect(foreign['op_name']).toBe(step.name);
    expect(foreign['attributes'].kind).toBeUndefined();
  });

  it.each([
    ['a workflow of another engine', { 'workflow.id': 'w-1' }],
    ['a component of another framework', { componentName: 'billing', 'workflow.id': 'w-1' }],
  ])('takes neither thread nor user from %s', (_what, attributes) => {
    const call = mapOne({ name: 'work', attributes: { ...attributes, threadId: '12', resourceId: 'vm-7' } });
    expect(call['thread_id']).toBeUndefined();
    expect(call['attributes']).toMatchObject({ threadId: '12', resourceId: 'vm-7' });
    expect(call['attributes'].user).toBeUndefined();
  });

  it('takes both from its own spans', () => {
    const { name, attributes } = agent('generate');
    const own = { ...attributes, threadId: 't-2', resourceId: 'u-2' };
    expect(mapOne({ name, attributes: own })).toMatchObject({
      thread_id: 't-2',
      attributes: { user: { id: 'u-2' } },
    });
  });
});
