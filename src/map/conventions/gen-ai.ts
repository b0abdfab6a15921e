import type { SpanEvent } from '../../core/span.ts';
import { toChoices } from '../chat/choices.ts';
import { isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { SourceMessage } from '../chat/pieces.ts';
import type { Kind } from '../reading.ts';
import {
  below,
  type Convention,
  count,
  custom,
  data,
  events,
  gather,
  list,
  number,
  object,
  seconds,
  some,
  text,
  texts,
  when,
  word,
} from '../rule.ts';
import { eventData, type SpanView, valueAt } from '../span-view.ts';
import { OPERATION_KINDS } from './gen-ai-kinds.ts';

const DETAILS = 'gen_ai.client.inference.operation.details';

/** Some SDKs (Strands) send several details events, each with a part: the first that has the key is read. */
const details = <T>(key: string, convert: (value: unknown) => T | undefined) =>
  events(DETAILS, (found) => {
    for (const event of found) {
      const value = eventData(event.attributes, key);
      const converted = value === undefined ? undefined : convert(value);
      if (converted !== undefined) return converted;
    }
    return undefined;
  });

const messages = (value: unknown) => some(toMessages(value));
const choices = (value: unknown) => some(toChoices(value));

const MESSAGE_EVENTS: Readonly<Record<string, string>> = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
};

/** One span event a message, as the conventions had it from 1.28 to 1.36. */
const messageEvents = custom(
  Object.keys(MESSAGE_EVENTS).map((name) => `event ${name}`),
  (view: SpanView) => some(view.span.events.flatMap(messageOfEvent)),
);

function messageOfEvent(event: SpanEvent): readonly SourceMessage[] {
  const role = MESSAGE_EVENTS[event.name];
  if (role === undefined) return [];
  const whole = eventData(event.attributes, 'gen_ai.event.content');
  if (isObject(whole)) return toMessages({ role, ...whole });
  const id = event.attributes.get('id');
  return toMessages({
    role: event.attributes.get('role') ?? role,
    content: eventData(event.attributes, 'content'),
    tool_calls: eventData(event.attributes, 'tool_calls'),
    ...(typeof id === 'string' && { id }),
  });
}

const choiceEvents = events('gen_ai.choice', (found) => some(found.flatMap((event) => choiceOfEvent(event))));

function choiceOfEvent(event: SpanEvent) {
  const { attributes } = event;
  const message =
    eventData(attributes, 'message') ??
    eventData(attributes, 'gen_ai.event.content') ??
    eventData(attributes, 'content');
  const reason = attributes.get('finish_reason');
  return toChoices(message).map((choice) => ({
    ...choice,
    finish_reason: typeof reason === 'string' ? reason : choice.finish_reason,
  }));
}

const hasTool = (view: SpanView) =>
  valueAt(view, 'gen_ai.tool.call.id') !== undefined ||
  (valueAt(view, 'gen_ai.tool.name') !== undefined && valueAt(view, 'mcp.method.name') === undefined);
const hasModel = (view: SpanView) =>
  valueAt(view, 'gen_ai.request.model') !== undefined || valueAt(view, 'gen_ai.response.model') !== undefined;
const hasAgent = (view: SpanView) =>
  /^(invoke_agent|create_agent)\b/.test(view.span.name) && valueAt(view, 'gen_ai.agent.name') !== undefined;

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
};

/** https://github.com/open-telemetry/semantic-conventions-genai, with the spellings of its earlier years. */
export const genAi: Convention = {
  name: 'gen_ai',
  title: 'OpenTelemetry GenAI semantic conventions',
  prefixes: ['gen_ai.'],
  rules: {
    kind: [
      word<Kind>('gen_ai.operation.name', OPERATION_KINDS),
      when<Kind>(['gen_ai.tool.name', 'gen_ai.tool.call.id'], hasTool, 'tool'),
      when<Kind>(['gen_ai.agent.name'], hasAgent, 'agent'),
      when<Kind>(['gen_ai.request.model', 'gen_ai.response.model'], hasModel, 'llm'),
    ],
    operation: [text('gen_ai.operation.name')],
    requestModel: [text('gen_ai.request.model')],
    responseModel: [text('gen_ai.response.model')],
    provider: [text('gen_ai.provider.name', 'gen_ai.system')],
    responseId: [text('gen_ai.response.id')],
    parameters: [gather(PARAMETERS)],
    system: [
      data('gen_ai.system_instructions', (value) => value),
      details('gen_ai.system_instructions', (value) => value),
    ],
    messages: [data('gen_ai.input.messages', messages), details('gen_ai.input.messages', messages), messageEvents],
    toolDefinitions: [
      data(['gen_ai.tool.definitions', 'gen_ai.agent.tools'], list),
      details('gen_ai.tool.definitions', list),
    ],
    choices: [data('gen_ai.output.messages', choices), details('gen_ai.output.messages', choices), choiceEvents],
    finishReasons: [
      data(
        [
          'gen_ai.response.finish_reasons',
          'gen_ai.response.finish_reason',
          'gen_ai.response.stop_reason',
          'anthropic.message.stop_reason',
        ],
        texts,
      ),
    ],
    toolName: [text('gen_ai.tool.name')],
    toolCallId: [text('gen_ai.tool.call.id')],
    toolArguments: [data(['gen_ai.tool.call.arguments', 'gen_ai.tool.args', 'gen_ai.tool.input'], (value) => value)],
    toolResult: [
      data(['gen_ai.tool.call.result', 'anthropic.tool_result.content', 'gen_ai.tool.output'], (value) => value),
    ],
    toolDescription: [text('gen_ai.tool.description')],
    query: [text('gen_ai.retrieval.query.text')],
    documents: [data('gen_ai.retrieval.documents', list)],
    embeddingDimensions: [count('gen_ai.embeddings.dimension.count')],
    inputTokens: [count('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens')],
    outputTokens: [count('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens')],
    totalTokens: [count('gen_ai.usage.total_tokens')],
    cacheReadTokens: [
      count(
        'gen_ai.usage.cache_read.input_tokens',
        'gen_ai.usage.cache_read_input_tokens',
        'gen_ai.usage.cache_read_tokens',
        'gen_ai.usage.cached_input_tokens',
        'gen_ai.usage.cached_tokens',
        'gen_ai.usage.input_cached_tokens',
        'gen_ai.usage.prompt_tokens_details.cache_read',
      ),
    ],
    cacheWriteTokens: [
      count(
        'gen_ai.usage.cache_write.input_tokens',
        'gen_ai.usage.cache_creation.input_tokens',
        'gen_ai.usage.cache_creation_input_tokens',
        'gen_ai.usage.cache_write_input_tokens',
        'gen_ai.usage.cache_write_tokens',
        'gen_ai.usage.input_cache_creation',
        'gen_ai.usage.prompt_tokens_details.cache_write',
      ),
    ],
    reasoningTokens: [
      count(
        'gen_ai.usage.reasoning.output_tokens',
        'gen_ai.usage.reasoning_tokens',
        'gen_ai.usage.reasoning_output_tokens',
        'gen_ai.usage.completion_tokens_details.reasoning',
      ),
    ],
    audioInputTokens: [
      count('gen_ai.usage.audio.input_tokens', 'gen_ai.usage.audio_input_tokens', 'gen_ai.usage.input_audio_tokens'),
    ],
    audioOutputTokens: [
      count(
        'gen_ai.usage.audio.output_tokens',
        'gen_ai.usage.audio_output_tokens',
        'gen_ai.usage.completion_tokens_details.audio',
      ),
    ],
    cost: [number('gen_ai.usage.cost')],
    timeToFirstTokenMs: [seconds('gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk')],
    promptName: [text('gen_ai.prompt.name')],
    promptVersion: [text('gen_ai.prompt.version')],
    agentName: [text('gen_ai.agent.name')],
    agentId: [text('gen_ai.agent.id')],
    userId: [text('gen_ai.user.id', 'gen_ai.user', 'gen_ai.request.user', 'enduser.id')],
    threadId: [text('gen_ai.conversation.id', 'gen_ai.session.id')],
    failure: [text('gen_ai.response.error')],
    metadata: [below('gen_ai.metadata.'), data('metadata', object)],
  },
};
