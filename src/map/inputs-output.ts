import { finishReason, toChoices } from './chat/choices.ts';
import { withIds } from './chat/ids.ts';
import { toolResultIn, withoutWrapping } from './chat/langchain.ts';
import { type Choice, isObject } from './chat/message.ts';
import { toMessages, withSystem } from './chat/messages.ts';
import type { SourceMessage } from './chat/pieces.ts';
import { looksLikeMessages } from './chat/recognise.ts';
import { openAiTools } from './chat/tool-definition.ts';
import type { Reading } from './reading.ts';
import type { Usage } from './usage.ts';

export interface InputsOutput {
  /** Weave wants an object here. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** What went in and what came out, in the shape that Weave's page shows best for the kind of call. */
export function inputsOutputOf(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput {
  switch (reading.kind) {
    case 'tool':
      return {
        inputs: asInputs(reading.toolArguments ?? reading.input),
        output: toolResultIn(reading.toolResult ?? reading.output) ?? null,
      };
    case 'retriever':
    case 'reranker':
      return {
        inputs: {
          ...(reading.query !== undefined ? { query: reading.query } : asInputs(reading.input, 'query')),
          ...reading.parameters,
        },
        output: reading.documents ?? documentsIn(reading.output) ?? null,
      };
    case 'embedding':
      return embedding(reading, usage);
    default:
      return conversation(reading, usage);
  }
}

/**
 * An OpenAI chat request and its answer, as far as the span holds a conversation: always for a model call,
 * for others where what went in or came out is one. Anything else stays what it was.
 */
function conversation(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput {
  const messages = messagesOf(reading);
  const choices = reading.choices ?? choicesOf(reading, messages.length > 0);
  const isChat = messages.length > 0 || reading.kind === 'llm';
  return {
    inputs: isChat
      ? chatInputs(reading, withSystem(messages, reading.system))
      : { ...asInputs(reading.input), ...(reading.system !== undefined && { system: reading.system }) },
    output: choices.length > 0 ? chatOutput(reading, choices, usage) : readable(reading.output),
  };
}

function chatInputs(reading: Partial<Reading>, messages: readonly SourceMessage[]) {
  const model = reading.requestModel ?? reading.responseModel;
  return {
    ...(model !== undefined && { model }),
    messages: messages.map(withoutFinish),
    ...(reading.toolDefinitions && { tools: openAiTools(reading.toolDefinitions) }),
    ...reading.parameters,
  };
}

function chatOutput(reading: Partial<Reading>, choices: readonly Choice[], usage: Usage | undefined) {
  const finish = reading.finishReasons ?? [];
  return {
    ...(reading.responseId !== undefined && { id: reading.responseId }),
    ...(reading.responseModel !== undefined && { model: reading.responseModel }),
    choices: choices.map((choice, index) => finished(choice, finish[index] ?? finish[0])),
    ...(usage && {
      usage: {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.totalTokens,
      },
    }),
  };
}

const finished = (choice: Choice, said: string | undefined): Choice => ({
  ...choice,
  message: withIds(choice.message),
  finish_reason: choice.finish_reason ?? (said === undefined ? null : finishReason(said)),
});

function withoutFinish({ finish_reason: _, ...message }: SourceMessage) {
  return withIds(message);
}

/** What was said to a model or an agent in any form; to others, only what is a conversation by its looks. */
function messagesOf({ kind, messages, input }: Partial<Reading>): readonly SourceMessage[] {
  if (messages) return messages;
  const inner = withoutWrapping(input);
  const isSpeech = kind === 'llm' || (kind === 'agent' && typeof inner === 'string');
  return isSpeech || looksLikeMessages(inner) ? toMessages(inner) : [];
}

/** Nothing, or the name of one of LangGraph's nodes: `__end__`. */
const NOT_SAID = /^(__\w+__)?$/;

function choicesOf({ kind, output }: Partial<Reading>, hasMessages: boolean): readonly Choice[] {
  const inner = withoutWrapping(output);
  const isAnswer =
    (kind === 'llm' && inner !== undefined) ||
    looksLikeMessages(inner) ||
    (isObject(inner) && ['choices', 'candidates', 'generations'].some((key) => Array.isArray(inner[key]))) ||
    (typeof inner === 'string' && hasMessages && !NOT_SAID.test(inner));
  return isAnswer ? toChoices(inner) : [];
}

/** Messages that are no answer (a prompt that was filled in, a tool's report) in the shape of all others. */
function readable(output: unknown): unknown {
  const inner = withoutWrapping(output);
  return looksLikeMessages(inner) ? { messages: toMessages(inner).map(withoutFinish) } : (output ?? null);
}

function documentsIn(output: unknown): unknown {
  return isObject(output) && Array.isArray(output['documents']) ? output['documents'] : output;
}

/** Text in, dimensions out: the vectors are of no use to a reader and stay in `otel_dump`. */
function embedding(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput {
  const model = reading.requestModel ?? reading.responseModel;
  const texts = reading.embeddingInput ?? reading.messages?.map((message) => message.content) ?? textsIn(reading.input);
  return {
    inputs: {
      ...(model !== undefined && { model }),
      ...(texts !== undefined && { texts: Array.isArray(texts) ? texts : [texts] }),
      ...reading.parameters,
    },
    output:
      reading.embeddingDimensions === undefined && !usage
        ? null
        : {
            ...(reading.embeddingDimensions !== undefined && { dimensions: reading.embeddingDimensions }),
            ...(usage && { usage: { prompt_tokens: usage.inputTokens, total_tokens: usage.totalTokens } }),
          },
  };
}

/** The text out of an embedding request's body. */
function textsIn(input: unknown): unknown {
  return isObject(input) ? (input['input'] ?? input['texts'] ?? input['text'] ?? input) : input;
}

/** An object is the inputs; anything else stands under a name. */
function asInputs(value: unknown, name = 'value'): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  return isObject(value) ? value : { [name]: value };
}
