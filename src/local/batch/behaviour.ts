/** How batches come to their end: providers differ, and the best of them have bad days. */
import { z } from 'zod';

export const batchBehaviour = {
  /** `shrinks`: completes, but a count of failures goes away on the way. `fails`: in validation, without a reason of any line. */
  batches: z.enum(['complete', 'fail', 'expire', 'all_fail', 'never_end', 'shrink']),
  /** How long a batch stays in each of its statuses. */
  batchStepMs: z.int().min(0).max(600_000),
  /** `messy`: out of order, one twice, empty lines, CRLF, a byte order mark. `missing`: the last request has no line at all. */
  batchAnswers: z.enum(['tidy', 'messy', 'missing']),
  /** Every n-th request fails, with a status that says whether it may go better next time; 0: none. */
  batchFailEvery: z.int().min(0).max(1000),
  batchFailStatus: z.int().min(400).max(599),
  /** What stands for "no error file". */
  batchNoFile: z.enum(['null', 'empty']),
  batchCancel: z.enum(['works', 'unsupported']),
  batchJobId: z.enum(['required', 'optional']),
  batchEndpoint: z.enum(['lenient', 'slash', 'no_slash']),
};

export const USUAL_BATCHES = {
  batches: 'complete',
  batchStepMs: 500,
  batchAnswers: 'tidy',
  batchFailEvery: 0,
  batchFailStatus: 400,
  batchNoFile: 'null',
  batchCancel: 'works',
  batchJobId: 'required',
  batchEndpoint: 'lenient',
} as const;

const schema = z.object(batchBehaviour);
export type BatchBehaviour = z.output<typeof schema>;
