import { toChoices } from '../chat/choices.ts';
import { asText, isObject, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { decoded, parseJson } from '../json-text.ts';
import type { Kind, Reading } from '../reading.ts';
import { below, type Convention, custom, data, list, number, some, text, texts } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { parameterRule } from './gen-ai-parameters.ts';
import { VERCEL_USAGE } from './vercel-ai-usage.ts';

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

/** The SDK's own name of what it does. Its first releases have it in front of the function's id alone. */
const OPERATION = ['ai.operationId', 'operation.name'];
const operationOf = (view: SpanView) =>
  textAt(view, 'ai.operationId') ?? /^ai\.\S+/.exec(textAt(view, 'operation.name') ?? '')?.[0];

/** Operations of releases to come: `ai.x.doY` asks a model, `ai.x` stands around it. */
function kindOf(view: SpanView): Kind | undefined {
  const operation = operationOf(view);
  if (operation === undefined) return undefined;
  if (Object.hasOwn(KINDS, operation)) return KINDS[operation];
  return /^ai\.\w+\.do[A-Z]/.test(operation) ? 'llm' : 'chain';
}

/** Every item is JSON, texts too: `"text"` with its quotes. */
const unpacked = (item: unknown) => (typeof item === 'string' ? (parseJson(item) ?? decoded(item)) : item);
const items = (value: unknown) => list(Array.isArray(value) ? value.map(unpacked) : undefined);

/** What a reranking was given; its ranking is what comes out. */
function reranked(view: SpanView): unknown {
  const documents = items(dataAt(view, 'ai.documents'));
  const query = textAt(view, 'ai.query');
  return documents && { ...(query !== undefined && { query }), documents };
}

/** A prompt that Langfuse manages, as its users hand it on. */
const PROMPT = 'ai.telemetry.metadata.langfusePrompt';

const ANSWER = [
  'ai.response.text',
  'ai.response.object',
  'ai.response.toolCalls',
  'ai.response.reasoning',
  'ai.response.files',
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
  const files = items(dataAt(view, 'ai.response.files'))?.map((file) =>
    isObject(file) ? { type: 'file', ...file } : file,
  );
  if ([said, object, reasoning, files].every((one) => one === undefined) && !Array.isArray(calls)) return undefined;
  const whole = said ?? (object === undefined ? undefined : asText(object));
  const content = files ? [...(whole === undefined ? [] : [{ type: 'text', text: whole }]), ...files] : whole;
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

/** https://ai-sdk.dev/docs/ai-sdk-core/telemetry, versions 3 to 6; version 7 writes GenAI keys and a few of these. */
export const vercelAi: Convention = {
  name: 'vercel-ai',
  title: 'Vercel AI SDK',
  prefixes: ['ai.'],
  rules: {
    kind: [custom(OPERATION, kindOf)],
    operation: [custom(OPERATION, operationOf)],
    opName: [text('ai.toolCall.name'), custom(OPERATION, operationOf)],
    displayName: [
      text('ai.toolCall.name'),
      custom(['ai.telemetry.functionId'], (view) => {
        const name = textAt(view, 'ai.telemetry.functionId');
        const operation = operationOf(view);
        return name && operation ? `${name}: ${operation}` : name;
      }),
    ],
    requestModel: [text('ai.model.id')],
    responseModel: [text('ai.response.model')],
    provider: [text('ai.model.provider')],
    responseId: [text('ai.response.id')],
    parameters: [parameterRule(PARAMETERS)],
    messages: [data(['ai.prompt.messages', 'ai.prompt'], (value) => some(toMessages(value)))],
    toolDefinitions: [data('ai.prompt.tools', items)],
    choices: [custom(ANSWER, answer)],
    finishReasons: [data(['ai.response.finishReason', 'ai.finishReason', 'gen_ai.finishReason'], texts)],
    toolName: [text('ai.toolCall.name')],
    toolCallId: [text('ai.toolCall.id')],
    toolArguments: [data(['ai.toolCall.args', 'ai.toolCall.input'], decoded)],
    toolResult: [data(['ai.toolCall.result', 'ai.toolCall.output'], decoded)],
    input: [custom(['ai.documents', 'ai.query'], reranked)],
    output: [data('ai.ranking', items)],
    embeddingInput: [data(['ai.values', 'ai.value'], (value) => items(value) ?? decoded(value))],
    embeddingDimensions: [
      data(['ai.embeddings', 'ai.embedding'], (value) => {
        const first = unpacked(Array.isArray(value) ? value[0] : value);
        return Array.isArray(first) ? first.length : Array.isArray(value) ? value.length : undefined;
      }),
    ],
    ...VERCEL_USAGE,
    timeToFirstTokenMs: [number('ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk')],
    promptName: [data(PROMPT, (value) => (isObject(value) ? textOf(value, 'name') : undefined))],
    promptVersion: [data(PROMPT, (value) => (isObject(value) ? textOf(value, 'version') : undefined))],
    userId: [text('ai.telemetry.metadata.userId', 'user.id')],
    threadId: [text('ai.telemetry.metadata.sessionId', 'ai.telemetry.metadata.threadId', 'session.id')],
    tags: [data('ai.telemetry.metadata.tags', texts)],
    metadata: [below('ai.telemetry.metadata.'), below('ai.settings.context.')],
  },
};
