import type { CountedSpan } from '../core/ports.ts';
import { keyOf, type SpanKey } from './span-key.ts';
import type { Between } from './trace-tree.ts';

export interface Counts {
  inputTokens: number;
  outputTokens: number;
}

/** What is remembered of a span that states usage: not the span, which would keep its texts in memory. */
export interface Carrier {
  readonly key: SpanKey;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly isModelCall: boolean;
  /** Counts only where no other carrier of its line does. */
  readonly isStandIn: boolean;
  readonly isAgent: boolean;
  readonly responseId: string | undefined;
  /** What the nearest carriers below state together that are part of it, each response once. */
  below: { calls: number; inputTokens: number; outputTokens: number; responses: Set<string> | undefined } | undefined;
  /** What those state together that stand nearest behind tools. */
  behindTools: Counts | undefined;
  /** The next one that names the same response. */
  twin: Carrier | undefined;
  /** Of a carrier: one of those below states the same. Of a stand-in: another carrier of its line is known. */
  isRepeated: boolean;
  /** Undefined until it is judged for the first time. */
  counted: boolean | undefined;
}

export function carrierOf({ span, usage, isModelCall, isStandIn, runs, responseId }: CountedSpan): Carrier | undefined {
  if (!usage) return undefined;
  return {
    key: keyOf(span),
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    isModelCall,
    isStandIn: isStandIn === true,
    isAgent: runs === 'agent',
    responseId: isModelCall ? responseId : undefined,
    below: undefined,
    behindTools: undefined,
    twin: undefined,
    isRepeated: false,
    counted: undefined,
  };
}

/**
 * Adds what the carrier below states to what the one above knows. Returns the one that has to be judged anew.
 *
 * A stand-in says nothing to the others. Of two of them, one below the other, the lower one stands in: it is nearer to the
 * request to the model that was made.
 */
export function weigh(above: Carrier, below: Carrier, between: Between): Carrier | undefined {
  if (above.isStandIn) return repeated(above);
  const isPart = isPartOf(above, below, between);
  if (below.isStandIn) return isPart ? repeated(below) : undefined;
  if (isPart) addTo(above, below);
  else if (between === 'tool') above.behindTools = sumOf(above.behindTools, below);
  return above;
}

/**
 * A tool's model calls are no part of the call or the agent that asked for the tool. An agent's are part of the agents
 * above it, and no part of a model call that handed over to it.
 */
function isPartOf(above: Carrier, below: Carrier, between: Between): boolean {
  if (between === 'tool') return false;
  return !(above.isModelCall && (between === 'agent' || below.isAgent));
}

function repeated(standIn: Carrier): Carrier {
  standIn.isRepeated = true;
  return standIn;
}

const sumOf = (sum: Counts | undefined, { inputTokens, outputTokens }: Counts): Counts => ({
  inputTokens: (sum?.inputTokens ?? 0) + inputTokens,
  outputTokens: (sum?.outputTokens ?? 0) + outputTokens,
});

function addTo(above: Carrier, below: Carrier): void {
  above.below ??= { calls: 0, inputTokens: 0, outputTokens: 0, responses: undefined };
  const sum = above.below;
  if (isSameCall(above, below)) above.isRepeated = true;
  if (below.responseId !== undefined) {
    if (sum.responses?.has(below.responseId)) return;
    sum.responses = (sum.responses ?? new Set()).add(below.responseId);
  }
  sum.calls += 1;
  sum.inputTokens += below.inputTokens;
  sum.outputTokens += below.outputTokens;
}

/** Two spans of one line with the same counts are one call, unless each names a response of its own. */
function isSameCall(one: Carrier, other: Carrier): boolean {
  if (one.responseId !== undefined && other.responseId !== undefined && one.responseId !== other.responseId)
    return false;
  return one.inputTokens === other.inputTokens && one.outputTokens === other.outputTokens;
}

/**
 * Whether a span states what its nearest carriers below have stated already.
 * A model call may have others below it that are their own (a tool that asks a model, under the call that asked for the
 * tool): it is a repetition only where the same counts or their sum come again. So is an agent or a workflow of whose
 * tools alone anything is known: it may tell what it has used itself.
 */
export function isRepetition(carrier: Carrier): boolean {
  const { below, behindTools, isModelCall, isStandIn, isRepeated } = carrier;
  if (isStandIn) return isRepeated;
  if (!below) return !isModelCall && behindTools !== undefined && isSum(carrier, behindTools);
  if (!isModelCall || isRepeated) return true;
  return below.calls > 1 && isSum(carrier, below);
}

const isSum = (one: Counts, sum: Counts) =>
  one.inputTokens === sum.inputTokens && one.outputTokens === sum.outputTokens;
