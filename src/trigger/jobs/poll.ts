import { backoffMs } from '../backoff.ts';
import type { Job } from '../store/jobs.ts';
import { isEnded } from './batch.ts';
import type { Moves, Step, StepDeps, StepSettings } from './step.ts';

/** "No such batch" is believed when it is said so often in a row. */
export const MAX_MISSING = 5;
/** A batch may take as long as it wants: after each day of it the log says so. */
const ALARM_MS = 24 * 3_600_000;

/** `submitted` → `ended`. Nobody tells when a batch has ended: it is looked at, ever more seldom. */
export function createPoll(deps: StepDeps, settings: StepSettings, moves: Moves): Step {
  const { api, store, clock, log } = deps;
  const missing = new Map<number, number>();
  const alarmed = new Map<number, number>();

  async function cancel(job: Job, signal: AbortSignal): Promise<void> {
    const answer = await api.cancel(job.batchId ?? '', signal);
    if (answer.status === 'done') store.jobs.move(job.id, { cancel: 'sent' });
    else if (answer.status === 'refused' || answer.status === 'held') {
      log.warn('The batch API cannot cancel; the job goes on to its end.', { job: job.id, reason: answer.reason });
      store.jobs.move(job.id, { cancel: 'unsupported' });
    }
  }

  function alarm(job: Job): void {
    const days = Math.floor((clock.now() - (job.submittedAtMs ?? clock.now())) / ALARM_MS);
    if (days <= (alarmed.get(job.id) ?? 0)) return;
    alarmed.set(job.id, days);
    log.warn('A batch takes long.', { job: job.id, batch: job.batchId, days });
  }

  return async (job, _rule, signal) => {
    if (job.cancel === 'asked') await cancel(job, signal);
    const answer = await api.get(job.batchId ?? '', signal);
    if (answer.status !== 'refused') missing.delete(job.id);
    switch (answer.status) {
      case 'done': {
        const batch = JSON.stringify(answer.batch);
        if (isEnded(answer.batch)) return moves.on(job, { state: 'ended', batch, endedAtMs: clock.now() });
        alarm(job);
        const waitMs = backoffMs(job.tries, settings.poll, clock.random());
        return store.jobs.move(job.id, { batch, tries: job.tries + 1, dueAtMs: clock.now() + waitMs, reason: null });
      }
      case 'refused': {
        const times = (missing.get(job.id) ?? 0) + 1;
        missing.set(job.id, times);
        // Patiently: to ask for all of it in another batch costs as much again.
        if (times < MAX_MISSING) return moves.again(job, answer.reason, settings.poll.maxMs);
        log.error('A batch is gone: its requests go into another one.', { job: job.id, reason: answer.reason });
        return moves.on(job, { state: 'ended', batch: null, endedAtMs: clock.now() });
      }
      case 'later':
        return moves.again(job, answer.reason, answer.afterMs);
      case 'unclear':
        return moves.again(job, answer.reason);
      case 'held':
        return moves.turnedAway(job, answer.reason);
      case 'aborted':
        return;
    }
  };
}
