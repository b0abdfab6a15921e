/** Where a batch is on its way at a moment: its status follows from its age alone. */
import type { BatchBehaviour } from './behaviour.ts';

export type BatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled';

export interface BatchAge {
  readonly createdMs: number;
  /** Null: nobody asked. */
  readonly cancellingMs: number | null;
  /** Whether its input file can be run. */
  readonly isValid: boolean;
  readonly how: Pick<BatchBehaviour, 'batches' | 'batchStepMs'>;
}

export interface Moment {
  readonly status: BatchStatus;
  /** Milliseconds since the epoch at which each status was reached, of those it has gone through. */
  readonly reached: Readonly<Partial<Record<BatchStatus, number>>>;
  /** The share of its requests that is done, 0 to 1. */
  readonly done: number;
}

/** How many steps after its creation a batch reaches a status. */
type Plan = readonly (readonly [BatchStatus, number])[];

const PLANS: Readonly<Record<BatchBehaviour['batches'], Plan>> = {
  complete: [
    ['validating', 0],
    ['in_progress', 1],
    ['finalizing', 3],
    ['completed', 4],
  ],
  shrink: [
    ['validating', 0],
    ['in_progress', 1],
    ['finalizing', 3],
    ['completed', 4],
  ],
  all_fail: [
    ['validating', 0],
    ['in_progress', 1],
    ['finalizing', 3],
    ['completed', 4],
  ],
  fail: [
    ['validating', 0],
    ['failed', 1],
  ],
  expire: [
    ['validating', 0],
    ['in_progress', 1],
    ['expired', 3],
  ],
  never_end: [
    ['validating', 0],
    ['in_progress', 1],
  ],
};

export function momentOf({ createdMs, cancellingMs, isValid, how }: BatchAge, nowMs: number): Moment {
  const stepMs = how.batchStepMs;
  const planned = (isValid ? PLANS[how.batches] : PLANS.fail).map(
    ([status, step]) => [status, createdMs + step * stepMs] as const,
  );
  const plan =
    cancellingMs === null
      ? planned
      : [
          ...planned.filter(([, atMs]) => atMs <= cancellingMs),
          ['cancelling', cancellingMs] as const,
          ['cancelled', cancellingMs + stepMs] as const,
        ];
  const reached = plan.filter(([, atMs]) => atMs <= nowMs);
  const status = reached.at(-1)?.[0] ?? 'validating';
  const runningSteps = stepMs === 0 ? 2 : (nowMs - createdMs) / stepMs - 1;
  return { status, reached: Object.fromEntries(reached), done: Math.min(1, Math.max(0, runningSteps / 2)) };
}

export function hasEnded(status: BatchStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'expired' || status === 'cancelled';
}
