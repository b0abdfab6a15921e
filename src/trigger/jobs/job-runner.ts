import { messageOf } from '../../core/errors.ts';
import { isDue, type Job } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import { createCreate } from './create.ts';
import { createIngest } from './ingest.ts';
import { createPoll } from './poll.ts';
import { createMoves, type StepDeps, type StepSettings } from './step.ts';
import { createUpload } from './upload.ts';
import { createWriteBack } from './write-back.ts';

/** Jobs that are worked on at the same time: a large upload keeps no other from being polled. */
const MAX_JOBS_AT_ONCE = 4;

/** Takes jobs from state to state (see states.ts), each as soon as it is due. */
export interface JobRunner {
  /** Begins to work on what is due. `onIdle` is called when a job has come as far as it can now. `stop`: no further steps; `cut`: at once. */
  begin(stop: AbortSignal, cut: AbortSignal, onIdle: () => void): void;
  /** When the next job becomes due; undefined where none does. */
  nextDue(afterMs: number): number | undefined;
  /** Resolves when nothing is being worked on; abort `stop` before. */
  ended(): Promise<void>;
}

export function createJobRunner(deps: StepDeps, settings: StepSettings): JobRunner {
  const { store, clock, log, counters } = deps;
  const { jobs, items } = store;
  const moves = createMoves(deps, settings);
  const upload = createUpload(deps, moves);
  const { create, recover } = createCreate(deps, settings, moves);
  const poll = createPoll(deps, settings, moves);
  const ingest = createIngest(deps, moves);
  const writeBack = createWriteBack(deps, moves);
  const running = new Map<number, Promise<void>>();

  async function step(job: Job, rule: JobSettings, signal: AbortSignal): Promise<void> {
    switch (job.state) {
      case 'collecting':
        return moves.on(job, { state: 'sealed' });
      case 'sealed':
        return upload(job, rule, signal);
      case 'uploaded':
        return create(job, rule, signal);
      case 'creating':
        return recover(job, rule, signal);
      case 'submitted':
        return poll(job, rule, signal);
      case 'ended':
        return ingest(job, rule, signal);
      case 'ingested':
        return writeBack(job, rule, signal);
      case 'held':
      case 'done':
      case 'cancelled':
        return;
    }
  }

  /** Before a batch may exist, to cancel is to forget. */
  function callOff(job: Job): void {
    store.transaction(() => {
      items.fail(job.id, 'cancelled');
      jobs.move(job.id, { state: 'cancelled', dueAtMs: null, endedAtMs: clock.now() });
    });
    deps.files.remove(job);
    counters.add('rule_calls', job.requests, { rule: job.rule, outcome: 'failed' });
    log.info('A job was called off.', { job: job.id, rule: job.rule });
  }

  async function advance(id: number, stop: AbortSignal, cut: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const job = jobs.get(id);
      if (!job || !isDue(job, clock.now())) return;
      const rule = store.rules.find(job.rule, job.version);
      if (rule?.kind !== 'job') return moves.hold(job, 'the rule that this job belongs to is not known');
      const isLocal = ['collecting', 'sealed', 'uploaded', 'held'].includes(job.state);
      if (job.cancel === 'asked' && isLocal) callOff(job);
      else await step(job, rule, cut);
    }
  }

  async function advanceSafely(id: number, stop: AbortSignal, cut: AbortSignal): Promise<void> {
    try {
      await advance(id, stop, cut);
    } catch (thrown) {
      // A full or failing disk: what was not written is done once more.
      log.error('A job could not be worked on; it is tried again.', { job: id, error: messageOf(thrown) });
      await clock.sleep(settings.retry.maxMs, stop);
    }
  }

  return {
    begin(stop, cut, onIdle) {
      for (const { id } of jobs.due(clock.now())) {
        if (running.size >= MAX_JOBS_AT_ONCE) return;
        if (running.has(id)) continue;
        const work = advanceSafely(id, stop, cut).then(() => {
          running.delete(id);
          onIdle();
        });
        running.set(id, work);
      }
    },
    nextDue: jobs.nextDue,
    async ended() {
      await Promise.all(running.values());
    },
  };
}
