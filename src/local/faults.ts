/** Trouble on demand: rules that make the local Weave fail, and the ways of other versions of Weave. */
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { batchBehaviour, USUAL_BATCHES } from './batch/behaviour.ts';
import { MAX_FAULT_DELAY_MS, MAX_FAULT_RULES } from './limits.ts';

/**
 * Which requests a rule meets, and what it does to them. Without `times` it stays until it is removed.
 * `delayMs` may stand alone or before one of `status`, `hang` and `cut`.
 */
export const faultRule = z
  .strictObject({
    method: z.string().optional(),
    /** A prefix of the path. */
    path: z.string().optional(),
    /** A regular expression that the path must match. */
    pattern: z.string().max(1000).optional(),
    times: z.int().min(1).optional(),
    /** Of the requests that match, the share that is met: 0 to 1. */
    probability: z.number().min(0).max(1).optional(),
    delayMs: z.int().min(0).max(MAX_FAULT_DELAY_MS).optional(),
    /** Answer this instead of doing what was asked. A body that is a string is sent as it is, else as JSON. */
    status: z.int().min(200).max(599).optional(),
    body: z.unknown().optional(),
    /** The Retry-After header: seconds or an HTTP date. */
    retryAfter: z.union([z.number().min(0), z.string()]).optional(),
    /** Never answer. */
    hang: z.literal(true).optional(),
    /** Drop the connection: with nothing done; after the work is done and stored; or in the middle of the answer. */
    cut: z.enum(['before', 'after-commit', 'half-body']).optional(),
  })
  .refine(
    (rule) => {
      const effects = [rule.status, rule.hang, rule.cut].filter((effect) => effect !== undefined).length;
      return effects === 1 || (effects === 0 && rule.delayMs !== undefined);
    },
    { params: { type: 'value_error' } },
  );

/** How another version of Weave, or a project in another mode, would answer. */
const behaviour = z.strictObject({
  /** `missing`: an older server; every /v2/ path is 404. */
  v2: z.enum(['served', 'missing']),
  /**
   * Writes through the paths without /v2/. `by-project`: as Weave decides, refused once a project holds complete
   * calls. `always` and `never`: whatever the project holds.
   */
  v1: z.enum(['by-project', 'always', 'never']),
  /** Ids of feedback that clients choose. `refused`: an older server. */
  feedbackIds: z.enum(['taken', 'refused']),
  /** What becomes of calls that are to be scored: `dropped` and `twice` are answered with success, too. */
  scoring: z.enum(['once', 'dropped', 'twice']),
  scoringDelayMs: z.int().min(0).max(MAX_FAULT_DELAY_MS),
  ...batchBehaviour,
});

/** What is left out stays as it is. */
export const behaviourChange = behaviour.partial();

const TODAY: Behaviour = {
  v2: 'served',
  v1: 'by-project',
  feedbackIds: 'taken',
  scoring: 'once',
  scoringDelayMs: 0,
  ...USUAL_BATCHES,
};

export type FaultRule = z.input<typeof faultRule>;
export type Behaviour = z.output<typeof behaviour>;
export type BehaviourChange = z.output<typeof behaviourChange>;

export interface AddedFault {
  /** How many requests it has met. */
  hits(): number;
  remove(): void;
}

export interface Faults {
  /** Throws for a rule that is not one, and beyond MAX_FAULT_RULES. */
  add(rule: FaultRule): AddedFault;
  play(change: BehaviourChange): void;
  behaviour(): Behaviour;
  list(): readonly { readonly rule: FaultRule; readonly hits: number }[];
  /** Takes all rules away and goes back to today's Weave. */
  clear(): void;
  /** The rule that meets this request, the oldest first; it counts as used. */
  take(method: string, path: string): FaultRule | undefined;
}

export function createFaults(clock: Clock): Faults {
  let entries: { readonly rule: FaultRule; readonly pattern: RegExp; hits: number }[] = [];
  let current = TODAY;
  return {
    add(given) {
      if (entries.length >= MAX_FAULT_RULES) throw new Error(`There are already ${MAX_FAULT_RULES} fault rules.`);
      const rule = faultRule.parse(given);
      const entry = { rule, pattern: new RegExp(rule.pattern ?? ''), hits: 0 };
      entries.push(entry);
      return {
        hits: () => entry.hits,
        remove() {
          entries = entries.filter((other) => other !== entry);
        },
      };
    },
    play(change) {
      current = behaviour.parse({ ...current, ...change });
    },
    behaviour: () => current,
    list: () => entries.map(({ rule, hits }) => ({ rule, hits })),
    clear() {
      entries = [];
      current = TODAY;
    },
    take(method, path) {
      const entry = entries.find(
        ({ rule, pattern, hits }) =>
          hits < (rule.times ?? Infinity) &&
          (rule.method === undefined || rule.method.toUpperCase() === method) &&
          path.startsWith(rule.path ?? '') &&
          pattern.test(path) &&
          clock.random() < (rule.probability ?? 1),
      );
      if (entry) entry.hits += 1;
      return entry?.rule;
    },
  };
}
