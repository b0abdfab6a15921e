import { generatedModel, parametersOf, requestRules, responseId, responseModel } from '../bodies.ts';
import { calledWith } from '../called-with.ts';
import { toChoices } from '../chat/choices.ts';
import { toolMessageIn } from '../chat/langchain.ts';
import { toolFailureIn, toolOutputIn } from '../chat/llama-index.ts';
import { isObject, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import {
  below,
  type Convention,
  count,
  custom,
  data,
  firstEvent,
  gather,
  indexed,
  list,
  number,
  object,
  type Rules,
  some,
  text,
  texts,
} from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { tokenRules, usageOfResponse, usageRules } from '../token-counts.ts';
import {
  answers,
  conversation,
  documents,
  embedding,
  finishReasonsIn,
  judgements,
  reranked,
  systemOf,
} from './openinference-content.ts';

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

/** The request as it was sent, for what nobody has taken out of it. */
const REQUEST = requestRules('input.value');

/** Some flatten the parameters, too. */
const INVOCATION = below('llm.invocation_parameters.');

/** Of Bedrock's model ids (`anthropic.claude-sonnet-4-5-v1:0`) the name is cut out; the request has it whole. */
function wholeModel(view: SpanView): string | undefined {
  const name = textAt(view, 'llm.model_name');
  const request = dataAt(view, 'input.value');
  const id = isObject(request) ? textOf(request, 'modelId') : undefined;
  return name !== undefined && id?.includes(name) ? id : undefined;
}

/** Where nobody has put the counts into attributes, the response itself is asked. */
const COUNTS: Rules = {
  inputTokens: [count('llm.token_count.prompt')],
  outputTokens: [count('llm.token_count.completion')],
  totalTokens: [count('llm.token_count.total')],
  cacheReadTokens: [count('llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input')],
  cacheWriteTokens: [count('llm.token_count.prompt_details.cache_write')],
  reasoningTokens: [count('llm.token_count.completion_details.reasoning')],
  audioInputTokens: [count('llm.token_count.prompt_details.audio')],
  audioOutputTokens: [count('llm.token_count.completion_details.audio')],
};

/** https://github.com/Arize-ai/openinference/tree/main/spec */
export const openInference: Convention = {
  name: 'openinference',
  title: 'OpenInference',
  prefixes: ['openinference.', 'llm.', 'input.', 'output.', 'embedding.', 'retrieval.', 'reranker.', 'tool.'],
  rules: {
    kind: [
      custom(['openinference.span.kind'], (view) => {
        const kind = textAt(view, 'openinference.span.kind')?.toUpperCase() ?? '';
        return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
      }),
    ],
    requestModel: [
      text('llm.request.model_name', 'llm.model'),
      data('llm.invocation_parameters', (value) =>
        isObject(value) ? textOf(value, 'model', 'model_name') : undefined,
      ),
      ...REQUEST.requestModel,
    ],
    responseModel: [
      data('output.value', generatedModel),
      custom(['llm.model_name', 'input.value'], wholeModel),
      text('llm.response.model_name', 'llm.model_name', 'embedding.model_name', 'reranker.model_name'),
      data('output.value', responseModel),
    ],
    provider: [text('llm.provider', 'llm.system')],
    responseId: [data('output.value', responseId)],
    parameters: [
      data(['llm.invocation_parameters', 'embedding.invocation_parameters'], parametersOf),
      custom(INVOCATION.keys, (view) => parametersOf(INVOCATION.read(view))),
      gather({ 'reranker.top_k': 'top_k' }),
      ...REQUEST.parameters,
    ],
    system: [data('llm.invocation_parameters', systemOf)],
    messages: [
      custom(['llm.input_messages.*'], conversation),
      data('llm.prompts', (value) => some(toMessages(value))),
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
        items.map((item) => (isObject(item) && isObject(item['tool']) ? item['tool']['json_schema'] : item)),
      ),
      data('llm.tools', list),
      ...REQUEST.toolDefinitions,
    ],
    choices: [
      custom(['llm.output_messages.*'], answers),
      indexed('llm.choices.', (items) =>
        some(
          items
            .flatMap((item) =>
              toChoices(isObject(item) && isObject(item['completion']) ? item['completion']['text'] : item),
            )
            .map((choice, index) => ({ ...choice, index })),
        ),
      ),
      data('llm.completions', (value) => some(toChoices(value))),
    ],
    finishReasons: [data('llm.finish_reason', texts), data('output.value', finishReasonsIn)],
    input: [
      custom(['reranker.query', 'reranker.input_documents.*'], reranked),
      data(['input.value', 'crew_inputs'], (value) => value),
    ],
    output: [data('output.value', (value) => value)],
    toolName: [text('tool.name')],
    toolCallId: [
      text('tool.id', 'tool_call.id'),
      data('output.value', (output) => textOf(toolMessageIn(output) ?? {}, 'tool_call_id')),
    ],
    // `tool.parameters` is the schema of the arguments in most libraries, and the arguments in a few
    toolArguments: [data(['input.value', 'tool.parameters'], calledWith)],
    toolResult: [data('output.value', toolOutputIn)],
    toolDescription: [text('tool.description')],
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
    ...usageRules(COUNTS, tokenRules('output.value', usageOfResponse)),
    timeToFirstTokenMs: [firstEvent('First Token Stream Event')],
    cost: [number('llm.cost.total')],
    evaluations: [indexed('annotations.', judgements('annotation')), indexed('evaluations.', judgements('evaluation'))],
    promptTemplate: [
      gather({ 'llm.prompt_template.template': 'template', 'llm.prompt_template.variables': 'variables' }),
    ],
    promptName: [text('prompt.id')],
    promptVersion: [text('llm.prompt_template.version')],
    failure: [data('output.value', toolFailureIn)],
    agentName: [text('agent.name')],
    userId: [text('user.id')],
    threadId: [text('session.id')],
    tags: [data('tag.tags', texts)],
    metadata: [data('metadata', object)],
  },
};
