import { parametersOf } from '../bodies.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, list, object, some, text } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { tokenRules } from '../token-counts.ts';

// since version 3 an agent's steps have spans of their own
const INPUT = ['haystack.component.input', 'haystack.agent.step.llm.input'];
const OUTPUT = ['haystack.component.output', 'haystack.agent.step.llm.output'];
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

/** Parts of an agent's run. */
const STEPS: Readonly<Record<string, Kind>> = {
  'haystack.agent.step': 'task',
  'haystack.agent.step.llm': 'llm',
  'haystack.agent.step.tool': 'tool',
};

function kind(view: SpanView): Kind | undefined {
  const type = textAt(view, TYPE);
  if (type !== undefined) return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'task';
  const { name } = view.span;
  if (Object.hasOwn(STEPS, name)) return STEPS[name];
  return name.startsWith('haystack.agent') ? 'agent' : 'workflow';
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

/** Haystack serialises a tool as `{type: its class, data}`. */
const definition = (tool: unknown) => (isObject(tool) && isObject(tool['data']) ? tool['data'] : tool);

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
    toolDefinitions: [data(INPUT, (input) => (isObject(input) ? list(input['tools'])?.map(definition) : undefined))],
    input: [data([...INPUT, 'haystack.pipeline.input_data', 'haystack.agent.input'], (value) => value)],
    output: [data([...OUTPUT, 'haystack.pipeline.output_data', 'haystack.agent.output'], (value) => value)],
    toolName: [text('haystack.tool.name')],
    toolDescription: [text('haystack.tool.description')],
    toolArguments: [data('haystack.agent.step.tool.input', (value) => value)],
    toolResult: [data('haystack.agent.step.tool.output', (value) => value)],
    query: [data(INPUT, (input) => (isObject(input) ? textOf(input, 'query') : undefined))],
    documents: [data(OUTPUT, (output) => (isObject(output) ? list(output['documents']) : undefined))],
    embeddingInput: [
      custom(INPUT, (view) =>
        kind(view) === 'embedding' ? textsOf(dataAt(view, 'haystack.component.input')) : undefined,
      ),
    ],
    embeddingDimensions: [data(OUTPUT, dimensions)],
    ...tokenRules(OUTPUT, (output) => meta(output)['usage']),
    userId: [text('user.id')],
    threadId: [text('session.id')],
    metadata: [data('haystack.pipeline.metadata', object)],
  },
};
