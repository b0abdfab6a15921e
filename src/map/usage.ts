import type { Reading } from './reading.ts';
import type { SpanView } from './span-view.ts';

/** Tokens of one model call: input with the cached ones, output with the reasoning ones. */
export interface Usage {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
}

/** Where the model is told nowhere. */
const UNKNOWN_MODEL = 'unknown';
/** It is a key of the summary: a longer one must not cost a large call its tokens. In characters. */
const MAX_MODEL = 256;

/**
 * Producers that hand on counts of providers (Anthropic, Bedrock) which leave cached tokens out of the input.
 * All others follow the GenAI conventions: cached tokens are part of the input.
 */
const EXCLUSIVE_PRODUCERS: readonly {
  readonly scope: RegExp;
  readonly model?: RegExp;
  /** The first version that adds them itself. */
  readonly before?: string;
}[] = [
  { scope: /^(@(traceloop|openlit)\/instrumentation-|openlit\.instrumentation\.)(anthropic|bedrock)/ },
  { scope: /^opentelemetry\.instrumentation\.(genai\.)?(bedrock|botocore)/ },
  { scope: /^openinference\.instrumentation\.bedrock/, before: '0.1.60' },
  { scope: /^@.*openinference.*bedrock|openinference.*claude[-_]agent/ },
  { scope: /^com\.anthropic\.claude_code/ },
  { scope: /^genkit/, model: /claude|anthropic/ },
];

/** The usage that a span itself states, made inclusive; undefined where it states none, or zeros only. */
export function usageOf(view: SpanView, reading: Partial<Reading>): Usage | undefined {
  const cacheRead = reading.cacheReadTokens ?? 0;
  const cacheWrite = reading.cacheWriteTokens ?? 0;
  const reasoning = reading.reasoningTokens ?? 0;
  let input = reading.inputTokens;
  let output = reading.outputTokens;
  const total = reading.totalTokens;
  if (input === undefined && output === undefined && total === undefined) return undefined;
  input ??=
    total !== undefined && output !== undefined ? Math.max(0, total - output) : output === undefined ? (total ?? 0) : 0;
  output ??= total !== undefined ? Math.max(0, total - input) : 0;
  if (input === 0 && output === 0) return undefined;
  if (isExclusive(view, reading, input, output, cacheRead + cacheWrite)) input += cacheRead + cacheWrite;
  const model = reading.responseModel ?? reading.requestModel ?? UNKNOWN_MODEL;
  // Gemini's `candidates` leave reasoning out, and some hand that on: the total tells, or reasoning beyond the output.
  if (reasoning > output || (reasoning > 0 && total === input + output + reasoning)) output += reasoning;
  else if (reasoning === 0 && /gemini/i.test(model)) output = Math.max(output, (total ?? 0) - input);
  return {
    model: model.slice(0, MAX_MODEL).toWellFormed(),
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output,
    ...(cacheRead > 0 && { cacheReadTokens: cacheRead }),
    ...(cacheWrite > 0 && { cacheWriteTokens: cacheWrite }),
    ...(reasoning > 0 && { reasoningTokens: reasoning }),
    ...(reading.audioInputTokens && { audioInputTokens: reading.audioInputTokens }),
    ...(reading.audioOutputTokens && { audioOutputTokens: reading.audioOutputTokens }),
  };
}

function isExclusive(
  view: SpanView,
  reading: Partial<Reading>,
  input: number,
  output: number,
  cached: number,
): boolean {
  if (cached === 0) return false;
  if (cached > input) return true; // a part is never more than the whole
  if (reading.totalTokens === input + output + cached) return true; // Bedrock's total has all of them
  if (reading.inputExcludesCache !== undefined) return reading.inputExcludesCache;
  const model = reading.responseModel ?? reading.requestModel ?? '';
  return EXCLUSIVE_PRODUCERS.some(
    ({ scope, model: models, before }) =>
      scope.test(view.span.scope.name) &&
      (models?.test(model) ?? true) &&
      (before === undefined || isOlder(view.span.scope.version, before)),
  );
}

/** Whether a version comes before another; one that is not told counts as old. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((one) => one.split('.').map((part) => Number.parseInt(part, 10) || 0));
  const at = b?.findIndex((part, index) => part !== (a?.[index] ?? 0)) ?? -1;
  return at >= 0 && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}

/** `summary.usage`: one naming pair only, since Weave adds both where both are there. */
export function usageSummary(usage: Usage, isModelCall: boolean): Readonly<Record<string, unknown>> {
  return {
    [usage.model]: {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      total_tokens: usage.totalTokens,
      ...(isModelCall && { requests: 1 }),
      ...(usage.cacheReadTokens !== undefined && { cache_read_input_tokens: usage.cacheReadTokens }),
      ...(usage.cacheWriteTokens !== undefined && { cache_creation_input_tokens: usage.cacheWriteTokens }),
      ...(usage.reasoningTokens !== undefined && { reasoning_tokens: usage.reasoningTokens }),
      ...(usage.audioInputTokens !== undefined && { audio_input_tokens: usage.audioInputTokens }),
      ...(usage.audioOutputTokens !== undefined && { audio_output_tokens: usage.audioOutputTokens }),
    },
  };
}
