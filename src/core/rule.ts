/** What a rule is: read by `config`, carried out by `trigger`. */
import type { FieldPath } from './field-path.ts';
import type { Shape } from './template.ts';

/** The fields of a call that a path may begin with; `duration_ms` is worked out from start and end. */
export const CALL_FIELDS = [
  'id',
  'trace_id',
  'parent_id',
  'project_id',
  'op_name',
  'display_name',
  'started_at',
  'ended_at',
  'duration_ms',
  'attributes',
  'inputs',
  'output',
  'summary',
  'exception',
  'thread_id',
  'turn_id',
  'wb_run_id',
  'wb_run_step',
  'wb_run_step_end',
  'otel_dump',
] as const;

/** Patterns are tried on the beginning of a text, up to here: what they may cost is bounded by it. */
export const MAX_MATCHED_CHARS = 1000;

/** What is asked of the values at a path. One value that passes is enough; `null` and "not there" are the same. */
export type FieldTest =
  | { readonly operator: 'eq' | 'ne' | 'contains' | 'starts_with' | 'ends_with'; readonly value: string }
  | { readonly operator: 'gt' | 'gte' | 'lt' | 'lte'; readonly value: number }
  | { readonly operator: 'in'; readonly value: readonly string[] }
  | { readonly operator: 'matches'; readonly value: RegExp }
  | { readonly operator: 'exists'; readonly value: boolean };

export type Operator = FieldTest['operator'];

export type Condition =
  | { readonly type: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly type: 'not'; readonly of: Condition }
  | { readonly type: 'field'; readonly field: FieldPath; readonly test: FieldTest };

/** Which calls a rule is for. */
export interface Selection {
  /** Its own among all rules. */
  readonly name: string;
  readonly enabled: boolean;
  readonly when: Condition;
  /** The share of traces, or of calls, that is taken: 0 to 1. */
  readonly sample: number;
  readonly sampleBy: 'trace' | 'call';
  /** Rules of one salt take the same traces; with the empty salt those that Weave's own sampling takes. */
  readonly salt: string;
  /** Within one day of UTC. */
  readonly limit: { readonly callsPerDay?: number; readonly usdPerDay?: number };
}

/** Asks Weave to run scorers on a call. */
export interface ScoringRule extends Selection {
  /** `weave:///entity/project/object/name:version` each. */
  readonly scorers: readonly string[];
  /** From the moment Weave has accepted the call: it takes a while until its scorers can see it. */
  readonly delayMs: number;
  /** True: a request whose answer was lost is not sent again. */
  readonly atMostOnce: boolean;
  /** Looks for scores that did not come, and asks for them again. */
  readonly sweep: { readonly afterMs: number; readonly times: number } | null;
}

/** Asks a model about a call, many calls at a time, by way of an OpenAI-compatible batch API. */
export interface JobRule extends Selection {
  /** The job definition at the provider; null where the provider has none. */
  readonly jobId: string | null;
  readonly model: string;
  /** Also the `url` of each request, letter for letter. */
  readonly endpoint: string;
  readonly completionWindow: string;
  /** The body of one request. */
  readonly body: Shape;
  /** A batch is sent when it has this many requests or bytes, or when its first request has waited this long. */
  readonly flush: { readonly maxRequests: number; readonly maxBytes: number; readonly maxWaitMs: number };
  /** How many batches may try to get an answer for one call. */
  readonly attempts: number;
  readonly writeBack: /** Feedback on the call. With a scorer it is that scorer's, and its type `wandb.runnable.<name>`. */
    | { readonly as: 'feedback'; readonly scorer: string | null }
    /** A call of its own, linked to the one it was made of. */
    | { readonly as: 'rerun' };
}

/** The name of the object in a scorer's ref; undefined for what is none. `:*` is one for filters: Weave would score nothing. */
export function scorerName(ref: string): string | undefined {
  return /^weave:\/\/\/[^/\s]+\/[^/\s]+\/object\/([\w.-]{1,128}):[\w.-]+$/.exec(ref)?.[1];
}
