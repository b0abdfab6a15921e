import type { SpanEvent } from '../../core/span.ts';
import type { Kind } from '../reading.ts';
import { type Convention, events } from '../rule.ts';
import { eventData } from '../span-view.ts';

/** One event a document found: `db.query.result.id`, `.document`, `.score` … become its members. */
const documents = (prefix: string) => (found: readonly SpanEvent[]) =>
  found.map((event) =>
    Object.fromEntries(
      [...event.attributes.keys()]
        .filter((key) => !key.endsWith('.vector'))
        .map((key) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, eventData(event.attributes, key)]),
    ),
  );

/** OpenLLMetry's vector stores (Chroma, Pinecone, Milvus …) tell what they found in span events. */
export const vectorDb: Convention = {
  name: 'vector-db',
  title: 'OpenLLMetry vector stores',
  prefixes: ['db.query.result', 'db.search.result', 'db.query.embeddings', 'db.search.embeddings'],
  rules: {
    kind: ['db.query.result', 'db.search.result', 'db.query.embeddings', 'db.search.embeddings'].map((name) =>
      events<Kind>(name, () => 'retriever'),
    ),
    documents: [
      events('db.query.result', documents('db.query.result.')),
      events('db.search.result', documents('db.search.result.')),
    ],
  },
};
