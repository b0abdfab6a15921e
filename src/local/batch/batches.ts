/** The batches of the local Weave: created, looked at, cancelled. Nothing runs in between; a look brings a batch up to date. */
import type { Clock } from '../../core/clock.ts';
import { isJsonObject } from '../bodies/json-object.ts';
import type { Faults } from '../faults.ts';
import type { StoredBatch } from '../store/batches.ts';
import type { Store } from '../store/store.ts';
import { inputErrors } from './check-input.ts';
import { requestsOf, runBatch } from './run-batch.ts';
import { hasEnded, type Moment, momentOf } from './timeline.ts';

export const FILE_DAYS = 30;
const DAY_S = 24 * 3600;
/** USD; made up. */
export const PRICE_1M_TOKENS = 0.4;

export interface BatchNow extends Moment {
  readonly batch: StoredBatch;
}

export interface NewBatch {
  readonly input_file_id: string;
  readonly endpoint: string;
  readonly completion_window: string;
  readonly job_id: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Batches {
  create(batch: NewBatch, content: string): BatchNow;
  get(id: string): BatchNow | undefined;
  list(after: string | null, limit: number): readonly BatchNow[];
  /** Without effect on one that has ended. */
  cancel(id: string): BatchNow | undefined;
}

export function createBatches({
  store,
  clock,
  faults,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly faults: Faults;
}): Batches {
  const { files, batches } = store;

  function addFile(filename: string, content: string | null): string | null {
    if (content === null) return null;
    const id = newId('file', clock);
    const created_at = Math.floor(clock.now() / 1000);
    const bytes = Buffer.byteLength(content);
    files.add(
      { id, filename, purpose: 'batch_output', created_at, expires_at: created_at + FILE_DAYS * DAY_S, bytes },
      content,
    );
    return id;
  }

  /** Where the batch is now; what has just ended gets its files. */
  function look(batch: StoredBatch): BatchNow {
    const age = { createdMs: batch.created_ms, cancellingMs: batch.cancelling_ms, isValid: batch.errors.length === 0 };
    const moment = momentOf({ ...age, how: batch.behaviour }, clock.now());
    const { status } = moment;
    if (!hasEnded(status) || batch.result) return { ...moment, batch };
    if (status === 'failed') return { ...moment, batch };
    const ending = status === 'expired' || status === 'cancelled' ? status : 'completed';
    const input = files.content(batch.input_file_id) ?? '';
    const { output, errors, ...result } = runBatch(batch.endpoint, input, ending, batch.behaviour);
    const output_file_id = addFile(`${batch.id}_output.jsonl`, output);
    const error_file_id = addFile(`${batch.id}_error.jsonl`, errors);
    batches.end(batch.id, result, output_file_id, error_file_id);
    return { ...moment, batch: { ...batch, result, output_file_id, error_file_id } };
  }

  function get(id: string): BatchNow | undefined {
    const batch = batches.get(id);
    return batch && look(batch);
  }

  return {
    get,
    create(given, content) {
      const behaviour = faults.behaviour();
      const wrong = inputErrors(content, given.endpoint);
      const isRefused = wrong.length === 0 && behaviour.batches === 'fail';
      const errors = isRefused
        ? [
            {
              code: 'model_not_found',
              line: null,
              message: 'the model of these requests is not that of the job',
              param: null,
            },
          ]
        : wrong;
      const requests = wrong.length === 0 ? requestsOf(content) : [];
      const model = requests[0]?.body['model'];
      const batch: StoredBatch = {
        ...given,
        id: newId('batch', clock),
        model: typeof model === 'string' ? model : '',
        requests: requests.length,
        errors,
        behaviour,
        created_ms: clock.now(),
        cancelling_ms: null,
        result: null,
        output_file_id: null,
        error_file_id: null,
      };
      batches.add(batch);
      return look(batch);
    },
    list: (after, limit) => batches.list(after, limit).map(look),
    cancel(id) {
      const now = get(id);
      if (!now || hasEnded(now.status)) return now;
      batches.cancel(id, clock.now());
      return get(id);
    },
  };
}

/** `file-` or `batch-` and some letters: clients must not read anything into it. */
export function newId(kind: 'file' | 'batch', clock: Clock): string {
  const letters = () =>
    Math.floor(clock.random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0');
  return `${kind}-${letters()}${letters()}`;
}

/** A batch as the API shows it. */
export function wireBatch({ batch, status, reached, done }: BatchNow): Readonly<Record<string, unknown>> {
  const { behaviour, result } = batch;
  const at = (name: keyof typeof reached) => {
    const ms = reached[name];
    return ms === undefined ? null : Math.floor(ms / 1000);
  };
  const nothing = behaviour.batchNoFile === 'empty' && result ? '' : null;
  const usage = result?.usage ?? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  const tokens = isJsonObject(usage) ? Number(usage['total_tokens']) : 0;
  return {
    id: batch.id,
    object: 'batch',
    job_id: batch.job_id,
    model: reached.in_progress === undefined ? '' : batch.model,
    endpoint: batch.endpoint,
    input_file_id: batch.input_file_id,
    completion_window: batch.completion_window,
    status,
    created_at: Math.floor(batch.created_ms / 1000),
    in_progress_at: at('in_progress'),
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    expires_at: null,
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    output_file_id: batch.output_file_id ?? nothing,
    error_file_id: batch.error_file_id ?? nothing,
    errors: status === 'failed' ? { object: 'list', data: batch.errors } : null,
    request_counts: countsOf({ batch, done, reached }),
    metadata: batch.metadata,
    price_1m_tokens: result ? PRICE_1M_TOKENS : 0,
    processing_cost: result ? (tokens * PRICE_1M_TOKENS) / 1_000_000 : 0,
    usage,
  };
}

function countsOf({ batch, done, reached }: Pick<BatchNow, 'batch' | 'done' | 'reached'>) {
  const { requests, result, behaviour } = batch;
  if (result) return { total: requests, completed: result.completed, failed: result.failed };
  if (reached.in_progress === undefined) return { total: 0, completed: 0, failed: 0 };
  const failed = behaviour.batches === 'shrink' && done < 1 ? 1 : 0;
  return { total: requests, completed: Math.floor(requests * done), failed };
}
