/**
 * Bodies of the requests that write calls, as Weave's OpenAPI document gives them.
 * Keys that Weave does not know are ignored, except where its document says additionalProperties: false.
 */
import { z } from 'zod';
import { parseTime } from '../times.ts';
import { jsonObject } from './json-object.ts';

/** An ISO 8601 time, read as microseconds since the epoch. */
const time = z.string().transform((text, context) => {
  const us = parseTime(text);
  if (us === undefined) context.addIssue({ code: 'custom', params: { type: 'datetime_from_date_parsing' } });
  return us ?? z.NEVER;
});

const usage = z.looseObject({
  prompt_tokens: z.int().nullish(),
  input_tokens: z.int().nullish(),
  completion_tokens: z.int().nullish(),
  output_tokens: z.int().nullish(),
  requests: z.int().nullish(),
  total_tokens: z.int().nullish(),
  cache_creation_input_tokens: z.int().nullish(),
  cache_read_input_tokens: z.int().nullish(),
});

const summary = z.looseObject({
  usage: z.record(z.string(), usage).optional(),
  status_counts: z.partialRecord(z.enum(['success', 'error', 'running', 'descendant_error']), z.int()).optional(),
});

const startFields = {
  project_id: z.string(),
  op_name: z.string(),
  display_name: z.string().nullish(),
  parent_id: z.string().nullish(),
  thread_id: z.string().nullish(),
  turn_id: z.string().nullish(),
  started_at: time,
  attributes: jsonObject,
  inputs: jsonObject,
  otel_dump: jsonObject.nullish(),
  wb_user_id: z.string().nullish(),
  wb_run_id: z.string().nullish(),
  wb_run_step: z.int().nullish(),
};

const endFields = {
  project_id: z.string(),
  id: z.string(),
  ended_at: time,
  exception: z.string().nullish(),
  output: z.unknown().optional(),
  summary,
  wb_run_step_end: z.int().nullish(),
};

const completedCall = z.object({ ...startFields, ...endFields, trace_id: z.string() });
const startedCall = z.object({ ...startFields, id: z.string().nullish(), trace_id: z.string().nullish() });
const endedCall = z.object(endFields);

export type CompletedCall = z.output<typeof completedCall>;
export type StartedCall = z.output<typeof startedCall>;
export type EndedCall = z.output<typeof endedCall>;
/** A started call that has its ids. */
export type IdentifiedCall = StartedCall & { readonly id: string; readonly trace_id: string };

export const callsCompleteBody = z.object({ batch: z.array(completedCall) });
export const callStartBody = z.strictObject({ start: startedCall });
export const callEndBody = z.strictObject({ end: endedCall });
/** v2: the end names the start it belongs to, because calls are stored by (project, started_at, id). */
export const callEndV2Body = z.strictObject({ end: z.object({ ...endFields, started_at: time.nullish() }) });

const startItem = z.object({ mode: z.string().optional(), req: callStartBody });
const endItem = z.object({ mode: z.string().optional(), req: callEndBody });
export const upsertBatchBody = z.object({ batch: z.array(z.union([startItem, endItem])) });
