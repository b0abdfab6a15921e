import { finishReason, toChoices } from './chat/choices.ts';
import { type Choice, isObject } from './chat/message.ts';
import { toMessages, withSystem } from './chat/messages.ts';
import type { SourceMessage } from './chat/pieces.ts';
import { looksLikeMessages } from './chat/recognise.ts';
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
        output: reading.toolResult ?? reading.output ?? null,
      };
    case 'retriever':
    case 'reranker':
      return {
        inputs: reading.query !== undefined ? { query: reading.query } : asInputs(reading.input, 'query'),
        output: reading.documents ?? reading.output ?? null,
      };
    case 'embedding':
      return embedding(reading, usage);
    default:
      return conversation(reading, usage) ?? { inputs: asInputs(reading.input), output: reading.output ?? null };
  }
}

/** An OpenAI chat request and its answer; undefined where the span holds no conversation. */
function conversation(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput | undefined {
  const isModelCall = reading.kind === 'llm';
  const messages = withSystem(reading.messages ?? messagesIn(reading.input), reading.system);
  const choices = reading.choices ?? choicesIn(reading.output, messages.length > 0);
  if (messages.length === 0 && choices.length === 0 && !isModelCall) return undefined;
  const model = reading.requestModel ?? reading.responseModel;
  const finish = reading.finishReasons ?? [];
  return {
    inputs: {
      ...(model !== undefined && { model }),
      messages: messages.map(withoutFinish),
      ...(reading.toolDefinitions && { tools: reading.toolDefinitions.map(openAiTool) }),
      ...reading.parameters,
    },
    output:
      choices.length === 0
        ? (reading.output ?? null)
        : {
            ...(reading.responseId !== undefined && { id: reading.responseId }),
            ...(reading.responseModel !== undefined && { model: reading.responseModel }),
            choices: choices.map((choice, index) => withReason(choice, finish[index] ?? finish[0])),
            ...(usage && {
              usage: {
                prompt_tokens: usage.inputTokens,
                completion_tokens: usage.outputTokens,
                total_tokens: usage.totalTokens,
              },
            }),
          },
  };
}

const withReason = (choice: Choice, said: string | undefined): Choice =>
  choice.finish_reason === null && said !== undefined ? { ...choice, finish_reason: finishReason(said) } : choice;

function withoutFinish({ finish_reason: _, ...message }: SourceMessage) {
  return message;
}

/** A value that is itself a conversation, as agents and model calls of some libraries have it. */
function messagesIn(input: unknown): readonly SourceMessage[] {
  return looksLikeMessages(input) ? toMessages(input) : [];
}

function choicesIn(output: unknown, hasMessages: boolean): readonly Choice[] {
  if (
    isObject(output) &&
    (Array.isArray(output['choices']) || Array.isArray(output['candidates']) || Array.isArray(output['generations']))
  )
    return toChoices(output);
  if (looksLikeMessages(output)) return toChoices(output);
  return typeof output === 'string' && output !== '' && hasMessages ? toChoices(output) : [];
}

/** Tools in OpenAI's shape: `{type, function: {name, description, parameters}}`. */
function openAiTool(tool: unknown): unknown {
  if (typeof tool === 'string') return { type: 'function', function: { name: tool } };
  if (!isObject(tool) || isObject(tool['function'])) return tool;
  const spec = isObject(tool['toolSpec']) ? tool['toolSpec'] : tool;
  if (typeof spec['name'] !== 'string') return tool;
  const schema = spec['parameters'] ?? spec['inputSchema'] ?? spec['input_schema'];
  return {
    type: 'function',
    function: {
      name: spec['name'],
      ...(spec['description'] !== undefined && { description: spec['description'] }),
      ...(schema !== undefined && {
        parameters: isObject(schema) && isObject(schema['json']) ? schema['json'] : schema,
      }),
    },
  };
}

/** Text in, dimensions out: the vectors are of no use to a reader and stay in `otel_dump`. */
function embedding(reading: Partial<Reading>, usage: Usage | undefined): InputsOutput {
  const model = reading.requestModel ?? reading.responseModel;
  const texts = reading.embeddingInput ?? reading.messages?.map((message) => message.content) ?? reading.input;
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

/** An object is the inputs; anything else stands under a name. */
function asInputs(value: unknown, name = 'value'): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  return isObject(value) ? value : { [name]: value };
}
