import { toChoices } from '../chat/choices.ts';
import { passedIn } from '../chat/langchain.ts';
import { isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { isConversation } from '../chat/recognise.ts';
import { decoded } from '../json-text.ts';
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
import { countAt, dataAt, type SpanView, textAt, valueAt } from '../span-view.ts';
import {
  choiceEvents,
  completionEvents,
  detailChoices,
  details,
  evaluationEvents,
  evaluationOf,
  messageEvents,
  promptEvents,
} from './gen-ai-events.ts';
import { OPERATION_KINDS } from './gen-ai-kinds.ts';
import { parameterRule } from './gen-ai-parameters.ts';
import { GEN_AI_USAGE } from './gen-ai-usage.ts';

// Some put arguments of a tool or of an agent into these keys too: those are no messages.
const messages = (value: unknown) => (isConversation(value) ? some(toMessages(value)) : undefined);
const choices = (value: unknown) => (isConversation(value) ? some(toChoices(value)) : undefined);

/** Messages that do not say why they ended are pieces of one answer, unless as many were asked for, or ended. */
function outputChoices(view: SpanView) {
  const value = dataAt(view, 'gen_ai.output.messages');
  const ended = texts(dataAt(view, 'gen_ai.response.finish_reasons'))?.length;
  const wanted = countAt(view, 'gen_ai.request.choice.count');
  if (!Array.isArray(value) || value.length < 2 || ![ended, wanted].includes(value.length)) return choices(value);
  return some(value.flatMap((one: unknown, index) => toChoices([one]).map((choice) => ({ ...choice, index }))));
}
const whole = (value: unknown) => value;

/** What a memory was asked for or given. */
const MEMORY: Readonly<Record<string, string>> = {
  'gen_ai.memory.query.text': 'query',
  'gen_ai.memory.record.id': 'record_id',
  'gen_ai.memory.records': 'records',
};

/** Google's SDK for Python calls the tools itself: `code.function.parameters.city.value`. */
const PARAMETERS = below('code.function.parameters.');
const functionArguments = custom(PARAMETERS.keys, (view) => {
  const values = Object.entries(PARAMETERS.read(view) ?? {}).filter(([key]) => key.endsWith('.value'));
  return values.length > 0
    ? Object.fromEntries(values.map(([key, value]) => [key.slice(0, -'.value'.length), value]))
    : undefined;
});

/** Sentry's SDKs tell the text and the tool calls of an answer apart. */
const SENTRY_ANSWER = ['gen_ai.response.text', 'gen_ai.response.tool_calls'];
function sentryAnswer(view: SpanView) {
  const said = dataAt(view, 'gen_ai.response.text');
  const calls = dataAt(view, 'gen_ai.response.tool_calls');
  if (said === undefined && !Array.isArray(calls)) return undefined;
  // of a stream of OpenAI's Responses they are all items of the output, and the text is told again with each event
  if (Array.isArray(calls) && calls.some((item) => isObject(item) && item['type'] === 'message'))
    return some(toChoices({ output: calls }));
  return some(toChoices({ role: 'assistant', content: said ?? null, tool_calls: calls }));
}

/** Streams of OpenAI's Responses have a status with each event: only the last one is a reason. */
const reasons = (value: unknown) =>
  some((texts(value) ?? []).filter((reason) => !/^(queued|in_progress)$/.test(reason)));

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
    parameters: [parameterRule()],
    system: [data('gen_ai.system_instructions', whole), details('gen_ai.system_instructions', whole)],
    messages: [
      data('gen_ai.input.messages', messages),
      details('gen_ai.input.messages', messages),
      data('gen_ai.request.messages', messages),
      messageEvents,
      promptEvents,
    ],
    toolDefinitions: [
      data(['gen_ai.tool.definitions', 'gen_ai.agent.tools', 'gen_ai.request.available_tools'], (tools) =>
        list(decoded(tools)),
      ),
      details('gen_ai.tool.definitions', list),
    ],
    choices: [
      custom(['gen_ai.output.messages'], outputChoices),
      detailChoices,
      custom(SENTRY_ANSWER, sentryAnswer),
      choiceEvents,
      completionEvents,
    ],
    finishReasons: [
      data(['gen_ai.response.finish_reasons', 'gen_ai.response.finish_reason', 'gen_ai.response.stop_reason'], reasons),
    ],
    toolName: [text('gen_ai.tool.name')],
    toolCallId: [text('gen_ai.tool.call.id', 'gen_ai.tool.call_id')],
    toolArguments: [
      data(['gen_ai.tool.call.arguments', 'gen_ai.tool.args', 'gen_ai.tool.input'], passedIn),
      gather(MEMORY),
      functionArguments,
    ],
    toolResult: [data(['gen_ai.tool.call.result', 'gen_ai.tool.output', 'code.function.return.value'], whole)],
    toolDescription: [text('gen_ai.tool.description')],
    query: [text('gen_ai.retrieval.query.text', 'gen_ai.memory.query.text')],
    documents: [
      data('gen_ai.retrieval.documents', list),
      custom(['gen_ai.memory.records'], (view) =>
        operationIs(view, 'search_memory') ? list(dataAt(view, 'gen_ai.memory.records')) : undefined,
      ),
    ],
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
    threadId: [text('session.id', 'gen_ai.conversation.id', 'gen_ai.session.id', 'gen_ai.thread.id')],
    failure: [text('gen_ai.response.error', 'error.type')],
    tags: [data('tag.tags', texts)],
    metadata: [below('gen_ai.metadata.'), data('metadata', object)],
  },
};
