import { toChoices } from '../chat/choices.ts';
import { asText, isObject } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind, Reading } from '../reading.ts';
import { below, type Convention, count, custom, data, gather, list, number, some, text, texts, word } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  'ai.generateText.doGenerate': 'llm',
  'ai.streamText.doStream': 'llm',
  'ai.generateObject.doGenerate': 'llm',
  'ai.streamObject.doStream': 'llm',
  'ai.generateText': 'agent',
  'ai.streamText': 'agent',
  'ai.generateObject': 'chain',
  'ai.streamObject': 'chain',
  'ai.ToolLoopAgent.generate': 'agent',
  'ai.ToolLoopAgent.stream': 'agent',
  'ai.workflowAgent.stream': 'agent',
  'ai.harness': 'agent',
  'ai.eve.turn': 'agent',
  'ai.toolCall': 'tool',
  'ai.embed.doEmbed': 'embedding',
  'ai.embedMany.doEmbed': 'embedding',
  'ai.embed': 'chain',
  'ai.embedMany': 'chain',
  'ai.rerank.doRerank': 'reranker',
  'ai.rerank': 'chain',
};

const PARAMETERS: Readonly<Record<string, string>> = {
  'ai.settings.temperature': 'temperature',
  'ai.settings.topP': 'top_p',
  'ai.settings.topK': 'top_k',
  'ai.settings.maxTokens': 'max_tokens',
  'ai.settings.maxOutputTokens': 'max_tokens',
  'ai.settings.frequencyPenalty': 'frequency_penalty',
  'ai.settings.presencePenalty': 'presence_penalty',
  'ai.settings.seed': 'seed',
  'ai.settings.stopSequences': 'stop',
  'ai.settings.maxRetries': 'max_retries',
  'ai.settings.maxSteps': 'max_steps',
  'ai.settings.output': 'output',
  'ai.prompt.toolChoice': 'tool_choice',
};

/** The SDK encodes single values as JSON too: `"text"` with its quotes. */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*["[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // cut by an attribute length limit
  }
}

const ANSWER = [
  'ai.response.text',
  'ai.response.object',
  'ai.response.toolCalls',
  'ai.response.reasoning',
  'ai.result.text',
  'ai.result.object',
  'ai.result.toolCalls',
];

/** Text, object, tool calls and reasoning of one answer are attributes of their own: together they are its message. */
function answer(view: SpanView): Reading['choices'] | undefined {
  const said = textAt(view, 'ai.response.text') ?? textAt(view, 'ai.result.text');
  const object = dataAt(view, 'ai.response.object') ?? dataAt(view, 'ai.result.object');
  const calls = dataAt(view, 'ai.response.toolCalls') ?? dataAt(view, 'ai.result.toolCalls');
  const reasoning = dataAt(view, 'ai.response.reasoning');
  if (said === undefined && object === undefined && !Array.isArray(calls) && reasoning === undefined) return undefined;
  const content = said ?? (object === undefined ? undefined : asText(object));
  const thought = Array.isArray(reasoning)
    ? reasoning.map((item) => (isObject(item) ? asText(item['text']) : asText(item))).join('\n')
    : reasoning;
  return some(
    toChoices({
      role: 'assistant',
      content,
      tool_calls: calls,
      ...(thought !== undefined && { reasoning_content: asText(thought) }),
    }),
  );
}

/** What the provider said itself, by provider name: `{openai: {…}}`. */
const providerData = (
  value: unknown,
  read: (metadata: Readonly<Record<string, unknown>>) => unknown,
): number | undefined => {
  if (!isObject(value)) return undefined;
  for (const metadata of Object.values(value)) {
    const found = isObject(metadata) ? read(metadata) : undefined;
    if (typeof found === 'number' && Number.isFinite(found) && found >= 0) return found;
  }
  return undefined;
};
const rawUsage = (metadata: Readonly<Record<string, unknown>>) =>
  isObject(metadata['usage']) ? metadata['usage'] : {};

/**
 * AI SDK 5 and earlier hand on what Anthropic and Bedrock say: input without the cached tokens.
 * From version 6 on, which is known by its `inputTokenDetails`, the cached ones are included.
 */
function inputExcludesCache(view: SpanView): boolean | undefined {
  const provider = textAt(view, 'ai.model.provider');
  if (provider === undefined || !/^(anthropic|amazon-bedrock|bedrock)/.test(provider)) return undefined;
  for (const key of view.span.attributes.keys()) if (key.startsWith('ai.usage.inputTokenDetails.')) return false;
  return true;
}

/** https://ai-sdk.dev/docs/ai-sdk-core/telemetry, versions 3 to 6; version 7 writes GenAI keys and a few of these. */
export const vercelAi: Convention = {
  name: 'vercel-ai',
  title: 'Vercel AI SDK',
  prefixes: ['ai.'],
  rules: {
    kind: [word('ai.operationId', KINDS)],
    operation: [text('ai.operationId')],
    opName: [text('ai.toolCall.name', 'ai.operationId')],
    displayName: [
      text('ai.toolCall.name'),
      custom(['ai.telemetry.functionId'], (view) => {
        const name = textAt(view, 'ai.telemetry.functionId');
        const operation = textAt(view, 'ai.operationId');
        return name && operation ? `${name}: ${operation}` : name;
      }),
    ],
    requestModel: [text('ai.model.id')],
    responseModel: [text('ai.response.model')],
    provider: [text('ai.model.provider')],
    responseId: [text('ai.response.id')],
    parameters: [gather(PARAMETERS)],
    messages: [data(['ai.prompt.messages', 'ai.prompt'], (value) => some(toMessages(value)))],
    toolDefinitions: [data('ai.prompt.tools', (value) => list(Array.isArray(value) ? value.map(decoded) : undefined))],
    choices: [custom(ANSWER, answer)],
    finishReasons: [data(['ai.response.finishReason', 'ai.finishReason', 'gen_ai.finishReason'], texts)],
    toolName: [text('ai.toolCall.name')],
    toolCallId: [text('ai.toolCall.id')],
    toolArguments: [data(['ai.toolCall.args', 'ai.toolCall.input'], decoded)],
    toolResult: [data(['ai.toolCall.result', 'ai.toolCall.output'], decoded)],
    documents: [data('ai.documents', (value) => list(Array.isArray(value) ? value.map(decoded) : undefined))],
    embeddingInput: [
      data(['ai.values', 'ai.value'], (value) => (Array.isArray(value) ? value.map(decoded) : decoded(value))),
    ],
    embeddingDimensions: [
      data(['ai.embeddings', 'ai.embedding'], (value) => {
        const first = decoded(Array.isArray(value) ? value[0] : value);
        return Array.isArray(first) ? first.length : Array.isArray(value) ? value.length : undefined;
      }),
    ],
    inputTokens: [count('ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens')],
    outputTokens: [count('ai.usage.outputTokens', 'ai.usage.completionTokens')],
    totalTokens: [count('ai.usage.totalTokens')],
    cacheReadTokens: [
      count('ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'),
      data('ai.response.providerMetadata', (value) =>
        providerData(
          value,
          (own) =>
            own['cachedPromptTokens'] ??
            own['cacheReadInputTokens'] ??
            rawUsage(own)['cache_read_input_tokens'] ??
            rawUsage(own)['cacheReadInputTokens'],
        ),
      ),
    ],
    cacheWriteTokens: [
      count('ai.usage.inputTokenDetails.cacheWriteTokens'),
      data('ai.response.providerMetadata', (value) =>
        providerData(
          value,
          (own) =>
            own['cacheCreationInputTokens'] ??
            rawUsage(own)['cache_creation_input_tokens'] ??
            rawUsage(own)['cacheWriteInputTokens'],
        ),
      ),
    ],
    reasoningTokens: [
      count('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'),
      data('ai.response.providerMetadata', (value) => providerData(value, (own) => own['reasoningTokens'])),
    ],
    inputExcludesCache: [custom(['ai.model.provider'], inputExcludesCache)],
    timeToFirstTokenMs: [number('ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk')],
    userId: [text('ai.telemetry.metadata.userId')],
    threadId: [text('ai.telemetry.metadata.sessionId', 'ai.telemetry.metadata.threadId')],
    tags: [data('ai.telemetry.metadata.tags', texts)],
    metadata: [below('ai.telemetry.metadata.'), below('ai.settings.context.')],
  },
};
