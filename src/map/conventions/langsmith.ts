import { isRequest, requestRules, responseId, responseModel } from '../bodies.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import type { Kind } from '../reading.ts';
import { below, type Convention, custom, data, events, text, texts, word } from '../rule.ts';
import { numberAt, type SpanView, textAt } from '../span-view.ts';
import { tokenRules } from '../token-counts.ts';
import { parameterRule } from './gen-ai-parameters.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  llm: 'llm',
  chain: 'chain',
  tool: 'tool',
  retriever: 'retriever',
  embedding: 'embedding',
  prompt: 'chain',
  parser: 'chain',
};

const INPUTS = 'gen_ai.prompt';
const OUTPUTS = 'gen_ai.completion';

/** A method that was called with more than a request (a timeout, a signal to stop): `{args: [request, options]}`. */
function asked(value: unknown): unknown {
  const args = isObject(value) && Object.keys(value).length === 1 ? value['args'] : undefined;
  return Array.isArray(args) && isRequest(args[0]) ? args[0] : value;
}
const REQUEST = requestRules(INPUTS, asked);

/** A run's single value comes wrapped: `{outputs: 'done'}`. */
function unwrapped(value: unknown): unknown {
  if (!isObject(value) || Object.keys(value).length !== 1) return value;
  return value['outputs'] ?? value;
}

function query(value: unknown): string | undefined {
  return isObject(value) ? textOf(value, 'query', 'input', 'question') : undefined;
}

const documents = (value: unknown) => {
  const found = isObject(value) ? (value['documents'] ?? value['output']) : value;
  return Array.isArray(found) ? found : undefined;
};

/** What LangChain's models tell of their settings, as text among the metadata. */
const SETTINGS: Readonly<Record<string, string>> = {
  'langsmith.metadata.ls_temperature': 'temperature',
  'langsmith.metadata.ls_max_tokens': 'max_tokens',
};
function settings(view: SpanView): Json | undefined {
  const found = Object.entries(SETTINGS).flatMap(([key, name]) => {
    const value = numberAt(view, key);
    return value === undefined ? [] : [[name, value] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

const inOutputs = (value: unknown) => (isObject(value) ? (value['usage_metadata'] ?? value['usage']) : undefined);
const fromMetadata = tokenRules(['langsmith.usage_metadata', 'langsmith.metadata.usage_metadata']);
const fromOutputs = tokenRules(OUTPUTS, inOutputs);
const details = tokenRules(['gen_ai.usage.input_token_details', 'gen_ai.usage.output_token_details'], (value) => ({
  input_token_details: value,
  output_token_details: value,
}));

/** LangSmith's SDKs in OpenTelemetry mode: a span a run, its inputs and outputs whole. */
export const langsmith: Convention = {
  name: 'langsmith',
  title: 'LangSmith SDK',
  prefixes: ['langsmith.'],
  rules: {
    kind: [word('langsmith.span.kind', KINDS)],
    displayName: [text('langsmith.trace.name')],
    ...REQUEST,
    requestModel: [text('gen_ai.request.model', 'langsmith.metadata.ls_model_name'), ...REQUEST.requestModel],
    responseModel: [text('gen_ai.response.model'), data(OUTPUTS, responseModel)],
    // `gen_ai.system` is `langchain` where the SDK does not know
    provider: [text('langsmith.metadata.ls_provider')],
    parameters: [...REQUEST.parameters, parameterRule(), custom(Object.keys(SETTINGS), settings)],
    responseId: [data(OUTPUTS, responseId)],
    input: [data(INPUTS, asked)],
    output: [data(OUTPUTS, unwrapped)],
    toolName: [
      custom(['langsmith.trace.name'], (view) =>
        textAt(view, 'langsmith.span.kind') === 'tool' ? textAt(view, 'langsmith.trace.name') : undefined,
      ),
    ],
    query: [data(INPUTS, query)],
    documents: [data(OUTPUTS, documents)],
    inputTokens: [...fromMetadata.inputTokens, ...fromOutputs.inputTokens],
    outputTokens: [...fromMetadata.outputTokens, ...fromOutputs.outputTokens],
    totalTokens: [...fromMetadata.totalTokens, ...fromOutputs.totalTokens],
    cacheReadTokens: [...fromMetadata.cacheReadTokens, ...details.cacheReadTokens, ...fromOutputs.cacheReadTokens],
    cacheWriteTokens: [...fromMetadata.cacheWriteTokens, ...details.cacheWriteTokens, ...fromOutputs.cacheWriteTokens],
    reasoningTokens: [...fromMetadata.reasoningTokens, ...details.reasoningTokens, ...fromOutputs.reasoningTokens],
    audioInputTokens: fromMetadata.audioInputTokens,
    audioOutputTokens: fromMetadata.audioOutputTokens,
    cost: [
      data('langsmith.usage_metadata', (value) => {
        const cost = isObject(value) ? value['total_cost'] : undefined;
        return typeof cost === 'number' ? cost : undefined;
      }),
    ],
    userId: [text('langsmith.metadata.user_id', 'langsmith.metadata.user')],
    threadId: [
      text(
        'langsmith.metadata.session_id',
        'langsmith.metadata.thread_id',
        'langsmith.metadata.conversation_id',
        'langsmith.trace.session_id',
      ),
    ],
    tags: [data('langsmith.span.tags', texts)],
    metadata: [below('langsmith.metadata.')],
    // a failed run has status OK, and an exception event
    failure: [
      events('exception', ([event]) => {
        const message = event?.attributes.get('exception.message');
        return typeof message === 'string' && message !== '' ? message : 'The run failed';
      }),
    ],
  },
};
