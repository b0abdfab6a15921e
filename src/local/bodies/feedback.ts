/** Bodies of the feedback requests. */
import { z } from 'zod';
import { jsonObject } from './json-object.ts';

const ratings = z.record(z.string(), z.number()).nullish();
const texts = z.record(z.string(), z.string()).nullish();

export const feedbackCreateBody = z.strictObject({
  id: z.string().nullish(),
  project_id: z.string(),
  weave_ref: z.string(),
  feedback_type: z.string(),
  payload: jsonObject,
  creator: z.string().nullish(),
  annotation_ref: z.string().nullish(),
  runnable_ref: z.string().nullish(),
  call_ref: z.string().nullish(),
  trigger_ref: z.string().nullish(),
  scorer_tags: z.array(z.string()).nullish(),
  scorer_tag_reasons: texts,
  scorer_tag_confidences: ratings,
  scorer_ratings: ratings,
  scorer_rating_reasons: texts,
  scorer_rating_confidences: ratings,
  wb_user_id: z.string().nullish(),
});

export type FeedbackCreate = z.output<typeof feedbackCreateBody>;

export const feedbackQueryBody = z.strictObject({
  project_id: z.string(),
  query: z.strictObject({ $expr: jsonObject }).nullish(),
  limit: z.int().min(0).nullish(),
  offset: z.int().min(0).nullish(),
});
