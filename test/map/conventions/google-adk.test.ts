import { describe, expect, it } from '@jest/globals';
import { J, mapOne, mapSpecs, type SpanSpec } from '../../support/spans.ts';

const SCOPE = 'gcp.vertex.agent';
const PROMPT = 'What is the weather in Paris?';
const TOOL = { name: 'get_weather', description: 'The weather now', parameters: { type: 'OBJECT', properties: {} } };

const JS = {
  request: {
    model: 'gemini-2.5-flash',
    contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
    config: {
      temperature: 0.2,
      maxOutputTokens: 200,
      systemInstruction: 'Be brief.',
      tools: [{ functionDeclarations: [TOOL] }],
      httpOptions: { headers: { authorization: 'secret' } },
    },
  },
  response: {
    content: { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: { city: 'Paris' } } }] },
    usageMetadata: {
      promptTokenCount: 57,
      cachedContentTokenCount: 32,
      candidatesTokenCount: 7,
      thoughtsTokenCount: 5,
      totalTokenCount: 69,
    },
    finishReason: 'STOP',
  },
};
const PYTHON = {
  request: {
    model: 'gemini-2.5-flash',
    contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
    config: {
      temperature: 0.2,
      max_output_tokens: 200,
      system_instruction: 'Be brief.',
      tools: [{ function_declarations: [TOOL] }],
      http_options: { headers: { authorization: 'secret' } },
    },
  },
  response: {
    content: { role: 'model', parts: [{ function_call: { name: 'get_weather', args: { city: 'Paris' } } }] },
    usage_metadata: {
      prompt_token_count: 57,
      cached_content_token_count: 32,
      candidates_token_count: 7,
      thoughts_token_count: 5,
      total_token_count: 69,
    },
    finish_reason: 'STOP',
  },
};

const callLlm = (request: unknown, response: unknown, more: Record<string, unknown> = {}): SpanSpec => ({
  scope: SCOPE,
  name: 'call_llm',
  parent: '00f067aa0ba902b7',
  attributes: {
    'gen_ai.system': 'gcp.vertex.agent',
    'gen_ai.request.model': 'gemini-2.5-flash',
    'gcp.vertex.agent.invocation_id': 'e-1',
    'gcp.vertex.agent.session_id': 's-9',
    'gcp.vertex.agent.llm_request': J(request),
    'gcp.vertex.agent.llm_response': J(response),
    'gen_ai.usage.input_tokens': 57,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.response.finish_reasons': ['stop'],
    ...more,
  },
});

describe('a model call of Google ADK', () => {
  it.each([
    ['JavaScript', JS],
    ['Python', PYTHON],
  ])('is read from the blobs of the %s package', (_language, { request, response }) => {
    const call = mapOne(callLlm(request, response));
    expect(call['attributes']).toMatchObject({ kind: 'llm', provider: 'gcp.gemini', weave: { kind: 'llm' } });
    expect(call['op_name']).toBe('call_llm');
    expect(call['inputs']).toEqual({
      model: 'gemini-2.5-flash',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: PROMPT },
      ],
      tools: [{ type: 'function', function: { ...TOOL, parameters: { type: 'object', properties: {} } } }],
      temperature: 0.2,
      max_tokens: 200,
    });
    expect(call['output'].choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'get_weather', type: 'function', function: { name: 'get_weather', arguments: J({ city: 'Paris' }) } },
          ],
        },
        finish_reason: 'stop',
      },
    ]);
    expect(call['summary'].usage).toEqual({
      'gemini-2.5-flash': {
        input_tokens: 57,
        output_tokens: 12,
        total_tokens: 69,
        requests: 1,
        cache_read_input_tokens: 32,
        reasoning_tokens: 5,
      },
    });
    expect(call['thread_id']).toBe('s-9');
    expect(call['turn_id']).toBeUndefined();
    expect(J(call['attributes'])).not.toContain('secret');
  });

  it('is counted under the version of the model that answered', () => {
    const call = mapOne(callLlm(JS.request, { ...JS.response, modelVersion: 'gemini-2.5-flash-001' }));
    expect(Object.keys(call['summary'].usage)).toEqual(['gemini-2.5-flash-001']);
  });

  it('does without content where capture is off', () => {
    const call = mapOne(callLlm({}, {}));
    expect(call['inputs']).toEqual({ model: 'gemini-2.5-flash', messages: [] });
    expect(call['output']).toBeNull();
    expect(call['summary'].usage['gemini-2.5-flash']).toMatchObject({ input_tokens: 57, output_tokens: 7 });
  });

  it('tells an error that only the response knows', () => {
    const call = mapOne(callLlm(JS.request, { errorCode: 'RESOURCE_EXHAUSTED', errorMessage: 'Quota is used up' }));
    expect(call['exception']).toBe('RESOURCE_EXHAUSTED: Quota is used up');
    expect(call['output']).toBeNull();
  });
});

describe('other spans of Google ADK', () => {
  const toolSpan = (more: Record<string, unknown>): SpanSpec => ({
    scope: SCOPE,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gcp.vertex.agent.llm_request': '{}',
      'gcp.vertex.agent.llm_response': '{}',
      ...more,
    },
  });

  it('read a tool', () => {
    const call = mapOne(
      toolSpan({
        'gen_ai.tool.name': 'get_weather',
        'gen_ai.tool.call.id': '<not specified>',
        'gcp.vertex.agent.tool_call_args': J({ city: 'Paris' }),
        'gcp.vertex.agent.tool_response': J({ sky: 'sunny' }),
      }),
    );
    expect(call).toMatchObject({ op_name: 'get_weather', inputs: { city: 'Paris' }, output: { sky: 'sunny' } });
    expect(call['attributes']).toMatchObject({ kind: 'tool', weave: { kind: 'tool' } });
    expect(call['attributes'].tool).toBeUndefined();
  });

  it('read tools that ran together', () => {
    const call = mapOne({
      ...toolSpan({
        'gen_ai.tool.name': '(merged tools)',
        'gcp.vertex.agent.tool_call_args': 'N/A',
        'gcp.vertex.agent.tool_response': J({ content: { parts: [] } }),
      }),
      name: 'execute_tool (merged tools)',
    });
    expect(call).toMatchObject({ op_name: '(merged tools)', inputs: {}, output: { content: { parts: [] } } });
  });

  it.each<[string, SpanSpec, string, string | undefined]>([
    ['the invocation', { name: 'invocation' }, 'chain', undefined],
    ['an agent of older releases', { name: 'agent_run [travel]' }, 'agent', 'travel'],
    [
      'an agent',
      {
        name: 'invoke_agent travel',
        attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'travel' },
      },
      'agent',
      'travel',
    ],
    ['a node', { name: 'execute_node n', attributes: { 'gen_ai.operation.name': 'execute_node' } }, 'task', undefined],
    [
      'data sent',
      { name: 'send_data', attributes: { 'gcp.vertex.agent.data': J([{ role: 'user', parts: [{ text: 'hi' }] }]) } },
      'task',
      undefined,
    ],
  ])('know %s', (_what, spec, kind, agent) => {
    const call = mapOne({ scope: SCOPE, ...spec });
    expect(call['attributes'].kind).toBe(kind);
    expect(call['attributes'].agent?.name).toBe(agent);
  });

  it('show what was sent to a live agent', () => {
    const sent = [{ role: 'user', parts: [{ text: 'hi' }] }];
    const call = mapOne({ scope: SCOPE, name: 'send_data', attributes: { 'gcp.vertex.agent.data': J(sent) } });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'hi' }]);
  });

  it('are a tool by their name where a tool that threw has left nothing else', () => {
    const call = mapOne({ scope: SCOPE, name: 'execute_tool get_weather' });
    expect(call).toMatchObject({ op_name: 'get_weather', attributes: { kind: 'tool', weave: { kind: 'tool' } } });
  });

  it('open a turn with an invocation that names its session', () => {
    const attributes = { 'gcp.vertex.agent.session_id': 's-9' };
    const call = mapOne({ scope: SCOPE, name: 'invocation', parent: '00f067aa0ba902b7', attributes });
    expect(call['turn_id']).toBe(call['id']);
  });

  it('open a turn once, whatever names the session', () => {
    const [tool, llm, agent] = mapSpecs(
      { ...toolSpan({ 'gcp.vertex.agent.session_id': 's-9' }), id: '0000000000000001', parent: '0000000000000002' },
      { ...callLlm(JS.request, JS.response), id: '0000000000000002', parent: '0000000000000003' },
      {
        scope: SCOPE,
        id: '0000000000000003',
        parent: '0000000000000004',
        name: 'invoke_agent travel',
        attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.conversation.id': 's-9' },
      },
      { scope: SCOPE, id: '0000000000000004', name: 'invocation' },
    );
    expect([tool, llm, agent].map((call) => [call?.['thread_id'], call?.['turn_id']])).toEqual([
      ['s-9', undefined],
      ['s-9', undefined],
      ['s-9', '0000000000000003'],
    ]);
  });
});
