import { parametersOf, requestParameters } from '../bodies.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import { toMessages } from '../chat/messages.ts';
import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { below, type Convention, custom, data, list, some, text, texts, when } from '../rule.ts';
import { dataAt, type SpanView, textAt } from '../span-view.ts';
import { tokenRules } from '../token-counts.ts';
import { answer } from './mastra-answer.ts';

/** `agent.stream`, with what it was called with and returned under keys that begin with its name. */
const AGENT = /^agent\.(generate|stream)(VNext|Legacy)?$/;
const AGENT_KEYS = ['generate', 'stream'].flatMap((method) =>
  ['', 'VNext', 'Legacy'].map((era) => `agent.${method}${era}`),
);
const STEP = /^workflow\.(.+)\.step\.(.+)$/;
/** The step that asks the model: the request, the response and what it used are in its result. */
const MODEL_STEP = 'workflow.executionWorkflow.step.llm-execution';
const RESULT = `${MODEL_STEP}.result`;
const TOOL = 'mastra.stream.toolCall';
/** An answer as a whole, gathered from all steps, with the usage of the last one. */
const GATHERED = /^mastra\.(stream|generate)$/;

function kindOf({ span: { name } }: SpanView): Kind | undefined {
  if (AGENT.test(name)) return 'agent';
  if (name === MODEL_STEP) return 'llm';
  if (name === TOOL) return 'tool';
  if (GATHERED.test(name)) return 'chain';
  if (STEP.test(name) || /^mastra\.(stream|generate)\./.test(name)) return 'task';
  return /^workflow\..+\.execute$/.test(name) ? 'workflow' : undefined;
}

const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
const request = (result: unknown): Json | undefined => {
  const body = member(result, 'metadata', 'request', 'body');
  return isObject(body) ? body : undefined;
};

/** The first argument: what was asked, or for a step what it was given beside much of Mastra's own. */
const ARGUMENTS = AGENT_KEYS.map((key) => `${key}.argument.0`);
const SETTINGS = AGENT_KEYS.map((key) => `${key}.argument.1`);
const RETURNED = AGENT_KEYS.map((key) => `${key}.result`);

const atStep =
  (end: string, read: (value: unknown) => unknown) =>
  (view: SpanView): unknown => {
    const value = STEP.test(view.span.name) ? dataAt(view, `${view.span.name}.${end}`) : undefined;
    return value === undefined ? undefined : read(value);
  };

const toolFailure = (result: unknown) =>
  member(result, 'code') === 'TOOL_EXECUTION_FAILED' ? textOf(result as Json, 'message') : undefined;

/** Keys without a namespace are only taken from its own spans. */
const own = (key: string) => custom([key], (view) => (isMastra(view) ? textAt(view, key) : undefined));

const SETTING = below('stream.settings.');
const agentName = custom(['componentName'], (view) =>
  AGENT.test(view.span.name) ? textAt(view, 'componentName') : undefined,
);

/** Mastra 0.x: each method of its classes is a span, with arguments and result as JSON that is cut off in its depth. */
export const mastraTelemetry: Convention = {
  name: 'mastra-telemetry',
  title: 'Mastra 0.x, its own telemetry',
  prefixes: ['mastra.operationId', 'aisdk.model.', 'agent.generate', 'agent.stream', 'workflow.'],
  rules: {
    kind: [custom([], (view) => (isMastra(view) ? kindOf(view) : undefined))],
    opName: [custom([], (view) => (isMastra(view) ? STEP.exec(view.span.name)?.[2] : undefined))],
    displayName: [custom([], (view) => (isMastra(view) ? STEP.exec(view.span.name)?.[2] : undefined))],
    requestModel: [text('aisdk.model.id'), data(RESULT, (result) => textOf(request(result) ?? {}, 'model'))],
    responseModel: [data(RESULT, (result) => textOf({ id: member(result, 'metadata', 'modelId') }, 'id'))],
    responseId: [data(RESULT, (result) => textOf({ id: member(result, 'metadata', 'id') }, 'id'))],
    provider: [
      text('aisdk.model.provider'),
      data(RESULT, (result) => textOf({ is: member(result, 'metadata', 'modelMetadata', 'modelProvider') }, 'is')),
    ],
    parameters: [
      data(RESULT, (result) => requestParameters(request(result))),
      custom(SETTING.keys, (view) => parametersOf(SETTING.read(view))),
      data(SETTINGS, (given) => parametersOf(member(given, 'modelSettings'))),
    ],
    messages: [
      data('stream.prompt.messages', (value) => some(toMessages(value))),
      data(RESULT, (result) => some(toMessages(request(result)))),
    ],
    toolDefinitions: [data('stream.prompt.tools', list)],
    choices: [
      data(RESULT, (result) => answer(member(result, 'output'))),
      data(RETURNED, answer),
      custom(['stream.response.text', 'stream.response.toolCalls'], (view) =>
        answer({ text: dataAt(view, 'stream.response.text'), toolCalls: dataAt(view, 'stream.response.toolCalls') }),
      ),
    ],
    finishReasons: [
      data('stream.response.finishReason', texts),
      data(RESULT, (result) => texts(member(result, 'stepResult', 'reason'))),
      data(RETURNED, (result) => texts(member(result, 'finishReason'))),
    ],
    input: [
      data(ARGUMENTS, decoded),
      custom(
        [],
        atStep('argument.0', (given) => member(given, 'inputData')),
      ),
    ],
    output: [
      custom(
        [],
        atStep('result', (result) => result),
      ),
    ],
    toolName: [text('stream.toolCall.toolName')],
    toolCallId: [text('stream.toolCall.toolCallId')],
    toolArguments: [data('stream.toolCall.args', (args) => args)],
    toolResult: [data('stream.toolCall.result', (result) => result)],
    failure: [data('stream.toolCall.result', toolFailure)],
    ...tokenRules(
      [RESULT, ...RETURNED],
      (result) => member(result, 'output', 'usage'),
      (result) => member(result, 'usage'),
    ),
    // the steps that it has gathered stand beside it, not below it, and are over by then: it never stands in for one
    notCounted: [when([], (view) => GATHERED.test(view.span.name) && isMastra(view), true)],
    agentName: [agentName],
    userId: [own('resourceId'), data(SETTINGS, (given) => textOf({ id: member(given, 'memory', 'resource') }, 'id'))],
    threadId: [own('threadId'), data(SETTINGS, (given) => textOf({ id: member(given, 'memory', 'thread') }, 'id'))],
  },
};

/** Its spans name the component that they belong to; so do those of others, which are called otherwise. */
function isMastra(view: SpanView): boolean {
  if (textAt(view, 'mastra.operationId') !== undefined) return true;
  return textAt(view, 'componentName') !== undefined && kindOf(view) !== undefined;
}
