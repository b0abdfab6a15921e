/** What a call looks like in the table: the part that its start brings, and the part that its end brings. */

import type { EndedCall, IdentifiedCall } from '../bodies/calls.ts';
import { isJsonObject, type JsonObject } from '../bodies/json-object.ts';
import type { SqlValue } from './database.ts';

export type CallStatus = 'running' | 'success' | 'error' | 'descendant_error';

export interface StartRow {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_id: string | null;
  readonly thread_id: string | null;
  readonly turn_id: string | null;
  readonly op_name: string;
  readonly display_name: string | null;
  readonly started_us: number;
  /** For the page: what the attributes say. */
  readonly kind: string | null;
  readonly model: string | null;
  readonly wb_run_id: string | null;
  readonly wb_run_step: number | null;
  readonly attributes: string;
  readonly inputs: string;
  readonly otel_dump: string | null;
}

export interface EndRow {
  readonly ended_us: number | null;
  readonly status: CallStatus;
  /** For the page: all tokens of the usage together. */
  readonly tokens: number;
  readonly wb_run_step_end: number | null;
  readonly exception: string | null;
  readonly output: string | null;
  readonly summary: string | null;
}

export type CallRow = StartRow & EndRow & { readonly seq: number };

export const START_COLUMNS = [
  'id',
  'trace_id',
  'parent_id',
  'thread_id',
  'turn_id',
  'op_name',
  'display_name',
  'started_us',
  'kind',
  'model',
  'wb_run_id',
  'wb_run_step',
  'attributes',
  'inputs',
  'otel_dump',
] as const satisfies readonly (keyof StartRow)[];

export const END_COLUMNS = [
  'ended_us',
  'status',
  'tokens',
  'wb_run_step_end',
  'exception',
  'output',
  'summary',
] as const satisfies readonly (keyof EndRow)[];

/** The end of a call that has not ended. */
export const RUNNING: EndRow = {
  ended_us: null,
  status: 'running',
  tokens: 0,
  wb_run_step_end: null,
  exception: null,
  output: null,
  summary: null,
};

export function startRow(call: IdentifiedCall): StartRow {
  return {
    id: call.id,
    trace_id: call.trace_id,
    parent_id: orNull(call.parent_id),
    thread_id: orNull(call.thread_id),
    turn_id: orNull(call.turn_id),
    op_name: call.op_name,
    display_name: orNull(call.display_name),
    started_us: call.started_at,
    kind: kindOf(call.attributes),
    model: textOf(call.attributes['model']),
    wb_run_id: orNull(call.wb_run_id),
    // Weave keeps 0 for "no step", so that a step of 0 reads back as none.
    wb_run_step: call.wb_run_step || null,
    attributes: JSON.stringify(call.attributes),
    inputs: JSON.stringify(call.inputs),
    otel_dump: call.otel_dump ? JSON.stringify(call.otel_dump) : null,
  };
}

export function endRow(call: EndedCall): EndRow {
  const exception = orNull(call.exception);
  const failedBelow = (call.summary.status_counts?.error ?? 0) > 0;
  return {
    ended_us: call.ended_at,
    status: exception !== null ? 'error' : failedBelow ? 'descendant_error' : 'success',
    tokens: tokensOf(call.summary),
    wb_run_step_end: call.wb_run_step_end || null,
    exception,
    output: call.output === undefined || call.output === null ? null : JSON.stringify(call.output),
    summary: JSON.stringify(call.summary),
  };
}

/** The values of a row in the order of the columns. */
export function valuesOf<Column extends string>(
  columns: readonly Column[],
  row: Readonly<Record<Column, SqlValue>>,
): SqlValue[] {
  return columns.map((column) => row[column]);
}

/** Weave keeps the empty string for "none", so that an empty text reads back as null. */
function orNull(text: string | null | undefined): string | null {
  return text || null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function kindOf(attributes: JsonObject): string | null {
  const weave = attributes['weave'];
  return textOf(attributes['kind']) ?? (isJsonObject(weave) ? textOf(weave['kind']) : null);
}

/** Weave adds both names of a count, so that a client which sends one of each pair is counted once. */
function tokensOf(summary: EndedCall['summary']): number {
  let tokens = 0;
  for (const usage of Object.values(summary.usage ?? {})) {
    const input = (usage.input_tokens ?? 0) + (usage.prompt_tokens ?? 0);
    const output = (usage.output_tokens ?? 0) + (usage.completion_tokens ?? 0);
    tokens += usage.total_tokens ?? input + output;
  }
  return tokens;
}
