import { requestRules } from '../bodies.ts';
import { asText, isObject, type Json, textOf } from '../chat/message.ts';
import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { below, type Convention, custom, data, list, object, some, text, word } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { tokenRules } from '../token-counts.ts';

const SUBTYPES: Readonly<Record<string, Kind>> = {
  model: 'llm',
  'background-model': 'llm',
  embedder: 'embedding',
  tool: 'tool',
  'tool.v2': 'tool',
  retriever: 'retriever',
  reranker: 'reranker',
  evaluator: 'evaluator',
  indexer: 'task',
  flow: 'workflow',
  agent: 'agent',
  prompt: 'chain',
  'executable-prompt': 'chain',
  util: 'chain',
  promptTemplate: 'chain',
  dotprompt: 'chain',
};
const TYPES: Readonly<Record<string, Kind>> = {
  flow: 'workflow',
  flowStep: 'task',
  util: 'chain',
  prompt: 'chain',
  promptTemplate: 'chain',
  dotprompt: 'chain',
};

const SUBTYPE = 'genkit:metadata:subtype';
const INPUT = 'genkit:input';
const OUTPUT = 'genkit:output';

const isA = (view: SpanView, ...subtypes: readonly string[]) => subtypes.includes(textAt(view, SUBTYPE) ?? '');
/** Models are named `plugin/model`. */
const modelName = (view: SpanView) =>
  isA(view, 'model', 'background-model', 'embedder', 'reranker') ? textAt(view, 'genkit:name') : undefined;

/** The provider's response, as the plugins hand it on. */
const raw = (output: unknown): Json =>
  isObject(output) ? ([output['raw'], output['custom']].find(isObject) ?? {}) : {};
const partsText = (document: unknown) => {
  const parts = isObject(document) && Array.isArray(document['content']) ? document['content'] : [];
  return parts.map((part) => (isObject(part) ? asText(part['text']) : '')).join('');
};

function failure(view: SpanView): string | undefined {
  if (textAt(view, 'genkit:state') !== 'error') return undefined;
  return textAt(view, 'genkit:error') ?? 'The action failed (genkit:state is error)';
}

const METADATA = below('genkit:metadata:');
function metadata(view: SpanView): Json | undefined {
  const { subtype: _, ...others } = METADATA.read(view) ?? {};
  return object(others);
}

/** https://genkit.dev: keys with colons, everything an action took and returned as JSON in two of them. */
export const genkit: Convention = {
  name: 'genkit',
  title: 'Genkit',
  prefixes: ['genkit:'],
  rules: {
    kind: [word(SUBTYPE, SUBTYPES), word('genkit:type', TYPES)],
    operation: [text(SUBTYPE, 'genkit:type')],
    displayName: [text('genkit:name')],
    requestModel: [custom(['genkit:name', SUBTYPE], modelName), ...requestRules(INPUT).requestModel],
    responseModel: [data(OUTPUT, (output) => textOf(raw(output), 'model', 'modelVersion'))],
    provider: [custom(['genkit:name', SUBTYPE], (view) => modelName(view)?.split('/')[0])],
    responseId: [data(OUTPUT, (output) => textOf(raw(output), 'id', 'responseId'))],
    parameters: requestRules(INPUT).parameters,
    toolDefinitions: requestRules(INPUT).toolDefinitions,
    input: [data(INPUT, decoded)],
    output: [data(OUTPUT, decoded)],
    toolName: [
      custom(['genkit:name', SUBTYPE], (view) =>
        isA(view, 'tool', 'tool.v2') ? textAt(view, 'genkit:name') : undefined,
      ),
    ],
    query: [
      data(INPUT, (input) => (isObject(input) && isObject(input['query']) ? partsText(input['query']) : undefined)),
    ],
    documents: [data(OUTPUT, (output) => (isObject(output) ? list(output['documents']) : undefined))],
    embeddingInput: [
      custom([INPUT], (view) => {
        const input = isA(view, 'embedder') ? dataAt(view, INPUT) : undefined;
        return isObject(input) && Array.isArray(input['input']) ? some(input['input'].map(partsText)) : undefined;
      }),
    ],
    embeddingDimensions: [
      data(OUTPUT, (output) => {
        const [first] = isObject(output) && Array.isArray(output['embeddings']) ? output['embeddings'] : [];
        return isObject(first) && Array.isArray(first['embedding']) ? first['embedding'].length : undefined;
      }),
    ],
    ...tokenRules(
      OUTPUT,
      (output) => (isObject(output) ? output['usage'] : undefined),
      (output) => (isObject(output) && isObject(output['usage']) ? output['usage']['custom'] : undefined),
      (output) => raw(output)['usage'] ?? raw(output)['usageMetadata'],
    ),
    userId: [text('user.id')],
    threadId: [text('genkit:sessionId', 'genkit:metadata:sessionId', 'session.id')],
    metadata: [custom(METADATA.keys, metadata)],
    failure: [custom(['genkit:state', 'genkit:error'], failure)],
  },
};
