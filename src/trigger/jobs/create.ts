import type { Job } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import type { Batch } from './batch.ts';
import type { BatchRequest } from './batch-api.ts';
import type { Moves, Step, StepDeps, StepSettings } from './step.ts';

/** Pages of the list that are searched for a batch. */
const MAX_PAGES = 50;
/** By so much the clocks of both sides may differ. */
const CLOCKS_DIFFER_MS = 3_600_000;
/** Looks at the list within the time of grace; they are counted, since a clock may be set while they go on. */
const LOOKS = 4;

type Search =
  | { readonly status: 'found'; readonly batches: readonly Batch[] }
  | { readonly status: 'failed'; readonly reason: string; readonly forGood: boolean }
  | { readonly status: 'aborted' };

/**
 * `uploaded` → `creating` → `submitted`. To create a batch costs money and the API knows no idempotency key. So the intent is
 * on disk before the one request is sent, and where its answer did not come the list is searched for a batch of our file:
 *
 *   uploaded ─ intent ─> creating ─ request ─┬─ created ────────────> submitted
 *      ^                                     ├─ surely not created ─> uploaded, or held
 *      │                                     └─ no answer, or killed ─> search the list ─┬─ found ─> submitted
 *      └─────────────────────────────── not there when the time of grace is over ───────┘
 */
export function createCreate(deps: StepDeps, settings: StepSettings, moves: Moves): { create: Step; recover: Step } {
  const { api, store, clock, log, counters, files } = deps;

  function submitted(job: Job, batch: Batch): void {
    moves.on(job, {
      state: 'submitted',
      batchId: batch.id,
      batch: JSON.stringify(batch),
      submittedAtMs: clock.now(),
      dueAtMs: clock.now() + settings.poll.initialMs,
    });
    counters.add('rule_calls', job.requests, { rule: job.rule, outcome: 'sent' });
    files.remove(job);
    log.info('A batch was created.', { job: job.id, rule: job.rule, requests: job.requests, batch: batch.id });
  }

  async function search(job: Job, signal: AbortSignal): Promise<Search> {
    const sinceMs = (job.intendedAtMs ?? 0) - CLOCKS_DIFFER_MS;
    const found: Batch[] = [];
    let after: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const listed = await api.list(after, signal);
      if (listed.status === 'aborted') return listed;
      if (listed.status !== 'done') {
        return { status: 'failed', reason: listed.reason, forGood: listed.status === 'refused' };
      }
      found.push(...listed.batches.filter((batch) => isOf(batch, job)));
      const oldest: Batch | undefined = listed.batches.at(-1);
      const isPast = oldest?.created_at != null && oldest.created_at * 1000 < sinceMs;
      if (!listed.hasMore || isPast) return { status: 'found', batches: found };
      if (!oldest || oldest.id === after) break;
      after = oldest.id;
    }
    // To create it again might be to pay for it twice.
    return found.length > 0
      ? { status: 'found', batches: found }
      : { status: 'failed', reason: 'it has no end', forGood: true };
  }

  return {
    async create(job, rule, signal) {
      store.jobs.move(job.id, { state: 'creating', intendedAtMs: clock.now(), dueAtMs: clock.now(), tries: 0 });
      const created = await api.create(requestOf(job, rule), signal);
      switch (created.status) {
        case 'done':
          return submitted(job, created.batch);
        case 'unclear':
          log.warn('The batch API did not say whether it created a batch; its list will tell.', {
            job: job.id,
            reason: created.reason,
          });
          return store.jobs.move(job.id, { dueAtMs: clock.now() + settings.graceMs / LOOKS, reason: created.reason });
        case 'later':
          store.jobs.move(job.id, { state: 'uploaded' });
          return moves.again(job, created.reason, created.afterMs);
        case 'held':
          store.jobs.move(job.id, { state: 'uploaded' });
          return moves.turnedAway(job, created.reason);
        case 'refused':
          return moves.hold(job, created.reason, { intendedAtMs: null });
        case 'aborted':
          return;
      }
    },

    async recover(job, _rule, signal) {
      const outcome = await search(job, signal);
      if (outcome.status === 'aborted') return;
      if (outcome.status === 'failed') {
        const { reason, forGood } = outcome;
        const unknown = `whether the batch was created is not known, and the list does not tell (${reason})`;
        return forGood ? moves.hold(job, unknown) : moves.again(job, unknown);
      }
      const [first, ...others] = outcome.batches.toSorted((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0));
      for (const { id } of others) {
        log.error('A batch exists twice; the later one is cancelled.', { job: job.id, batch: id });
        await api.cancel(id, signal);
      }
      if (first) return submitted(job, first);
      const sinceMs = clock.now() - (job.intendedAtMs ?? 0);
      const isOver = sinceMs >= settings.graceMs || sinceMs < 0;
      if (isOver && job.tries + 1 >= LOOKS) return moves.on(job, { state: 'uploaded' });
      store.jobs.move(job.id, { tries: job.tries + 1, dueAtMs: clock.now() + settings.graceMs / LOOKS });
    },
  };
}

/** Each upload has a file id of its own, so that a batch of it can only be ours. */
function isOf(batch: Batch, job: Job): boolean {
  return batch.input_file_id === job.fileId || batch.metadata?.['submission'] === job.submission;
}

function requestOf({ fileId, submission, rule: name, version }: Job, rule: JobSettings): BatchRequest {
  return {
    input_file_id: fileId ?? '',
    endpoint: rule.endpoint,
    completion_window: rule.completionWindow,
    ...(rule.jobId !== null && { job_id: rule.jobId }),
    metadata: { submission, rule: name, rule_version: version, source: 'otel-weave-bridge' },
  };
}
