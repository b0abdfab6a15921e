import { parametersOf, requestRules } from '../bodies.ts';
import { calledWith } from '../called-with.ts';
import { toolMessageIn } from '../chat/langchain.ts';
import { isObject, type Json, textOf } from '../chat/message.ts';
import { decoded } from '../json-text.ts';
import type { Kind } from '../reading.ts';
import { type Convention, custom, data, list, type Rule, sinceStart, text, texts, when, word } from '../rule.ts';
import { dataAt, type SpanView, textAt, toCount, valueAt } from '../span-view.ts';
import { countIn } from '../token-counts.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  generation: 'llm',
  embedding: 'embedding',
  agent: 'agent',
  tool: 'tool',
  chain: 'chain',
  retriever: 'retriever',
  guardrail: 'guardrail',
  evaluator: 'evaluator',
};

const INPUT = 'langfuse.observation.input';
const OUTPUT = 'langfuse.observation.output';
const USAGE = 'langfuse.observation.usage_details';
const MODEL = 'langfuse.observation.model.name';

/** Langfuse's wrapper of the OpenAI SDK calls embeddings a generation too. */
const isEmbedding = (view: SpanView) =>
  textAt(view, 'langfuse.observation.type') === 'generation' && /embed/i.test(textAt(view, MODEL) ?? '');

type Side = 'input' | 'output';

/**
 * Usage as Langfuse has it: buckets that exclude each other, `input` without `input_cached_tokens`, together the total.
 * Where input and output alone make the total that is stated, the others are parts of them: inclusive already.
 */
function side(name: Side): Rule<number> {
  return usage((buckets) => {
    const other = name === 'input' ? 'output' : 'input';
    const whole = toCount(buckets[name]) ?? 0;
    const isInclusive = toCount(buckets['total']) === whole + (toCount(buckets[other]) ?? 0);
    const all = sum(buckets, (bucket) => bucket.includes(name));
    return isInclusive && whole > 0 ? whole : all;
  }, `${name}Tokens`);
}

/** Members of OpenAI's own usage, which some integrations hand on as it is. */
const PROVIDERS_OWN = ['prompt_tokens', 'promptTokens', 'input_tokens_details', 'output_tokens_details'];

function usage(read: (buckets: Json) => number | undefined, field: Parameters<typeof countIn>[1]): Rule<number> {
  return {
    keys: [USAGE],
    read(view) {
      const buckets = dataAt(view, USAGE);
      if (!isObject(buckets)) return undefined;
      const isProviders = PROVIDERS_OWN.some((key) => key in buckets);
      return isProviders ? countIn(buckets, field) : read(buckets);
    },
  };
}

function sum(buckets: Json, belongs: (bucket: string) => boolean): number | undefined {
  let total: number | undefined;
  for (const [bucket, value] of Object.entries(buckets)) {
    const tokens = belongs(bucket) ? toCount(value) : undefined;
    if (tokens !== undefined) total = (total ?? 0) + tokens;
  }
  return total;
}

const parts = (pattern: RegExp, not?: RegExp) => (buckets: Json) =>
  sum(buckets, (bucket) => pattern.test(bucket) && !not?.test(bucket));

/** Metadata of the observation, then of its trace: as one JSON object, or a key each. */
const METADATA = ['langfuse.observation.metadata', 'langfuse.trace.metadata', 'langfuse.metadata'];
/** Members that have a place of their own in the call. */
const NOT_METADATA = new Set([
  'langfuse_session_id',
  'langfuse_user_id',
  'langfuse_tags',
  'instructions',
  'tools',
  'finish_reason',
]);

function metadata(view: SpanView): Json | undefined {
  const found = new Map<string, unknown>();
  const add = (key: string, value: unknown) => {
    if (!found.has(key) && !NOT_METADATA.has(key)) found.set(key, value);
  };
  for (const holder of METADATA) {
    const whole = dataAt(view, holder);
    if (isObject(whole)) for (const [key, value] of Object.entries(whole)) add(key, value);
    for (const key of view.span.attributes.keys()) {
      if (key.startsWith(`${holder}.`)) add(key.slice(holder.length + 1), decoded(dataAt(view, key)));
    }
  }
  return found.size > 0 ? Object.fromEntries(found) : undefined;
}

const moment = (key: string): Rule<bigint> =>
  custom([key], (view) => {
    const at = Date.parse(textAt(view, key) ?? '');
    return at > 0 ? BigInt(at) * 1_000_000n : undefined;
  });

/** https://langfuse.com/integrations/native/opentelemetry: what Langfuse's SDKs write on their own spans and on others'. */
export const langfuse: Convention = {
  name: 'langfuse',
  title: 'Langfuse SDK',
  prefixes: ['langfuse.'],
  rules: {
    kind: [
      when<Kind>(['langfuse.observation.type'], isEmbedding, 'embedding'),
      word('langfuse.observation.type', KINDS),
      // the LangChain handler of version 4 calls tools spans
      when<Kind>([OUTPUT], (view) => 'tool_call_id' in (toolMessageIn(dataAt(view, OUTPUT)) ?? {}), 'tool'),
    ],
    operation: [text('langfuse.observation.type')],
    displayName: [
      custom(['langfuse.trace.name'], (view) =>
        view.span.parentSpanId === '' ? textAt(view, 'langfuse.trace.name') : undefined,
      ),
    ],
    ...requestRules(INPUT),
    responseModel: [text(MODEL)],
    parameters: [data('langfuse.observation.model.parameters', parametersOf), ...requestRules(INPUT).parameters],
    // observeOpenAI puts what the Responses API has beside its input here
    system: [data('langfuse.observation.metadata.instructions', (value) => value)],
    toolDefinitions: [...requestRules(INPUT).toolDefinitions, data('langfuse.observation.metadata.tools', list)],
    input: [data([INPUT, 'langfuse.trace.input'], calledWith)],
    output: [data([OUTPUT, 'langfuse.trace.output'], (value) => value)],
    toolName: [
      custom(['langfuse.observation.type'], (view) =>
        textAt(view, 'langfuse.observation.type') === 'tool' ? view.span.name : undefined,
      ),
    ],
    finishReasons: [data('langfuse.observation.metadata.finish_reason', (value) => texts(decoded(value)))],
    inputTokens: [side('input')],
    outputTokens: [side('output')],
    cacheReadTokens: [usage(parts(/cache/, /creat|writ/), 'cacheReadTokens')],
    cacheWriteTokens: [usage(parts(/cache.*(creat|writ)/), 'cacheWriteTokens')],
    reasoningTokens: [usage(parts(/reason|thought/), 'reasoningTokens')],
    audioInputTokens: [usage(parts(/input.*audio/), 'audioInputTokens')],
    audioOutputTokens: [usage(parts(/output.*audio/), 'audioOutputTokens')],
    inputExcludesCache: [when([USAGE], (view) => valueAt(view, USAGE) !== undefined, false)],
    cost: [
      data('langfuse.observation.cost_details', (value) => {
        if (!isObject(value)) return undefined;
        const costs = Object.entries(value).flatMap(([key, one]) =>
          typeof one === 'number' ? [[key, one] as const] : [],
        );
        const total = costs.find(([key]) => key === 'total')?.[1] ?? costs.reduce((whole, [, one]) => whole + one, 0);
        return total > 0 ? total : undefined;
      }),
    ],
    timeToFirstTokenMs: [sinceStart('langfuse.observation.completion_start_time')],
    promptName: [text('langfuse.observation.prompt.name', 'langfuse.prompt.name')],
    promptVersion: [text('langfuse.observation.prompt.version', 'langfuse.prompt.version')],
    environment: [text('langfuse.environment')],
    release: [text('langfuse.release', 'langfuse.version')],
    userId: [
      text(
        'langfuse.user.id',
        'user.id',
        'langfuse.trace.metadata.langfuse_user_id',
        'langfuse.observation.metadata.langfuse_user_id',
      ),
    ],
    threadId: [
      text(
        'langfuse.session.id',
        'session.id',
        'langfuse.trace.metadata.langfuse_session_id',
        'langfuse.observation.metadata.langfuse_session_id',
      ),
    ],
    tags: [data(['langfuse.trace.tags', 'langfuse.tags'], texts)],
    metadata: [
      custom(
        METADATA.flatMap((holder) => [holder, `${holder}.*`]),
        metadata,
      ),
    ],
    startNs: [moment('langfuse.startTime')],
    endNs: [moment('langfuse.endTime')],
    failure: [
      custom(['langfuse.observation.level', 'langfuse.observation.status_message'], (view) =>
        textAt(view, 'langfuse.observation.level') === 'ERROR'
          ? (textAt(view, 'langfuse.observation.status_message') ?? (view.span.status.message || 'Level ERROR'))
          : undefined,
      ),
      // one of OpenAI's Responses, whose members beside the output become metadata
      data('langfuse.observation.metadata.error', (error) =>
        isObject(error) && 'code' in error ? textOf(error, 'message', 'code') : undefined,
      ),
    ],
  },
};
