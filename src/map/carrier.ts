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
  /** The nearest carrier above, once it is known. */
  over: Carrier | undefined;
  /** What all those below state together, behind tools too, that repeat none themselves; each response once. */
  allBelow: Counts;
  /** Whether it is in that sum of those above it. */
  isSummedUp: boolean;
  /** The next one that names the same response. */
  twin: Carrier | undefined;
  /** Of a carrier: one of those below states the same. Of a stand-in: another carrier of its line is known. */
  isRepeated: boolean;
  /** It states what others below it have stated: see `isRepetition`. */
  repeats: boolean;
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
    over: undefined,
    allBelow: { inputTokens: 0, outputTokens: 0 },
    twin: undefined,
    isSummedUp: false,
    isRepeated: false,
    repeats: false,
    counted: undefined,
  };
}

/**
 * Adds what the carrier below states to what the one above knows. Returns those that have to be judged anew.
 *
 * A stand-in says nothing to the others. Of two of them, one below the other, the lower one stands in: it is nearer to the
 * request to the model that was made.
 */
export function weigh(above: Carrier, below: Carrier, between: Between): readonly Carrier[] {
  if (above.isStandIn) return [repeated(above)];
  const isPart = isPartOf(above, below, between);
  if (below.isStandIn) return isPart ? [repeated(below)] : NONE;
  if (isPart) addTo(above, below);
  if (!mayStandAbove(above, below)) return [above];
  below.over = above;
  const own = below.isSummedUp ? below : NOTHING;
  return [above, ...raise(below, sumOf(below.allBelow, own))];
}

/**
 * Says whether a carrier is a repetition. `twins`: all that name its response, itself included; of these the one that states
 * most is summed up, and of two that state the same always the same one, whichever counts. Returns those above that have to
 * be judged anew.
 */
export function settle(carrier: Carrier, twins: readonly Carrier[]): readonly Carrier[] {
  carrier.repeats = isRepetition(carrier);
  let most: Carrier | undefined;
  for (const twin of twins) if (!twin.repeats && !twin.isStandIn && (!most || comesBefore(twin, most))) most = twin;
  const told: Carrier[] = [];
  for (const twin of twins) {
    const isSummedUp = twin === most;
    if (twin.isSummedUp === isSummedUp) continue;
    twin.isSummedUp = isSummedUp;
    const { inputTokens, outputTokens } = twin;
    told.push(...raise(twin, isSummedUp ? twin : { inputTokens: -inputTokens, outputTokens: -outputTokens }));
  }
  return told;
}

function comesBefore(one: Carrier, other: Carrier): boolean {
  const more = one.inputTokens + one.outputTokens - other.inputTokens - other.outputTokens;
  return more > 0 || (more === 0 && one.key < other.key);
}

/** Carriers above each other: nobody nests more of them, and each one that comes is told to so many above it. */
const MAX_HEIGHT = 100;
const NOTHING: Counts = { inputTokens: 0, outputTokens: 0 };
const NONE: readonly never[] = [];

/** Parents may go round in a circle. */
function mayStandAbove(above: Carrier, below: Carrier): boolean {
  let [top, height]: [Carrier | undefined, number] = [above, 0];
  for (; top && top !== below && height < MAX_HEIGHT; height += 1) top = top.over;
  return top === undefined;
}

/** Tells all that stand above. Returns those to which it may matter. */
function raise(from: Carrier, { inputTokens, outputTokens }: Counts): readonly Carrier[] {
  if (inputTokens === 0 && outputTokens === 0) return NONE;
  const told: Carrier[] = [];
  let [above, height] = [from.over, 0];
  for (; above && height < MAX_HEIGHT; height += 1) {
    above.allBelow.inputTokens += inputTokens;
    above.allBelow.outputTokens += outputTokens;
    if (!above.below && !above.isModelCall) told.push(above);
    above = above.over;
  }
  return told;
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

const sumOf = (one: Counts, other: Counts): Counts => ({
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
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
 * Whether a span states what carriers below it have stated already.
 * A model call may have others below it that are their own (a tool that asks a model, under the call that asked for the
 * tool): it is a repetition only where the same counts or their sum come again. An agent or a workflow of whose tools alone
 * anything is known may tell what it has used itself: it is one only where it states the sum of all that is below it.
 */
function isRepetition(carrier: Carrier): boolean {
  const { below, allBelow, isModelCall, isStandIn, isRepeated } = carrier;
  if (isStandIn) return isRepeated;
  if (!below) return !isModelCall && isSum(carrier, allBelow);
  if (!isModelCall || isRepeated) return true;
  return below.calls > 1 && isSum(carrier, below);
}

const isSum = (one: Counts, sum: Counts) =>
  one.inputTokens === sum.inputTokens && one.outputTokens === sum.outputTokens;
