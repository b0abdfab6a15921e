import type { Clock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import type { ItemState, JobState } from '../states.ts';
import type { Job } from '../store/jobs.ts';
import type { TriggerStore } from '../store/store.ts';
import { costOf, storedBatch } from './batch.ts';

const MAX_REASONS = 10;
const ITEMS_AT_ONCE = 500;

/** A job, for a person. */
export interface JobView {
  readonly id: number;
  readonly rule: string;
  readonly version: string;
  readonly state: JobState;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly requests: number;
  readonly bytes: number;
  readonly batchId: string | null;
  /** What the provider says of the batch: its status, and how many requests it has done. */
  readonly batchStatus: string | null;
  readonly batchDone: number;
  /** How far its requests are, those that went into a later job left out. */
  readonly items: Readonly<Partial<Record<ItemState, number>>>;
  readonly costUsd: number | null;
  readonly cancel: Job['cancel'];
  /** Why it does not go on, or is being tried again. */
  readonly reason: string | null;
}

export interface JobDetails extends JobView {
  /** Why requests have no answer: the most common first. */
  readonly failures: readonly { readonly reason: string; readonly requests: number }[];
}

/** What a person can do with jobs. It works on the same file as a bridge that runs, which follows within seconds. */
export interface JobDesk {
  /** The newest first. */
  list(max: number): readonly JobView[];
  /** These throw JOB_UNKNOWN, and the last two JOB_STATE where the job is past it. */
  show(id: number): JobDetails;
  /**
   * A held job goes on; what failed of one that is done goes into the next job. Answers what was done. Where the batch may
   * exist it is searched for once more, but `anew`: a person has looked, and there is none.
   */
  resume(id: number, how?: 'anew'): string;
  /** As far as it can be: what the provider has begun, it may finish. */
  cancel(id: number): string;
}

export function createJobDesk({ store, clock }: { readonly store: TriggerStore; readonly clock: Clock }): JobDesk {
  const { jobs, items, rules } = store;

  function find(id: number): Job {
    const job = jobs.get(id);
    if (!job) throw new BridgeError('JOB_UNKNOWN', `There is no job ${id}.`);
    return job;
  }

  function view(job: Job): JobView {
    const { id, rule, version, state, createdAtMs, requests, bytes, batchId, cancel, reason } = job;
    const batch = storedBatch(job.batch);
    const { completed = 0, failed = 0 } = batch?.request_counts ?? {};
    return {
      ...{ id, rule, version, state, createdAtMs, requests, bytes, batchId, cancel, reason },
      batchStatus: batch?.status ?? null,
      batchDone: completed + failed,
      items: items.counts(id),
      costUsd: batch ? costOf(batch) : null,
    };
  }

  /** Requests of the job that failed go into the one that is collected now. */
  function again(job: Job): number {
    const rule = rules.find(job.rule, job.version);
    if (rule?.kind !== 'job') return 0;
    let count = 0;
    for (;;) {
      const page = items.ofJob(job.id, ['failed'], 0, ITEMS_AT_ONCE);
      if (page.length === 0) return count;
      items.move(page, { state: 'collected' });
      store.intake.again(page, rule, clock.now());
      count += page.length;
    }
  }

  return {
    list: (max) => jobs.list(max).map(view),
    show: (id) => ({ ...view(find(id)), failures: items.failures(id, MAX_REASONS) }),
    resume(id, how) {
      return store.transaction(() => {
        const job = find(id);
        if (job.state === 'held') {
          const mayExist = job.intendedAtMs !== null && how !== 'anew';
          const change = mayExist ? { state: 'creating' as const } : { state: 'sealed' as const, intendedAtMs: null };
          jobs.move(id, { ...change, dueAtMs: clock.now(), tries: 0, reason: null, cancel: null });
          return mayExist
            ? `Job ${id} goes on: its batch may exist, and is looked for in the list once more.`
            : `Job ${id} goes on: its file is uploaded again.`;
        }
        const count = job.state === 'done' ? again(job) : 0;
        if (count > 0) return `${count} failed requests of job ${id} go into the next job of rule ${job.rule}.`;
        throw new BridgeError('JOB_STATE', `Job ${id} is ${job.state}: there is nothing to resume.`);
      });
    },
    cancel(id) {
      const job = find(id);
      if (['ended', 'ingested', 'done', 'cancelled'].includes(job.state)) {
        throw new BridgeError('JOB_STATE', `Job ${id} is ${job.state}: there is nothing to cancel.`);
      }
      jobs.move(id, { cancel: 'asked', dueAtMs: clock.now() });
      return job.state === 'submitted' || job.state === 'creating'
        ? `The provider is asked to cancel job ${id}; what it has answered by then is kept.`
        : `Job ${id} is called off.`;
    },
  };
}
