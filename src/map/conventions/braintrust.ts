import { parametersOf } from '../bodies.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import type { Kind } from '../reading.ts';
import { type Convention, count, custom, data, object, type Rule, text, texts } from '../rule.ts';
import { dataAt, type SpanView, toCount } from '../span-view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  llm: 'llm',
  tool: 'tool',
  function: 'chain',
  task: 'task',
  eval: 'evaluator',
  score: 'evaluator',
  classifier: 'evaluator',
  preprocessor: 'task',
  automation: 'workflow',
};

const ABOUT = 'braintrust.span_attributes';
const METADATA = 'braintrust.metadata';
const METRICS = 'braintrust.metrics';

/** What the metadata says of a model call, where it is one: the rest of it are the parameters. */
const isModelCall = (metadata: unknown): metadata is Json =>
  isObject(metadata) && typeof metadata['model'] === 'string';

/** A metric as an attribute of its own, or as a member of the one that has them all. */
const metric = (name: string): readonly Rule<number>[] => [
  count(`${METRICS}.${name}`),
  data(METRICS, (metrics) => (isObject(metrics) ? toCount(metrics[name]) : undefined)),
];

function kindOf(view: SpanView): Kind | undefined {
  const about = dataAt(view, ABOUT);
  const type = isObject(about) ? textOf(about, 'type') : undefined;
  return type !== undefined && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}

/** https://www.braintrust.dev/docs/integrations/sdk-integrations/opentelemetry: what an app says to Braintrust directly. */
export const braintrust: Convention = {
  name: 'braintrust',
  title: 'Braintrust',
  prefixes: ['braintrust.'],
  rules: {
    kind: [custom([ABOUT], kindOf)],
    displayName: [data(ABOUT, (about) => (isObject(about) ? textOf(about, 'name') : undefined))],
    requestModel: [data(METADATA, (metadata) => (isModelCall(metadata) ? textOf(metadata, 'model') : undefined))],
    parameters: [data(METADATA, (metadata) => (isModelCall(metadata) ? parametersOf(metadata) : undefined))],
    input: [data(['braintrust.input_json', 'braintrust.input'], (value) => value)],
    output: [data(['braintrust.output_json', 'braintrust.output'], (value) => value)],
    inputTokens: metric('prompt_tokens'),
    outputTokens: metric('completion_tokens'),
    totalTokens: metric('tokens'),
    cacheReadTokens: metric('prompt_cached_tokens'),
    cacheWriteTokens: metric('prompt_cache_creation_tokens'),
    reasoningTokens: metric('completion_reasoning_tokens'),
    userId: [data(METADATA, (metadata) => (isObject(metadata) ? textOf(metadata, 'user_id', 'userId') : undefined))],
    threadId: [
      data(METADATA, (metadata) => (isObject(metadata) ? textOf(metadata, 'session_id', 'sessionId') : undefined)),
    ],
    tags: [data('braintrust.tags', texts)],
    metadata: [data(METADATA, (metadata) => (isModelCall(metadata) ? undefined : object(metadata)))],
    failure: [text('braintrust.error')],
  },
};
