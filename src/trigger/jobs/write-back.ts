import type { Meaning } from '../http/meaning.ts';
import type { Item } from '../store/items.ts';
import type { Job } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import { costOf, shareOfCost, storedBatch } from './batch.ts';
import { rerunCall } from './rerun.ts';
import type { Moves, Step, StepDeps } from './step.ts';
import { feedbackOf, feedbackType } from './write-feedback.ts';

const ITEMS_AT_ONCE = 50;
const REQUESTS_AT_ONCE = 4;

/** Why a write-back could not go on; null: it can. */
type Stop = Exclude<Meaning, { status: 'done' | 'refused' }> | null;

/**
 * `ingested` → `done`: every answer becomes feedback on its call, or a call of its own, once.
 *
 *   answered ─ on disk ─> writing ─ request ─> written
 *                            └ after a lost answer: is it there already? ─ no ─> request
 */
export function createWriteBack(deps: StepDeps, moves: Moves): Step {
  const { store, weave, files, clock, log, counters } = deps;
  const { items, jobs } = store;
  /** Older servers do not take ids of their clients; then an answer that was lost has to be looked for. */
  let ids: 'sent' | 'left out' = 'sent';
  /** Jobs of which the log said that Weave refuses what they write. */
  const told = new Set<number>();

  function written(done: readonly Item[], idOf: (item: Item) => string): void {
    items.written(done, idOf);
    if (done[0]) counters.add('rule_calls', done.length, { rule: done[0].rule, outcome: 'scored' });
  }

  function refused(item: Item, reason: string): void {
    const { rule, job } = item;
    items.move([item], { state: 'failed', reason });
    counters.add('rule_calls', 1, { rule, outcome: 'failed' });
    // Once: what is wrong with the first is mostly so of all, and `jobs show` counts the reasons.
    log[told.has(job) ? 'debug' : 'error']('Weave refused what a job has to write back.', { job, rule, reason });
    told.add(job);
  }

  /** Items whose request may have been answered when nobody listened any more: answers those that are not there. */
  async function notThere(inDoubt: readonly Item[], rule: JobSettings, signal: AbortSignal) {
    const left: Item[] = [];
    for (const [project, ofProject] of Map.groupBy(inDoubt, (item) => item.project)) {
      const [{ rule: name = '' } = {}] = ofProject;
      const ids = ofProject.map(({ callId }) => callId);
      const found = await weave.findFeedback(project, ids, [feedbackType(name, rule.writeBack)], signal);
      if (found.status !== 'done') return found.status === 'refused' ? { ...found, status: 'unclear' as const } : found;
      const there = new Map(
        found.feedback.map(({ id, payload }) => [`${payload['rule_version']} ${payload['custom_id']}`, id]),
      );
      const idOf = ({ version, customId }: Item) => there.get(`${version} ${customId}`);
      written(
        ofProject.filter((item) => idOf(item) !== undefined),
        (item) => idOf(item) ?? '',
      );
      left.push(...ofProject.filter((item) => idOf(item) === undefined));
    }
    return left;
  }

  async function writeOne(item: Item, job: Job, rule: JobSettings, signal: AbortSignal): Promise<Stop> {
    const { id, ...withoutId } = feedbackOf(item, job, rule);
    // Several are under way at a time: what this one was sent with counts, not what has been learned meanwhile.
    const isWithId = ids === 'sent';
    const answer = await weave.createFeedback(isWithId ? { id, ...withoutId } : withoutId, signal);
    if (answer.status === 'done') {
      written([item], () => String(answer.body['id'] ?? id));
      return null;
    }
    if (answer.status !== 'refused') return answer;
    if (isWithId && answer.httpStatus === 422 && /\bid\b/.test(answer.reason)) {
      if (ids === 'sent') log.info('This Weave does not take ids of feedback; they are left out.');
      ids = 'left out';
      return writeOne(item, job, rule, signal);
    }
    refused(item, answer.reason);
    return null;
  }

  async function writeFeedback(page: readonly Item[], job: Job, rule: JobSettings, signal: AbortSignal): Promise<Stop> {
    const { writing = [], answered = [] } = Object.groupBy(page, ({ state }) =>
      state === 'writing' ? 'writing' : 'answered',
    );
    const doubtful = writing.length > 0 ? await notThere(writing, rule, signal) : [];
    if (!Array.isArray(doubtful)) return doubtful;
    items.move(answered, { state: 'writing' });
    const left = [...doubtful, ...answered];
    let stop: Stop = null;
    const lane = async () => {
      for (let item = left.shift(); item && !stop; item = left.shift()) stop = await writeOne(item, job, rule, signal);
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, lane));
    return stop;
  }

  async function writeCalls(page: readonly Item[], job: Job, rule: JobSettings, signal: AbortSignal): Promise<Stop> {
    for (const [project, ofProject] of Map.groupBy(page, (item) => item.project)) {
      const calls = ofProject.map((item) => rerunCall(item, job, rule));
      const answer = await weave.completeCalls(project, calls, signal);
      if (answer.status === 'refused' && ofProject.length > 1) {
        // Which of them it is for has to be found out.
        for (const one of ofProject) {
          const stop = await writeCalls([one], job, rule, signal);
          if (stop) return stop;
        }
      } else if (answer.status === 'refused') for (const one of ofProject) refused(one, answer.reason);
      else if (answer.status !== 'done') return answer;
      else written(ofProject, (item) => String(rerunCall(item, job, rule)['id']));
    }
    return null;
  }

  function comeBack(job: Job, stop: Exclude<Stop, null>): void {
    switch (stop.status) {
      case 'later':
        moves.again(job, stop.reason, stop.afterMs);
        break;
      case 'unclear':
        moves.again(job, stop.reason);
        break;
      case 'held':
        moves.turnedAway(job, stop.reason);
        break;
      case 'aborted':
    }
  }

  return async (job, rule, signal) => {
    const batch = storedBatch(job.batch);
    const costOfItem = shareOfCost(batch ? costOf(batch) : null, items.answered(job.id));
    for (;;) {
      const found = items.ofJob(job.id, ['answered', 'writing'], 0, ITEMS_AT_ONCE);
      const page = found.map((item) => ({ ...item, costUsd: costOfItem(item.tokens) }));
      if (page.length === 0) break;
      const write = rule.writeBack.as === 'feedback' ? writeFeedback : writeCalls;
      const stop = await write(page, job, rule, signal);
      if (stop) return comeBack(job, stop);
    }
    jobs.move(job.id, { state: 'done', dueAtMs: null, reason: null, endedAtMs: job.endedAtMs ?? clock.now() });
    files.remove(job);
    told.delete(job.id);
    log.info('A job is done.', { job: job.id, rule: job.rule, ...items.counts(job.id) });
  };
}
