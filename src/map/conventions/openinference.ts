import { parametersOf, responseId } from '../bodies.ts';
import { toChoices } from '../chat/choices.ts';
import { completedFrom } from '../chat/complete.ts';
import { type Choice, isObject, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import { listAt } from '../indexed.ts';
import { parseJson } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import {
  type Convention,
  count,
  custom,
  data,
  gather,
  indexed,
  list,
  number,
  object,
  some,
  text,
  texts,
  word,
} from '../rule.ts';
import { dataAt, type SpanView } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  LLM: 'llm',
  EMBEDDING: 'embedding',
  CHAIN: 'chain',
  RETRIEVER: 'retriever',
  RERANKER: 'reranker',
  TOOL: 'tool',
  AGENT: 'agent',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  PROMPT: 'chain',
};

const systemOf = (value: unknown) =>
  isObject(value) ? (value['system'] ?? value['instructions'] ?? undefined) : undefined;
const embedding = (item: unknown) => (isObject(item) && isObject(item['embedding']) ? item['embedding'] : {});
const documents = (items: readonly unknown[]) =>
  items.map((item) => (isObject(item) ? (item['document'] ?? item) : item));

/** The flattened messages, with what they leave out taken from the raw request and response. */
function conversation(view: SpanView): readonly SourceMessage[] | undefined {
  const messages = toMessages(listAt(view, 'llm.input_messages.'));
  return some(completedFrom(messages, () => toMessages(dataAt(view, 'input.value'))));
}
function answers(view: SpanView): readonly Choice[] | undefined {
  const choices = toChoices(listAt(view, 'llm.output_messages.')?.map(spoken));
  const messages = completedFrom(
    choices.map((choice) => choice.message),
    () => toChoices(dataAt(view, 'output.value')).map((choice) => choice.message),
  );
  return some(choices.map((choice, at) => ({ ...choice, message: messages[at] ?? choice.message })));
}

/** Output messages may leave out who speaks. */
const spoken = (item: unknown) =>
  isObject(item) && isObject(item['message']) ? { role: 'assistant', ...item['message'] } : item;

const parsedSchema = (value: unknown) => (typeof value === 'string' ? (parseJson(value) ?? value) : value);

/** https://github.com/Arize-ai/openinference/tree/main/spec */
export const openInference: Convention = {
  name: 'openinference',
  title: 'OpenInference',
  prefixes: ['openinference.', 'llm.', 'input.', 'output.', 'embedding.', 'retrieval.', 'reranker.', 'tool.'],
  rules: {
    kind: [word('openinference.span.kind', KINDS)],
    requestModel: [
      text('llm.request.model_name'),
      data('llm.invocation_parameters', (value) =>
        isObject(value) ? textOf(value, 'model', 'model_name') : undefined,
      ),
    ],
    responseModel: [text('llm.response.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name')],
    provider: [text('llm.provider', 'llm.system')],
    responseId: [data('output.value', responseId)],
    parameters: [data(['llm.invocation_parameters', 'embedding.invocation_parameters'], parametersOf)],
    system: [data('llm.invocation_parameters', systemOf)],
    messages: [
      custom(['llm.input_messages.*'], conversation),
      indexed('llm.prompts.', (items) =>
        some(
          items.flatMap((item) =>
            toMessages(isObject(item) && isObject(item['prompt']) ? item['prompt']['text'] : item),
          ),
        ),
      ),
    ],
    toolDefinitions: [
      indexed('llm.tools.', (items) =>
        items.map((item) =>
          parsedSchema(isObject(item) && isObject(item['tool']) ? item['tool']['json_schema'] : item),
        ),
      ),
      data('llm.tools', list),
    ],
    choices: [
      custom(['llm.output_messages.*'], answers),
      indexed('llm.choices.', (items) =>
        some(
          items.flatMap((item) =>
            toChoices(isObject(item) && isObject(item['completion']) ? item['completion']['text'] : item),
          ),
        ),
      ),
    ],
    finishReasons: [data('llm.finish_reason', texts)],
    input: [data('input.value', (value) => value)],
    output: [data('output.value', (value) => value)],
    toolName: [text('tool.name')],
    toolCallId: [text('tool.id', 'tool_call.id')],
    toolArguments: [data(['tool.parameters', 'input.value'], (value) => value)],
    toolResult: [data('output.value', (value) => value)],
    toolDescription: [text('tool.description')],
    query: [text('reranker.query')],
    documents: [indexed('retrieval.documents.', documents), indexed('reranker.output_documents.', documents)],
    embeddingInput: [
      indexed('embedding.embeddings.', (items) => some(items.flatMap((item) => embedding(item)['text'] ?? []))),
    ],
    embeddingDimensions: [
      indexed('embedding.embeddings.', (items) => {
        const vector = embedding(items[0])['vector'];
        return Array.isArray(vector) ? vector.length : undefined;
      }),
    ],
    inputTokens: [count('llm.token_count.prompt')],
    outputTokens: [count('llm.token_count.completion')],
    totalTokens: [count('llm.token_count.total')],
    cacheReadTokens: [count('llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input')],
    cacheWriteTokens: [count('llm.token_count.prompt_details.cache_write')],
    reasoningTokens: [count('llm.token_count.completion_details.reasoning')],
    audioInputTokens: [count('llm.token_count.prompt_details.audio')],
    audioOutputTokens: [count('llm.token_count.completion_details.audio')],
    cost: [number('llm.cost.total')],
    promptTemplate: [
      gather({ 'llm.prompt_template.template': 'template', 'llm.prompt_template.variables': 'variables' }),
    ],
    promptName: [text('prompt.id')],
    promptVersion: [text('llm.prompt_template.version')],
    agentName: [text('agent.name')],
    userId: [text('user.id')],
    threadId: [text('session.id')],
    tags: [data('tag.tags', texts)],
    metadata: [data('metadata', object)],
  },
};
