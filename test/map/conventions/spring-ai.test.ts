import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const SCOPE = 'org.springframework.boot';

describe('Spring AI and LangChain4j', () => {
  it('read a model call, whose content comes in events', () => {
    const call = mapOne({
      name: 'chat gpt-4o',
      scope: SCOPE,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.model': 'none',
        'gen_ai.request.temperature': '0.2',
        'gen_ai.usage.input_tokens': '57',
        'gen_ai.usage.output_tokens': '12',
        'spring.ai.model.request.tool.names': J(['get_weather']),
      },
      events: [
        { name: 'gen_ai.content.prompt', attributes: { 'gen_ai.prompt': ['Weather?'] } },
        { name: 'gen_ai.content.completion', attributes: { 'gen_ai.completion': ['Sunny.'] } },
      ],
    });
    expect(call['inputs'].messages).toEqual([{ role: 'user', content: 'Weather?' }]);
    expect(call['output'].choices[0].message).toEqual({ role: 'assistant', content: 'Sunny.' });
    expect(call['summary'].usage).toMatchObject({ 'gpt-4o': { input_tokens: 57, output_tokens: 12 } });
    expect(call['op_name']).toBe('chat');
    expect(call['attributes']).toMatchObject({ kind: 'llm', weave: { kind: 'llm' } });
  });

  it('show the tool that was called', () => {
    const call = mapOne({
      name: 'tool_call get_weather',
      scope: SCOPE,
      attributes: {
        'gen_ai.operation.name': 'framework',
        'gen_ai.system': 'spring_ai',
        'spring.ai.kind': 'tool_call',
        'spring.ai.tool.definition.name': 'get_weather',
        'spring.ai.tool.definition.description': 'now',
        'spring.ai.tool.call.id': 'c1',
        'spring.ai.tool.call.arguments': J({ city: 'Oslo' }),
        'spring.ai.tool.call.result': J('rain'),
      },
    });
    expect(call).toMatchObject({ op_name: 'get_weather', inputs: { city: 'Oslo' }, output: 'rain' });
    expect(call['attributes']).toMatchObject({ kind: 'tool', weave: { kind: 'tool' }, tool: { call_id: 'c1' } });
  });

  it.each([
    ['query', 'retriever', { inputs: { query: 'sun?' }, output: [{ id: 'd1', content: 'Oslo' }] }],
    ['add', 'task', {}],
  ])('show a vector store asked to %s', (operation, kind, expected) => {
    const call = mapOne({
      name: `pg_vector ${operation}`,
      scope: SCOPE,
      attributes: {
        'spring.ai.kind': 'vector_store',
        'db.system': 'pg_vector',
        'db.operation.name': operation,
        'db.vector.query.content': 'sun?',
        'db.vector.query.top_k': 4,
        'db.vector.query.response.documents': J([{ id: 'd1', content: 'Oslo' }]),
      },
    });
    expect(call).toMatchObject(expected);
    expect(call['attributes'].kind).toBe(kind);
  });

  it('know a vector store that tells no content', () => {
    const attributes = { 'spring.ai.kind': 'vector_store', 'db.operation.name': 'query', 'db.vector.query.top_k': 4 };
    expect(mapOne({ name: 'pg_vector query', scope: SCOPE, attributes })['attributes'].kind).toBe('retriever');
  });

  it('show the chat client around it, with its conversation and its error', () => {
    const call = mapOne({
      name: 'spring_ai chat_client',
      scope: SCOPE,
      status: { code: 2, message: 'boom' },
      attributes: {
        'gen_ai.operation.name': 'framework',
        'gen_ai.system': 'spring_ai',
        'spring.ai.kind': 'chat_client',
        'spring.ai.chat.client.conversation.id': 'c-1',
      },
    });
    expect(call).toMatchObject({ thread_id: 'c-1', exception: 'boom' });
    expect(call['attributes'].kind).toBe('chain');
  });

  it('leave the requests that Spring Boot serves plain', () => {
    const call = mapOne({
      name: 'http get /',
      scope: SCOPE,
      attributes: { method: 'GET', uri: '/', exception: 'none' },
    });
    expect(call['attributes'].kind).toBeUndefined();
    expect(call['exception']).toBeUndefined();
  });
});
