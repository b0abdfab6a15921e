import { toChoices } from '../chat/choices.ts';
import { toMessages } from '../chat/messages.ts';
import { isConversation } from '../chat/recognise.ts';
import type { Kind } from '../reading.ts';
import {
  below,
  type Convention,
  count,
  custom,
  data,
  gather,
  list,
  named,
  number,
  object,
  seconds,
  some,
  text,
  texts,
  when,
  word,
} from '../rule.ts';
import { dataAt, type SpanView, textAt, valueAt } from '../span-view.ts';
import {
  choiceEvents,
  completionEvents,
  details,
  evaluationEvents,
  evaluationOf,
  messageEvents,
  promptEvents,
} from './gen-ai-events.ts';
import { OPERATION_KINDS } from './gen-ai-kinds.ts';
import { GEN_AI_USAGE } from './gen-ai-usage.ts';

// Some put arguments of a tool or of an agent into these keys too: those are no messages.
const messages = (value: unknown) => (isConversation(value) ? some(toMessages(value)) : undefined);
const choices = (value: unknown) => (isConversation(value) ? some(toChoices(value)) : undefined);
const whole = (value: unknown) => value;

/** The request parameters by their attribute, with the name that OpenAI's API gives them. */
const PARAMETERS: Readonly<Record<string, string>> = {
  'gen_ai.request.temperature': 'temperature',
  'gen_ai.request.top_p': 'top_p',
  'gen_ai.request.top_k': 'top_k',
  'gen_ai.request.max_tokens': 'max_tokens',
  'gen_ai.request.max_completion_tokens': 'max_completion_tokens',
  'gen_ai.request.frequency_penalty': 'frequency_penalty',
  'gen_ai.request.presence_penalty': 'presence_penalty',
  'gen_ai.request.seed': 'seed',
  'gen_ai.request.stop_sequences': 'stop',
  'gen_ai.request.choice.count': 'n',
  'gen_ai.request.stream': 'stream',
  'gen_ai.is_streaming': 'stream',
  'gen_ai.request.is_stream': 'stream',
  'gen_ai.request.reasoning.level': 'reasoning_effort',
  'gen_ai.request.reasoning_effort': 'reasoning_effort',
  'gen_ai.request.previous_response.id': 'previous_response_id',
  'gen_ai.request.service_tier': 'service_tier',
  'openai.request.service_tier': 'service_tier',
  'gen_ai.openai.request.service_tier': 'service_tier',
  'gen_ai.openai.request.response_format': 'response_format',
  'gen_ai.request.structured_output_schema': 'response_format',
  'gen_ai.request.encoding_formats': 'encoding_format',
  'gen_ai.output.type': 'output_type',
  'gen_ai.retrieval.top_k': 'top_k',
  'anthropic.request.service_tier': 'service_tier',
  'anthropic.thinking.type': 'thinking_type',
  'anthropic.thinking.budget_tokens': 'thinking_budget_tokens',
};

/** What a memory was asked for or given. */
const MEMORY: Readonly<Record<string, string>> = {
  'gen_ai.memory.query.text': 'query',
  'gen_ai.memory.record.id': 'record_id',
  'gen_ai.memory.records': 'records',
};

const operationIs = (view: SpanView, operation: string) => textAt(view, 'gen_ai.operation.name') === operation;

/** https://github.com/open-telemetry/semantic-conventions-genai, with the spellings of its earlier years. */
export const genAi: Convention = {
  name: 'gen_ai',
  title: 'OpenTelemetry GenAI semantic conventions',
  prefixes: ['gen_ai.'],
  rules: {
    kind: [
      word<Kind>('gen_ai.operation.name', OPERATION_KINDS),
      when<Kind>(
        ['gen_ai.evaluation.name'],
        (view) => valueAt(view, 'gen_ai.evaluation.name') !== undefined,
        'evaluator',
      ),
    ],
    operation: [text('gen_ai.operation.name')],
    displayName: [
      custom(['gen_ai.workflow.name'], (view) =>
        operationIs(view, 'invoke_workflow') ? textAt(view, 'gen_ai.workflow.name') : undefined,
      ),
    ],
    requestModel: [named('gen_ai.request.model')],
    responseModel: [named('gen_ai.response.model')],
    provider: [text('gen_ai.provider.name', 'gen_ai.system')],
    responseId: [text('gen_ai.response.id')],
    parameters: [gather(PARAMETERS)],
    system: [data('gen_ai.system_instructions', whole), details('gen_ai.system_instructions', whole)],
    messages: [
      data('gen_ai.input.messages', messages),
      details('gen_ai.input.messages', messages),
      messageEvents,
      promptEvents,
    ],
    toolDefinitions: [
      data(['gen_ai.tool.definitions', 'gen_ai.agent.tools'], list),
      details('gen_ai.tool.definitions', list),
    ],
    choices: [
      data('gen_ai.output.messages', choices),
      details('gen_ai.output.messages', choices),
      choiceEvents,
      completionEvents,
    ],
    finishReasons: [
      data(['gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason', 'gen_ai.response.stop_reason'], texts),
    ],
    toolName: [text('gen_ai.tool.name')],
    toolCallId: [text('gen_ai.tool.call.id', 'gen_ai.tool.call_id')],
    toolArguments: [
      data(['gen_ai.tool.call.arguments', 'gen_ai.tool.args', 'gen_ai.tool.input'], whole),
      gather(MEMORY),
    ],
    toolResult: [data(['gen_ai.tool.call.result', 'gen_ai.tool.output'], whole)],
    toolDescription: [text('gen_ai.tool.description')],
    query: [text('gen_ai.retrieval.query.text', 'gen_ai.memory.query.text')],
    documents: [data(['gen_ai.retrieval.documents', 'gen_ai.memory.records'], list)],
    embeddingDimensions: [count('gen_ai.embeddings.dimension.count')],
    ...GEN_AI_USAGE,
    notCounted: [when(['gen_ai.operation.name'], (view) => operationIs(view, 'fetch_response'), true)],
    cost: [number('gen_ai.usage.cost', 'operation.cost')],
    timeToFirstTokenMs: [
      seconds(
        'gen_ai.response.time_to_first_chunk',
        'gen_ai.client.operation.time_to_first_chunk',
        'gen_ai.server.time_to_first_token',
      ),
    ],
    evaluations: [
      evaluationEvents,
      custom(['gen_ai.evaluation.*'], (view) =>
        valueAt(view, 'gen_ai.evaluation.name') === undefined ? undefined : [evaluationOf((key) => dataAt(view, key))],
      ),
    ],
    promptTemplate: [below('gen_ai.prompt.variable.')],
    promptName: [text('gen_ai.prompt.name')],
    promptVersion: [text('gen_ai.prompt.version')],
    agentName: [text('gen_ai.agent.name')],
    agentId: [text('gen_ai.agent.id')],
    userId: [text('user.id', 'gen_ai.user.id', 'gen_ai.user', 'gen_ai.request.user', 'enduser.id')],
    threadId: [text('session.id', 'gen_ai.conversation.id', 'gen_ai.session.id')],
    failure: [text('gen_ai.response.error', 'error.type')],
    tags: [data('tag.tags', texts)],
    metadata: [below('gen_ai.metadata.'), data('metadata', object)],
  },
};
