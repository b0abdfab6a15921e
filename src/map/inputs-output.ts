import { besideMessages, choicesOf, readable } from './answer.ts';
import { finishReason } from './chat/choices.ts';
import { createIds, type Identify } from './chat/ids.ts';
import { toolResultIn, withoutWrapping } from './chat/langchain.ts';
import { type Choice, isObject } from './chat/message.ts';
import { toMessages, withSystem } from './chat/messages.ts';
import { mistralMembers } from './chat/mistral.ts';
import { withPartNames } from './chat/part-names.ts';
import type { SourceMessage } from './chat/pieces.ts';
import { looksLikeMessages } from './chat/recognise.ts';
import { shown } from './chat/shown.ts';
import { openAiTools } from './chat/tool-definition.ts';
import { decoded, parseJson } from './json-text.ts';
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
      return { inputs: asInputs(asArguments(wentIn(reading))), output: cameOut(reading) ?? answered(reading, usage) };
    case 'retriever':
    case 'reranker':
      return {
        inputs: {
          ...(reading.query !== undefined ? { query: reading.query } : asInputs(wentIn(reading), 'query')),
          ...reading.parameters,
        },
        output: reading.documents ?? documentsIn(cameOut(reading)) ?? answered(reading, usage),
      };
    case 'embedding':
      return embedding(reading, usage);
    default:
      return conversation(reading, usage);
  }
}

/**
 * Whatever a rule has read must be seen, also where it is not what the kind of call is known for.
 * Values that are JSON texts themselves (`"text"` with its quotes) are taken out of them.
 */
function wentIn({ kind, toolArguments, input, query, messages }: Partial<Reading>): unknown {
  const given = kind === 'tool' ? (toolArguments ?? input) : (input ?? toolArguments);
  return decoded(given) ?? (query !== undefined ? { query } : messages && { messages: shown(messages) });
}

function cameOut({ kind, toolResult, output, documents }: Partial<Reading>): unknown {
  const result = kind === 'tool' ? (toolResult ?? output) : (output ?? toolResult);
  return toolResultIn(decoded(result)) ?? documents;
}

/** Arguments are an object, also where they come as its JSON. */
function asArguments(given: unknown): unknown {
  const parsed = typeof given === 'string' ? parseJson(given) : undefined;
  return isObject(parsed) ? parsed : given;
}

const answered = (reading: Partial<Reading>, usage: Usage | undefined) =>
  reading.choices?.length ? chatOutput(reading, reading.choices, usage) : null;

/**
 * An OpenAI chat request and its answer, as far as the span holds a conversation: always for a model call,
 * for others where what went in or came out is one. Anything else stays what it was.
 */
function conversation(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput {
  const messages = messagesOf(reading);
  const choices = reading.choices ?? choicesOf(reading, messages);
  const isChat = messages.length > 0 || reading.kind === 'llm';
  if (!isChat && choices.length === 0 && reading.embeddingInput !== undefined) return embedding(reading, usage);
  const identify = isChat || choices.length > 0 ? createIds() : same;
  const asked = isChat ? chatInputs(reading, withSystem(messages, reading.system), identify) : undefined;
  const output =
    choices.length > 0
      ? { ...(!reading.choices && besideMessages(reading.output)), ...chatOutput(reading, choices, usage, identify) }
      : readable(cameOut(reading), messages);
  return {
    inputs: asked ?? {
      ...asInputs(wentIn(reading)),
      ...(reading.system !== undefined && { system: reading.system }),
      ...(reading.toolDefinitions && { tools: openAiTools(reading.toolDefinitions) }),
    },
    output: isChat && isMisread(output) ? { value: output } : output,
  };
}

const same: Identify = (message) => message;

/** Weave's page looks for members of a chat's output: a bare text breaks it, and of `output` it makes another view. */
const isMisread = (output: unknown) =>
  isObject(output) ? 'output' in output : output !== null && !Array.isArray(output);

function chatInputs(reading: Partial<Reading>, messages: readonly SourceMessage[], identify: Identify) {
  const model = reading.requestModel ?? reading.responseModel;
  return {
    ...(model !== undefined && { model }),
    messages: shown(messages, identify),
    ...(reading.toolDefinitions && { tools: openAiTools(reading.toolDefinitions) }),
    ...reading.parameters,
  };
}

function chatOutput(
  reading: Partial<Reading>,
  choices: readonly Choice[],
  usage: Usage | undefined,
  identify: Identify = createIds(),
) {
  const finish = reading.finishReasons ?? [];
  return {
    ...(reading.responseId !== undefined && { id: reading.responseId }),
    ...(reading.responseModel !== undefined && { model: reading.responseModel }),
    ...mistralMembers(reading, usage),
    choices: choices.map((choice, index) => finished(choice, finish[index] ?? finish[0], identify)),
    ...(usage && {
      usage: {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.totalTokens,
      },
    }),
  };
}

const finished = (choice: Choice, said: string | undefined, identify: Identify): Choice => ({
  ...choice,
  message: withPartNames(identify(choice.message)),
  finish_reason: choice.finish_reason ?? (said === undefined ? null : finishReason(said)),
});

/** What was said to a model or an agent in any form; to others, only what is a conversation by its looks. */
function messagesOf({ kind, messages, input }: Partial<Reading>): readonly SourceMessage[] {
  if (messages) return messages;
  const inner = withoutWrapping(decoded(input));
  const isSpeech = kind === 'llm' || (kind === 'agent' && typeof inner === 'string');
  return isSpeech || looksLikeMessages(inner) ? toMessages(inner) : [];
}

function documentsIn(output: unknown): unknown {
  return isObject(output) && Array.isArray(output['documents']) ? output['documents'] : output;
}

/** Text in, dimensions out: the vectors are of no use to a reader and stay in `otel_dump`. */
function embedding(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput {
  const model = reading.requestModel ?? reading.responseModel;
  const texts =
    reading.embeddingInput ?? reading.messages?.map((message) => message.content) ?? textsIn(wentIn(reading));
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
  return isObject(input) ? (input['input'] ?? input['texts'] ?? input['text'] ?? input['query'] ?? input) : input;
}

/** An object is the inputs; anything else stands under a name. */
function asInputs(value: unknown, name = 'value'): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  return isObject(value) ? value : { [name]: value };
}
