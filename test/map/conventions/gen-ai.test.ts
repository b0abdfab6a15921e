import { describe, expect, it } from '@jest/globals';
import { J, mapOne, type SpanSpec } from '../../support/spans.ts';

const MODEL = { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o' };
const event = (name: string, attributes: Record<string, unknown>) => ({ name, attributes });
const CALL = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
const INPUT = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Weather?' },
];
const MESSAGES = [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }];
const ANSWER = [
  {
    role: 'assistant',
    parts: [{ type: 'tool_call', id: 'call_1', name: 'get_weather', arguments: { city: 'Paris' } }],
    finish_reason: 'tool_call',
  },
];
const INSTRUCTIONS = [{ type: 'text', content: 'Be brief.' }];

describe('a model call in the words of the GenAI conventions', () => {
  it.each<[string, SpanSpec]>([
    [
      'content events, up to 1.27',
      {
        attributes: MODEL,
        events: [
          event('gen_ai.content.prompt', { 'gen_ai.prompt': J(INPUT) }),
          event('gen_ai.content.completion', {
            'gen_ai.completion': J([
              { role: 'assistant', content: null, tool_calls: [CALL], finish_reason: 'tool_calls' },
            ]),
          }),
        ],
      },
    ],
    [
      'an event a message, 1.28 to 1.36',
      {
        attributes: { ...MODEL, 'gen_ai.operation.name': 'chat' },
        events: [
          event('gen_ai.system.message', { content: 'Be brief.' }),
          event('gen_ai.user.message', { content: 'Weather?' }),
          event('gen_ai.choice', {
            index: 0,
            finish_reason: 'tool_calls',
            message: J({ role: 'assistant', content: null, tool_calls: [CALL] }),
          }),
        ],
      },
    ],
    [
      'the same flattened',
      {
        attributes: { ...MODEL, 'gen_ai.operation.name': 'chat' },
        events: [
          event('gen_ai.system.message', { content: 'Be brief.', role: 'system' }),
          event('gen_ai.user.message', { content: 'Weather?', role: 'user' }),
          event('gen_ai.choice', {
            finish_reason: 'tool_calls',
            'message.role': 'assistant',
            'tool_calls.0.id': 'call_1',
            'tool_calls.0.type': 'function',
            'tool_calls.0.function.name': 'get_weather',
            'tool_calls.0.function.arguments': '{"city":"Paris"}',
          }),
        ],
      },
    ],
    [
      'the same with whole messages in one attribute',
      {
        attributes: MODEL,
        events: [
          event('gen_ai.system.message', { 'gen_ai.event.content': J({ content: 'Be brief.', role: 'system' }) }),
          event('gen_ai.user.message', { 'gen_ai.event.content': J({ content: 'Weather?', role: 'user' }) }),
          event('gen_ai.choice', {
            'gen_ai.event.content': J({ index: 0, finish_reason: 'tool_calls', message: { tool_calls: [CALL] } }),
          }),
        ],
      },
    ],
    [
      'the same with structured bodies, as log records have them',
      {
        attributes: { ...MODEL, 'gen_ai.operation.name': 'chat' },
        events: [
          event('gen_ai.system.message', { content: 'Be brief.' }),
          event('gen_ai.user.message', { content: 'Weather?' }),
          event('gen_ai.choice', { index: 0, finish_reason: 'tool_calls', message: { tool_calls: [CALL] } }),
        ],
      },
    ],
    [
      'attributes, since 1.37',
      {
        attributes: {
          ...MODEL,
          'gen_ai.operation.name': 'chat',
          'gen_ai.system_instructions': J(INSTRUCTIONS),
          'gen_ai.input.messages': J(MESSAGES),
          'gen_ai.output.messages': J(ANSWER),
        },
      },
    ],
    [
      'structured attributes',
      {
        attributes: {
          ...MODEL,
          'gen_ai.operation.name': 'chat',
          'gen_ai.system_instructions': INSTRUCTIONS,
          'gen_ai.input.messages': MESSAGES,
          'gen_ai.output.messages': ANSWER,
        },
      },
    ],
    [
      'one details event',
      {
        attributes: { ...MODEL, 'gen_ai.operation.name': 'chat' },
        events: [
          event('gen_ai.client.inference.operation.details', {
            'gen_ai.system_instructions': INSTRUCTIONS,
            'gen_ai.input.messages': MESSAGES,
            'gen_ai.output.messages': ANSWER,
          }),
        ],
      },
    ],
  ])('is read from %s', (_era, spec) => {
    const call = mapOne({ name: 'chat gpt-4o', ...spec });
    expect(call['inputs']).toEqual({ model: 'gpt-4o', messages: INPUT });
    expect(call['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: null, tool_calls: [CALL] }, finish_reason: 'tool_calls' },
    ]);
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' } });
  });

  it('is put together where each item of an answer is an event of its own', () => {
    const said = (part: object) =>
      event('gen_ai.client.inference.operation.details', {
        'gen_ai.output.messages': [{ role: 'assistant', parts: [part], finish_reason: 'stop' }],
      });
    const events = [said({ type: 'reasoning', text: 'hm' }), said({ type: 'text', content: 'Sunny.' })];
    const call = mapOne({ attributes: { ...MODEL, 'gen_ai.operation.name': 'chat' }, events });
    expect(call['output'].choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'Sunny.', reasoning_content: 'hm' },
        finish_reason: 'stop',
      },
    ]);
  });

  it('has all that is said about it', () => {
    const call = mapOne({
      name: 'chat gpt-4o',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'azure.ai.openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.model': 'gpt-4o-2026',
        'gen_ai.response.id': 'resp_1',
        'gen_ai.response.finish_reasons': ['length'],
        'gen_ai.tool.definitions': J([{ type: 'function', name: 'f' }]),
        'gen_ai.output.messages': J([{ role: 'assistant', parts: [{ type: 'text', content: 'Hi' }] }]),
        'gen_ai.usage.cost': 0.01,
        'gen_ai.server.time_to_first_token': 0.25,
        'gen_ai.prompt.name': 'weather',
        'gen_ai.prompt.version': '3',
        'gen_ai.agent.name': 'helper',
        'gen_ai.agent.id': 'a-1',
        'gen_ai.metadata.tenant': 't-1',
      },
    });
    expect(call['op_name']).toBe('chat');
    expect(call['inputs'].tools).toEqual([{ type: 'function', function: { name: 'f' } }]);
    expect(call['output']).toMatchObject({
      id: 'resp_1',
      model: 'gpt-4o-2026',
      choices: [{ finish_reason: 'length' }],
    });
    expect(call['attributes']).toMatchObject({
      operation: 'chat',
      provider: 'azure.ai.openai',
      model: 'gpt-4o-2026',
      cost_usd: 0.01,
      time_to_first_token_ms: 250,
      prompt: { name: 'weather', version: '3' },
      agent: { name: 'helper', id: 'a-1' },
      metadata: { tenant: 't-1' },
    });
  });

  it('has a choice for each choice event', () => {
    const call = mapOne({
      attributes: MODEL,
      events: ['Sun', 'Rain'].map((content) => event('gen_ai.choice', { message: J({ content }) })),
    });
    expect(call['output'].choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1]);
  });

  it('keeps text that a length limit has cut', () => {
    const cut = J(MESSAGES).slice(0, 30);
    expect(mapOne({ attributes: { ...MODEL, 'gen_ai.input.messages': cut } })['inputs'].messages).toEqual([
      { role: 'user', content: cut },
    ]);
  });

  it('takes thread, user and tags from the keys that all conventions share', () => {
    const call = mapOne({
      attributes: {
        ...MODEL,
        'session.id': 's-9',
        'user.id': 'u-7',
        'tag.tags': ['a'],
        'gen_ai.conversation.id': 'c-1',
      },
    });
    expect(call).toMatchObject({ thread_id: 's-9', attributes: { user: { id: 'u-7' }, tags: ['a'] } });
  });

  it.each<[string, Record<string, unknown>, Record<string, number>]>([
    [
      'a spelling that is zero beside one that is not',
      { 'cache_read.input_tokens': 0, cache_read_input_tokens: 32 },
      { cache_read_input_tokens: 32 },
    ],
    ['the details of pydantic-ai', { 'details.cache_read_tokens': 32 }, { cache_read_input_tokens: 32 }],
    ['output audio', { 'audio.output_tokens': 7 }, { audio_output_tokens: 7 }],
  ])('counts %s', (_what, counts, expected) => {
    const usage = { 'gen_ai.usage.input_tokens': 57, 'gen_ai.usage.output_tokens': 12 };
    const more = Object.fromEntries(Object.entries(counts).map(([key, value]) => [`gen_ai.usage.${key}`, value]));
    expect(mapOne({ attributes: { ...MODEL, ...usage, ...more } })['summary'].usage['gpt-4o']).toMatchObject(expected);
  });

  it('does not count a response that was fetched again', () => {
    const attributes = { ...MODEL, 'gen_ai.operation.name': 'fetch_response', 'gen_ai.usage.input_tokens': 57 };
    const call = mapOne({ attributes });
    expect(call['summary'].usage).toBeUndefined();
    expect(call['attributes']).toMatchObject({ kind: 'task', usage_repeated: { 'gpt-4o': { input_tokens: 57 } } });
  });
});

describe('other operations of the GenAI conventions', () => {
  const operation = (name: string, attributes: Record<string, unknown>) =>
    mapOne({ name, attributes: { 'gen_ai.operation.name': name, ...attributes } });

  it('read a retrieval', () => {
    const documents = [{ id: 'd1', score: 0.9 }];
    expect(
      operation('retrieval', {
        'gen_ai.retrieval.query.text': 'Paris',
        'gen_ai.retrieval.documents': J(documents),
        'gen_ai.retrieval.top_k': 3,
        'gen_ai.data_source.id': 'kb',
      }),
    ).toMatchObject({
      inputs: { query: 'Paris', top_k: 3 },
      output: documents,
      attributes: { kind: 'retriever', weave: { kind: 'search' }, gen_ai: { data_source: { id: 'kb' } } },
    });
  });

  const records = [{ id: 'mem_1', content: 'likes Paris' }];
  it.each<[string, Record<string, unknown>, string, unknown, unknown]>([
    [
      'search_memory',
      { 'gen_ai.memory.query.text': 'cities', 'gen_ai.memory.records': J(records) },
      'retriever',
      { query: 'cities' },
      records,
    ],
    ['create_memory', { 'gen_ai.memory.records': J(records) }, 'tool', { records }, null],
    ['delete_memory', { 'gen_ai.memory.record.id': 'mem_1' }, 'tool', { record_id: 'mem_1' }, null],
    ['create_memory_store', {}, 'tool', {}, null],
  ])('read %s', (name, attributes, kind, inputs, output) => {
    const call = operation(name, { 'gen_ai.memory.store.id': 'prefs', ...attributes });
    expect(call).toMatchObject({
      op_name: name,
      output,
      attributes: { kind, gen_ai: { memory: { store: { id: 'prefs' } } } },
    });
    expect(call['inputs']).toEqual(inputs);
  });

  it('read a tool', () => {
    const call = operation('execute_tool', {
      'gen_ai.tool.name': 'get_weather',
      'gen_ai.tool.call.id': 'call_1',
      'gen_ai.tool.description': 'The weather now',
      'gen_ai.tool.call.arguments': J({ city: 'Paris' }),
      'gen_ai.tool.call.result': J({ sky: 'sunny' }),
    });
    expect(call).toMatchObject({
      op_name: 'get_weather',
      inputs: { city: 'Paris' },
      output: { sky: 'sunny' },
      attributes: { kind: 'tool', tool: { call_id: 'call_1', description: 'The weather now' } },
    });
  });

  it('read embeddings', () => {
    const attributes = { 'gen_ai.request.model': 'm', 'gen_ai.embeddings.dimension.count': 256 };
    expect(operation('embeddings', attributes)).toMatchObject({
      output: { dimensions: 256 },
      attributes: { kind: 'embedding' },
    });
  });

  it('name a workflow', () => {
    const call = operation('invoke_workflow', { 'gen_ai.workflow.name': 'trip' });
    expect(call).toMatchObject({ display_name: 'trip', attributes: { kind: 'workflow' } });
  });

  it('keep what evaluators found', () => {
    const found = {
      'gen_ai.evaluation.name': 'relevance',
      'gen_ai.evaluation.score.value': 0.8,
      'gen_ai.evaluation.score.label': 'pass',
      'gen_ai.evaluation.explanation': 'on topic',
    };
    const expected = [{ name: 'relevance', score: 0.8, label: 'pass', explanation: 'on topic' }];
    const judged = mapOne({ attributes: MODEL, events: [event('gen_ai.evaluation.result', found)] });
    expect(judged['attributes']).toMatchObject({ kind: 'llm', evaluations: expected });
    expect(mapOne({ attributes: found })['attributes']).toMatchObject({ kind: 'evaluator', evaluations: expected });
  });

  it.each<[string, SpanSpec, string | undefined]>([
    ['error.type where the status is not set', { attributes: { ...MODEL, 'error.type': 'timeout' } }, 'timeout'],
    [
      'the message of the status first',
      { attributes: { ...MODEL, 'gen_ai.response.error': 'failed' }, status: { code: 2, message: 'quota' } },
      'quota',
    ],
    [
      'no message of a status that is no error',
      { attributes: { ...MODEL, 'gen_ai.response.error': 'failed' }, status: { code: 1, message: 'fine' } },
      'failed',
    ],
    ['nothing where nothing failed', { attributes: MODEL }, undefined],
  ])('tell %s', (_what, spec, exception) => {
    expect(mapOne(spec)['exception']).toBe(exception);
  });

  it('tells how a call ended whose answer was not recorded', () => {
    const call = mapOne({
      name: 'chat m',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.response.id': 'chatcmpl-1',
        'gen_ai.response.finish_reasons': ['stop'],
      },
    });
    expect(call['attributes']).toMatchObject({ response_id: 'chatcmpl-1', finish_reasons: ['stop'] });
  });
});

describe('GenAI events of frameworks', () => {
  const chat = (events: SpanSpec['events'] = []) =>
    mapOne({ attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }, events });

  it("hold no messages where Google's ADK was told to keep them to itself", () => {
    const call = chat([
      { name: 'gen_ai.user.message', attributes: { content: '<elided>' } },
      { name: 'gen_ai.choice', attributes: { content: '<elided>', index: 0, finish_reason: 'STOP' } },
    ]);
    expect([call['inputs'], call['output']]).toEqual([{ model: 'm', messages: [] }, null]);
  });

  it('hold a whole choice as JSON where Semantic Kernel writes them', () => {
    const content = J({ message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' });
    expect(chat([{ name: 'gen_ai.choice', attributes: { content } }])['output'].choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Sunny.' }, finish_reason: 'stop' },
    ]);
  });

  it("name a reason as Python's enums print it", () => {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.response.finish_reason': 'FinishReason.STOP' };
    const choice = { name: 'gen_ai.choice', attributes: { content: 'Sunny.' } };
    expect(mapOne({ attributes, events: [choice] })['output'].choices[0].finish_reason).toBe('stop');
  });
});

it('counts an answer once that came in two events: senders send log records again', () => {
  const said = J([{ role: 'assistant', parts: [{ type: 'text', content: 'Hi' }], finish_reason: 'stop' }]);
  const told = { name: 'gen_ai.client.inference.operation.details', attributes: { 'gen_ai.output.messages': said } };
  const call = mapOne({ attributes: { 'gen_ai.operation.name': 'chat' }, events: [told, told] });
  expect(call['output'].choices.map((choice: { message: unknown }) => choice.message)).toEqual([
    { role: 'assistant', content: 'Hi' },
  ]);
});
