import { parametersOf } from '../bodies.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, list, object, some, text } from '../rule.ts';
import { type SpanView, textAt } from '../span-view.ts';
import { tokenRules } from '../token-counts.ts';

const INPUT = 'haystack.component.input';
const OUTPUT = 'haystack.component.output';
const TYPE = 'haystack.component.type';

/** Components are named after what they do: `OpenAIChatGenerator`, `InMemoryBM25Retriever`. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/Generator$/, 'llm'],
  [/Retriever$/, 'retriever'],
  [/Embedder$/, 'embedding'],
  [/Ranker$/, 'reranker'],
  [/ToolInvoker$/, 'tool'],
  [/Agent$/, 'agent'],
  [/Evaluator$/, 'evaluator'],
];

function kind(view: SpanView): Kind | undefined {
  const type = textAt(view, TYPE);
  if (type !== undefined) return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'task';
  return view.span.name.startsWith('haystack.agent') ? 'agent' : 'workflow';
}

/** What a component says of its answer: in each reply's `meta`, or in a list or object beside the replies. */
function meta(output: unknown): Json {
  if (!isObject(output)) return {};
  const [reply] = Array.isArray(output['replies']) ? output['replies'] : [];
  const beside = Array.isArray(output['meta']) ? output['meta'][0] : output['meta'];
  const own = isObject(reply) ? (reply['meta'] ?? reply['_meta']) : undefined;
  return [own, beside].find(isObject) ?? {};
}

const textsOf = (input: unknown) => {
  if (!isObject(input)) return undefined;
  if (typeof input['text'] === 'string') return [input['text']];
  const documents = Array.isArray(input['documents']) ? input['documents'] : [];
  return some(documents.flatMap((document) => (isObject(document) ? (textOf(document, 'content') ?? []) : [])));
};

function dimensions(output: unknown): number | undefined {
  if (!isObject(output)) return undefined;
  const [first] = Array.isArray(output['documents']) ? output['documents'] : [];
  const vector = output['embedding'] ?? (isObject(first) ? first['embedding'] : undefined);
  return Array.isArray(vector) ? vector.length : undefined;
}

/** https://docs.haystack.deepset.ai/docs/tracing, content with HAYSTACK_CONTENT_TRACING_ENABLED. */
export const haystack: Convention = {
  name: 'haystack',
  title: 'Haystack',
  prefixes: ['haystack.'],
  rules: {
    kind: [custom([], kind)],
    opName: [text(TYPE)],
    displayName: [text('haystack.component.name')],
    responseModel: [data(OUTPUT, (output) => textOf(meta(output), 'model'))],
    parameters: [data(INPUT, (input) => (isObject(input) ? parametersOf(input['generation_kwargs']) : undefined))],
    toolDefinitions: [data(INPUT, (input) => (isObject(input) ? list(input['tools']) : undefined))],
    input: [data([INPUT, 'haystack.pipeline.input_data', 'haystack.agent.input'], (value) => value)],
    output: [data([OUTPUT, 'haystack.pipeline.output_data', 'haystack.agent.output'], (value) => value)],
    query: [data(INPUT, (input) => (isObject(input) ? textOf(input, 'query') : undefined))],
    documents: [data(OUTPUT, (output) => (isObject(output) ? list(output['documents']) : undefined))],
    embeddingInput: [data(INPUT, textsOf)],
    embeddingDimensions: [data(OUTPUT, dimensions)],
    ...tokenRules(OUTPUT, (output) => meta(output)['usage']),
    userId: [text('user.id')],
    threadId: [text('session.id')],
    metadata: [data('haystack.pipeline.metadata', object)],
  },
};
