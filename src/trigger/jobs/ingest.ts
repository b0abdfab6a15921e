import type { Readable } from 'node:stream';
import { messageOf } from '../../core/errors.ts';
import type { LineResult } from '../store/items.ts';
import type { Job } from '../store/jobs.ts';
import type { JobSettings } from '../store/rules.ts';
import { type Batch, costOf, storedBatch } from './batch.ts';
import { linesOf } from './lines.ts';
import { readLine } from './read-line.ts';
import type { Moves, Step, StepDeps } from './step.ts';

/** Results of lines that are written in one transaction: so many, or of so many characters. */
const LINES_AT_ONCE = 500;
const CHARS_AT_ONCE = 4 * 1024 * 1024;
/** A file may say things twice. One with more lines than this for each request is not read to its end. */
const MAX_LINES_PER_REQUEST = 4;
const FEW_LINES = 1000;
/** "No such file" is believed when it is said so often: some files come a little after the batch has ended. */
export const MAX_MISSING_FILE = 5;
const ITEMS_AT_ONCE = 500;

type FileRead = 'read' | 'stopped';

/** `ended` → `ingested`. The same files may be read again at any time: what has its answer keeps it. */
export function createIngest(deps: StepDeps, moves: Moves): Step {
  const { store, api, clock, log, counters } = deps;
  const { items } = store;

  /** Reads the results of one file, unless the job has to come back to it. */
  async function readFile(job: Job, fileId: string, signal: AbortSignal): Promise<FileRead> {
    const content = await api.content(fileId, signal);
    switch (content.status) {
      case 'open':
        return readLines(job, content.stream, signal);
      case 'refused':
        if (job.tries < MAX_MISSING_FILE) {
          moves.again(job, content.reason);
          return 'stopped';
        }
        log.error('A file of answers cannot be had.', { job: job.id, file: fileId, reason: content.reason });
        return 'read';
      case 'later':
        moves.again(job, content.reason, content.afterMs);
        return 'stopped';
      case 'unclear':
        moves.again(job, content.reason);
        return 'stopped';
      case 'held':
        moves.turnedAway(job, content.reason);
        return 'stopped';
      case 'aborted':
        return 'stopped';
    }
  }

  async function readLines(job: Job, stream: Readable, signal: AbortSignal): Promise<FileRead> {
    const maxLines = FEW_LINES + job.requests * MAX_LINES_PER_REQUEST;
    let results = new Map<string, LineResult>();
    let chars = 0;
    let lines = 0;
    let unread = 0;
    try {
      for await (const line of linesOf(stream)) {
        lines += 1;
        if (lines > maxLines) {
          log.error('A file of answers has too many lines; the rest is not read.', { job: job.id, lines: maxLines });
          break;
        }
        const read = line === null ? undefined : readLine(line);
        if (!read) unread += 1;
        else if (results.get(read.customId)?.status !== 'answered') results.set(read.customId, read.result);
        chars += line?.length ?? 0;
        if (results.size < LINES_AT_ONCE && chars < CHARS_AT_ONCE) continue;
        items.answer(job.id, results);
        results = new Map();
        chars = 0;
      }
    } catch (thrown) {
      if (!signal.aborted) moves.again(job, `the download broke off: ${messageOf(thrown)}`);
      return 'stopped';
    } finally {
      stream.destroy();
    }
    items.answer(job.id, results);
    // A login page is no file of answers, and to ask for all of them once more would cost as much again.
    if (unread > 0 && unread === lines && job.tries < MAX_MISSING_FILE) {
      moves.again(job, 'no line of the file is an answer: is this the address of the API?');
      return 'stopped';
    }
    if (unread > 0) log.warn('Lines of an answer file could not be read.', { job: job.id, lines: unread });
    return 'read';
  }

  /** What the provider says of a batch that failed as a whole: of single lines, or of all. */
  function failByErrors(job: Job, batch: Batch): void {
    const errors = batch.errors?.data ?? [];
    const reasonOf = ({ code, message }: (typeof errors)[number]) => [code, message].filter(Boolean).join(': ');
    const ofLines = errors.flatMap((error) => (error.line == null ? [] : [[error.line, reasonOf(error)] as const]));
    items.failLines(job.id, new Map(ofLines));
    const ofAll = errors.filter(({ line }) => line == null);
    const isWhole = ofAll.length > 0 || errors.length === 0;
    if (isWhole) items.fail(job.id, ofAll.map(reasonOf).join('; ') || 'the batch failed, and no reason was given');
  }

  /** What has neither answer nor error goes into another batch, for as often as the rule allows. */
  function resubmit(job: Job, rule: JobSettings): number {
    let count = 0;
    for (;;) {
      const page = items.ofJob(job.id, ['collected'], 0, ITEMS_AT_ONCE);
      if (page.length === 0) return count;
      const { next = [], last = [] } = Object.groupBy(page, ({ attempts }) =>
        attempts + 1 < rule.attempts ? 'next' : 'last',
      );
      store.intake.again(next, rule, clock.now());
      for (const item of last)
        items.move([item], { state: 'failed', reason: item.reason ?? 'the batch had no answer for it' });
      count += next.length;
    }
  }

  function reconcile(job: Job, rule: JobSettings, batch: Batch | undefined): void {
    const resubmitted = store.transaction(() => {
      if (batch?.status === 'failed') failByErrors(job, batch);
      if (isCalledOff(job, batch)) items.fail(job.id, 'cancelled');
      const count = resubmit(job, rule);
      items.charge(job.id, job.rule, batch ? costOf(batch) : null, clock.now());
      moves.on(job, { state: 'ingested' });
      return count;
    });
    const { answered = 0, failed = 0 } = items.counts(job.id);
    counters.add('rule_calls', failed, { rule: job.rule, outcome: 'failed' });
    const fields = {
      job: job.id,
      rule: job.rule,
      batch: job.batchId,
      status: batch?.status,
      answered,
      failed,
      resubmitted,
    };
    if (rule.limit?.usdPerDay !== undefined && answered > 0 && batch && costOf(batch) === null) {
      log.warn('A batch does not say what it has cost: usd_per_day does not hold. Limit calls_per_day instead.', {
        job: job.id,
        rule: job.rule,
      });
    }
    if (failed > 0 || resubmitted > 0) log.warn('A batch has ended; not all of its requests were answered.', fields);
    else log.info('A batch has ended.', fields);
  }

  return async (job, rule, signal) => {
    const batch = storedBatch(job.batch);
    for (const fileId of [batch?.output_file_id, batch?.error_file_id]) {
      if (fileId && (await readFile(job, fileId, signal)) === 'stopped') return;
    }
    reconcile(job, rule, batch);
  };
}

/** Somebody wants no more of it, here or at the provider, whatever became of the request to cancel: to ask again would cost. */
function isCalledOff(job: Job, batch: Batch | undefined): boolean {
  return job.cancel !== null || batch?.status === 'cancelled';
}
