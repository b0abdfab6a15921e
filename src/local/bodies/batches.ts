/** Bodies of the batch API, as https://docs.getimpala.ai gives them. */
import { z } from 'zod';
import { MAX_METADATA_KEY_CHARACTERS, MAX_METADATA_PAIRS, MAX_METADATA_VALUE_CHARACTERS } from '../limits.ts';

/** Unknown fields are ignored: some deployments have more of them. */
export const batchCreateBody = z.looseObject({
  input_file_id: z.string(),
  endpoint: z.string(),
  completion_window: z.literal('unlimited'),
  job_id: z.string().min(1).optional(),
  metadata: z
    .record(z.string().max(MAX_METADATA_KEY_CHARACTERS), z.string().max(MAX_METADATA_VALUE_CHARACTERS))
    .refine((pairs) => Object.keys(pairs).length <= MAX_METADATA_PAIRS, `at most ${MAX_METADATA_PAIRS} pairs`)
    .optional(),
  output_expires_after: z
    .strictObject({ anchor: z.literal('created_at'), seconds: z.int().min(3600).max(2_592_000) })
    .nullish(),
});

/** What a query has is text. */
const limit = (max: number, fallback: number) => z.coerce.number().int().min(1).max(max).default(fallback);

export const fileListQuery = z.object({
  after: z.string().optional(),
  limit: limit(10_000, 10_000),
  order: z.enum(['asc', 'desc']).default('desc'),
  purpose: z.string().optional(),
});

export const batchListQuery = z.object({ after: z.string().optional(), limit: limit(100, 20) });

export const UPLOAD_PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];
