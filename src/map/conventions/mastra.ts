import { isRequest, isResponse, requestParameters, responseId } from '../bodies.ts';
import { toChoices } from '../chat/choices.ts';

import { isObject, type Json, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import type { Kind } from '../reading.ts';
import {
  below,
  type Convention,
  custom,
  data,
  list,
  object,
  sinceStart,
  some,
  text,
  texts,
  when,
  word,
} from '../rule.ts';
import { dataAt, type SpanView, textAt, valueAt } from '../span-view.ts';
import { tokenRules, usageOfResponse } from '../token-counts.ts';
import { answer } from './mastra-answer.ts';

/** Since 1.x each request to a model is a `chat` span of its own, and these are what it stands in. */
const OPERATIONS: Readonly<Record<string, Kind>> = {
  model_generation: 'chain',
  agent_step: 'task',
  model_chunk: 'task',
  // 0.x
  'model.step': 'task',
  'model.chunk': 'task',
};
const TYPES: Readonly<Record<string, Kind>> = {
  model_generation: 'llm',
  model_inference: 'llm',
  model_step: 'task',
  model_chunk: 'task',
  agent_run: 'agent',
  tool_call: 'tool',
  mcp_tool_call: 'tool',
  provider_tool_call: 'tool',
  mcp_server_request: 'chain',
  workflow_run: 'workflow',
  workflow_step: 'task',
  workflow_conditional: 'task',
  workflow_conditional_eval: 'task',
  workflow_parallel: 'task',
  workflow_loop: 'task',
  workflow_sleep: 'task',
  workflow_wait_event: 'task',
  rag_embedding: 'embedding',
  processor_run: 'task',
  generic: 'chain',
};

/** `mastra.agent_run.input` and its like: the type of the span is part of the key. */
const keysOf = (end: 'input' | 'output') => Object.keys(TYPES).map((type) => `mastra.${type}.${end}`);
const CONVERSATIONS = ['mastra.model_generation', 'mastra.model_step', 'mastra.model_inference'];

/** The provider's response, which AI SDK leaves among the metadata of a step. */
const RESPONSE = 'mastra.metadata.body';

/** In 0.x a step is the request itself: what was sent is in its input, what came in its attributes. */
const isStep = (view: SpanView) => textAt(view, 'gen_ai.operation.name') === 'model.step';
const bodyOfStep = (view: SpanView, key: string) => (isStep(view) ? dataAt(view, key) : undefined);
const sent = custom(['input'], (view) => {
  const input = bodyOfStep(view, 'input');
  return isObject(input) && isRequest(input['body']) ? input['body'] : undefined;
});
const ofRequest = <T>(read: (body: Json) => T | undefined) =>
  custom(sent.keys, (view) => {
    const body = sent.read(view);
    return isObject(body) ? read(body) : undefined;
  });

const METADATA = below('mastra.metadata.');
function metadata(view: SpanView) {
  const { body: _, ...others } = METADATA.read(view) ?? {};
  return object(others);
}

function failure(view: SpanView): string | undefined {
  if (valueAt(view, 'gen_ai.tool.success') === false) return textAt(view, 'error.message') ?? 'The tool call failed';
  return textAt(view, 'error.message');
}

/** Mastra's OpenTelemetry exporter, 1.x and (by its `mastra.trace_id` and bare `input`, `output`) 0.x. */
export const mastra: Convention = {
  name: 'mastra',
  title: 'Mastra',
  prefixes: ['mastra.'],
  scopes: [/^@mastra\//],
  rules: {
    kind: [
      custom<Kind>(['modelId'], (view) => (isStep(view) && textAt(view, 'modelId') !== undefined ? 'llm' : undefined)),
      word('gen_ai.operation.name', OPERATIONS),
      word('mastra.span.type', TYPES),
      when<Kind>(['gen_ai.tool.input'], (view) => valueAt(view, 'gen_ai.tool.input') !== undefined, 'tool'),
    ],
    // their spans are named after the model
    opName: [
      custom(['gen_ai.operation.name'], (view) => {
        const operation = textAt(view, 'gen_ai.operation.name');
        return operation !== undefined && Object.hasOwn(OPERATIONS, operation) ? operation : undefined;
      }),
    ],
    requestModel: [ofRequest((body) => textOf(body, 'model'))],
    responseModel: [custom(['modelId'], (view) => (isStep(view) ? textAt(view, 'modelId') : undefined))],
    parameters: [ofRequest(requestParameters)],
    toolDefinitions: [ofRequest((body) => list(body['tools']))],
    messages: [
      ofRequest((body) => some(toMessages(body))),
      data(
        CONVERSATIONS.map((type) => `${type}.input`),
        (value) => some(toMessages(value)),
      ),
    ],
    choices: [
      custom(['output'], (view) => {
        const isAnswer = isStep(view) || textAt(view, 'mastra.span.type') === 'agent_run';
        return isAnswer ? answer(dataAt(view, 'output')) : undefined;
      }),
      data(
        [...CONVERSATIONS, 'mastra.agent_run'].map((type) => `${type}.output`),
        answer,
      ),
      data(RESPONSE, (body) => (isResponse(body) ? some(toChoices(body)) : undefined)),
    ],
    input: [data([...keysOf('input'), 'input'], (value) => value)],
    output: [data([...keysOf('output'), 'output'], (value) => value)],
    responseId: [
      text('gen_ai.response.id'),
      data(RESPONSE, responseId),
      custom(['id'], (view) => (isStep(view) ? textAt(view, 'id') : undefined)),
    ],
    ...tokenRules('body', usageOfResponse),
    timeToFirstTokenMs: [sinceStart('mastra.completion_start_time')],
    agentName: [text('gen_ai.agent.name', 'agent.id')],
    userId: [text('mastra.metadata.userId', 'resourceId')],
    threadId: [
      text('gen_ai.conversation.id', 'mastra.metadata.threadId', 'mastra.metadata.sessionId', 'session.id', 'threadId'),
    ],
    tags: [data('mastra.tags', texts)],
    metadata: [custom(METADATA.keys, metadata)],
    // a failed step may have status OK, and only this to say so
    failure: [custom(['error.message', 'gen_ai.tool.success'], failure)],
  },
};
