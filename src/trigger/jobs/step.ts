import type { Clock } from '../../core/clock.ts';
import type { Counters } from '../../core/counters.ts';
import type { Log } from '../../core/log.ts';
import { type BackoffSettings, backoffMs } from '../backoff.ts';
import type { Job, JobChange } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import type { TriggerStore } from '../store/store.ts';
import type { WeaveApi } from '../weave/weave-api.ts';
import type { BatchApi } from './batch-api.ts';
import type { InputFiles } from './input-file.ts';

export interface StepDeps {
  readonly store: TriggerStore;
  readonly api: BatchApi;
  readonly weave: WeaveApi;
  readonly files: InputFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface StepSettings {
  /** Between two tries of a step. */
  readonly retry: BackoffSettings;
  /** Between two looks at a batch that is being worked on. */
  readonly poll: BackoffSettings;
  /** So long a batch whose creation got no answer may take to show up in the list; then it is created again. */
  readonly graceMs: number;
}

/** Takes a job from one state towards the next. What it has done is on disk when it resolves. */
export type Step = (job: Job, rule: JobSettings, signal: AbortSignal) => Promise<void>;

/** What all steps do to a job. */
export interface Moves {
  /** Goes on with the next step at once. */
  on(job: Job, change: JobChange): void;
  /** Takes the step that is due once more, after a while. */
  again(job: Job, reason: string, askedMs?: number): void;
  /** As `again`, but a person has to correct something first; said so in the log. */
  turnedAway(job: Job, reason: string): void;
  /** Nothing more happens until a person says so. */
  hold(job: Job, reason: string, change?: JobChange): void;
}

export function createMoves({ store, clock, log }: StepDeps, { retry }: StepSettings): Moves {
  const { jobs } = store;

  function again(job: Job, reason: string, askedMs = 0): void {
    const waitMs = backoffMs(job.tries, retry, clock.random(), askedMs);
    jobs.move(job.id, { tries: job.tries + 1, dueAtMs: clock.now() + waitMs, reason });
  }

  return {
    on: (job, change) => jobs.move(job.id, { tries: 0, dueAtMs: clock.now(), reason: null, ...change }),
    again(job, reason, askedMs) {
      log.warn('A step of a job did not work; it is tried again.', { job: job.id, state: job.state, reason });
      again(job, reason, askedMs);
    },
    turnedAway(job, reason) {
      log.error('The batch API turns the bridge away; the job waits. Check jobs.url and jobs.api_key.', {
        job: job.id,
        reason,
      });
      again(job, reason, retry.maxMs);
    },
    hold(job, reason, change) {
      log.error(`A job cannot go on. Correct the cause, then: otel-weave jobs resume ${job.id}`, {
        job: job.id,
        rule: job.rule,
        reason,
      });
      jobs.move(job.id, { state: 'held', dueAtMs: null, reason, ...change });
    },
  };
}
