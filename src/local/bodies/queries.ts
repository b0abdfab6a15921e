/** Bodies of the requests that read calls or ask for something about them. What is not listed here is refused, not ignored. */
import { z } from 'zod';
import { MAX_FILTER_VALUES } from '../limits.ts';

const values = z.array(z.string()).max(MAX_FILTER_VALUES).nullish();

const callFilter = z.strictObject({
  call_ids: values,
  trace_ids: values,
  parent_ids: values,
  thread_ids: values,
  turn_ids: values,
  op_names: values,
  trace_roots_only: z.boolean().nullish(),
});

export type CallFilter = z.output<typeof callFilter>;

export const callReadBody = z.strictObject({
  project_id: z.string(),
  id: z.string(),
  // Accepted because Weave's clients send it. There are no prices here, so no costs are added.
  include_costs: z.boolean().nullish(),
});

const sortBy = z.strictObject({ field: z.string(), direction: z.enum(['asc', 'desc']) });

export const callsQueryBody = z.strictObject({
  project_id: z.string(),
  filter: callFilter.nullish(),
  limit: z.int().min(0).nullish(),
  offset: z.int().min(0).nullish(),
  sort_by: z.array(sortBy).nullish(),
  columns: z.array(z.string()).nullish(),
  include_feedback: z.boolean().nullish(),
  include_costs: z.boolean().nullish(),
});

export const callsStatsBody = z.strictObject({
  project_id: z.string(),
  filter: callFilter.nullish(),
  limit: z.int().min(0).nullish(),
});

export const callsScoreBody = z.strictObject({
  project_id: z.string(),
  call_ids: z.array(z.string()),
  scorer_refs: z.array(z.string()),
  wb_user_id: z.string().nullish(),
});

export type ScoreRequest = z.output<typeof callsScoreBody>;
