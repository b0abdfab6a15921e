import type { CountedSpan } from '../core/ports.ts';
import { keyOf, type SpanKey } from './span-key.ts';

export interface Counts {
  inputTokens: number;
  outputTokens: number;
}

/**
 * What is remembered of a span that states usage, or is the run of a tool or an agent: not the span, which would keep its
 * texts in memory.
 */
export interface Carrier {
  readonly key: SpanKey;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly isModelCall: boolean;
  readonly runs: 'tool' | 'agent' | undefined;
  /** False for runs of tools and agents that state nothing: they only stand between others. */
  readonly states: boolean;
  readonly responseId: string | undefined;
  /** What the nearest carriers below state together, each response once. */
  below: { calls: number; inputTokens: number; outputTokens: number; responses: Set<string> | undefined } | undefined;
  /** What those state together that stand nearest behind runs below it which state nothing; of such a run, below it. */
  behindRuns: Counts | undefined;
  /** Of a run that states nothing: what stands above it; and of an agent's, whether anything below it states usage. */
  over: Carrier | undefined;
  isLoaded: boolean;
  /** The next one that names the same response. */
  twin: Carrier | undefined;
  /** One of them states the same as this one. */
  isRepeatedBelow: boolean;
  /** Undefined until it is judged for the first time. */
  counted: boolean | undefined;
  /** It was judged otherwise in an earlier request. */
  hasChanged: boolean;
}

export function carrierOf({ span, usage, isModelCall, runs, responseId }: CountedSpan): Carrier | undefined {
  if (!usage && !runs) return undefined;
  return {
    key: keyOf(span),
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    isModelCall,
    runs,
    states: usage !== undefined,
    responseId: isModelCall ? responseId : undefined,
    below: undefined,
    behindRuns: undefined,
    over: undefined,
    isLoaded: false,
    twin: undefined,
    isRepeatedBelow: false,
    counted: undefined,
    hasChanged: false,
  };
}

/**
 * Adds what the carrier below states to what the one above knows. Returns those that know more now.
 *
 * A tool's model calls are no part of the call or the agent that asked for the tool, but where the agent states just their
 * sum. An agent's are part of the agents above it, and no part of a model call that handed over to it.
 */
export function weigh(above: Carrier, below: Carrier): readonly Carrier[] {
  if (!below.states) below.over = above;
  const behind = below.states ? !above.states && below : below.behindRuns;
  const summed = behind ? addBehindRuns(above, behind) : undefined;
  const heavier = isToolRun(above) || isToolRun(below) ? undefined : weighOwn(above, below);
  return [summed, heavier].filter((one) => one !== undefined);
}

function weighOwn(above: Carrier, below: Carrier): Carrier | undefined {
  if (!below.states) return below.isLoaded ? load(above) : undefined;
  if (!above.states) return load(above);
  if (above.isModelCall && below.runs === 'agent') return undefined;
  addTo(above, below);
  return above;
}

/** Runs in runs in runs: nobody nests more of them, and to climb higher for each model call would be too much work. */
const MAX_RUNS = 100;

const isToolRun = ({ runs, states }: Carrier) => runs === 'tool' && !states;

/** Tells the runs above, which state nothing, and the first carrier over them. Returns that one, if it is there yet. */
function addBehindRuns(first: Carrier, { inputTokens, outputTokens }: Counts): Carrier | undefined {
  const passed = new Set<Carrier>(); // parents may go round in a circle
  for (
    let above: Carrier | undefined = first;
    above && passed.size < MAX_RUNS && !passed.has(above);
    above = above.over
  ) {
    passed.add(above);
    above.behindRuns ??= { inputTokens: 0, outputTokens: 0 };
    above.behindRuns.inputTokens += inputTokens;
    above.behindRuns.outputTokens += outputTokens;
    if (above.states) return above;
  }
  return undefined;
}

/** Tells the nearest one that is no silent agent that something below it states usage. */
function load(first: Carrier): Carrier | undefined {
  let above: Carrier | undefined = first;
  while (above && !above.states && !isToolRun(above)) {
    if (above.isLoaded) return undefined;
    above.isLoaded = true;
    above = above.over;
  }
  if (!above || isToolRun(above) || above.isModelCall) return undefined;
  above.below ??= nothing();
  return above;
}

const nothing = () => ({ calls: 0, inputTokens: 0, outputTokens: 0, responses: undefined });

function addTo(above: Carrier, below: Carrier): void {
  above.below ??= nothing();
  const sum = above.below;
  if (isSameCall(above, below)) above.isRepeatedBelow = true;
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
