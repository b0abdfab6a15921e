import { describe, expect, it } from '@jest/globals';
import { J, mapOne } from '../../support/spans.ts';

const result = (prefix: string, members: Readonly<Record<string, unknown>>) => ({
  name: prefix,
  attributes: Object.fromEntries(Object.entries(members).map(([name, value]) => [`${prefix}.${name}`, value])),
});

describe('OpenLLMetry vector stores', () => {
  it('tell what was found in one event a document', () => {
    const call = mapOne({
      name: 'chroma.query',
      scope: 'opentelemetry.instrumentation.chromadb',
      attributes: {
        'db.system': 'chroma',
        'db.operation': 'query',
        'db.chroma.query.n_results': 2,
        'traceloop.association.properties.session_id': 's-1',
      },
      events: [
        { name: 'db.query.embeddings', attributes: { 'db.query.embeddings.vector': '[0.1,0.2]' } },
        result('db.query.result', {
          id: 'd1',
          score: 0.9,
          distance: 0.1,
          document: 'Oslo is sunny',
          metadata: J({ from: 'web' }),
          vector: [0, 1],
        }),
        result('db.query.result', { id: 'd2', score: 0.5, document: 'Rome is not' }),
      ],
    });
    expect(call['output']).toEqual([
      { id: 'd1', score: 0.9, distance: 0.1, document: 'Oslo is sunny', metadata: { from: 'web' } },
      { id: 'd2', score: 0.5, document: 'Rome is not' },
    ]);
    expect(call['attributes']).toMatchObject({
      kind: 'retriever',
      weave: { kind: 'search' },
      db: { system: 'chroma', chroma: { query: { n_results: 2 } } },
    });
    expect(call).toMatchObject({ op_name: 'chroma.query', thread_id: 's-1' });
    expect(call['summary'].usage).toBeUndefined();
    // the vectors are kept where nothing is left out
    expect(call['otel_dump'].events[0].attributes.db.query.embeddings.vector).toEqual([0.1, 0.2]);
  });

  it('name the events of a search otherwise', () => {
    const events = [result('db.search.result', { id: 'd1', distance: 0.3, entity: 'Oslo' })];
    const call = mapOne({ name: 'milvus.search', attributes: { 'db.system': 'milvus' }, events });
    expect(call['output']).toEqual([{ id: 'd1', distance: 0.3, entity: 'Oslo' }]);
    expect(call['inputs']).toEqual({});
    expect(call['attributes'].kind).toBe('retriever');
  });

  it('are no retrievers where they only store', () => {
    const call = mapOne({ name: 'pinecone.upsert', attributes: { 'db.system': 'Pinecone', 'db.operation': 'upsert' } });
    expect(call['attributes']).toMatchObject({ db: { system: 'Pinecone', operation: 'upsert' } });
    expect(call['attributes'].kind).toBeUndefined();
  });

  it('leave other databases plain', () => {
    const call = mapOne({ name: 'SELECT', attributes: { 'db.system': 'postgresql', 'db.query.text': 'SELECT 1' } });
    expect(call['attributes'].kind).toBeUndefined();
    expect(call['inputs']).toEqual({});
  });

  it('fail as any span does', () => {
    const events = [{ name: 'db.query.embeddings', attributes: {} }];
    const call = mapOne({
      name: 'chroma.query',
      attributes: { 'db.system': 'chroma' },
      events,
      status: { code: 2, message: 'no index' },
    });
    expect(call['exception']).toBe('no index');
  });
});
