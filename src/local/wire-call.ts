/** A stored call as Weave's API shows it. */
import { isJsonObject, type JsonObject } from './bodies/json-object.ts';
import type { CallRow } from './store/rows.ts';
import { formatTime } from './times.ts';

/** These are always there; `columns` of a query chooses among the others. */
export const ALWAYS_SHOWN = ['id', 'project_id', 'trace_id', 'op_name', 'started_at'] as const;

/** The fields of a call in the API, each with how it is made from the row. */
const FIELDS: Readonly<Record<string, (row: CallRow, project: string) => unknown>> = {
  id: (row) => row.id,
  project_id: (_, project) => project,
  op_name: (row) => row.op_name,
  display_name: (row) => row.display_name,
  trace_id: (row) => row.trace_id,
  parent_id: (row) => row.parent_id,
  thread_id: (row) => row.thread_id,
  turn_id: (row) => row.turn_id,
  started_at: (row) => formatTime(row.started_us),
  ended_at: (row) => (row.ended_us === null ? null : formatTime(row.ended_us)),
  exception: (row) => row.exception,
  attributes: attributesOf,
  inputs: (row) => parsed(row.inputs),
  output: (row) => parsed(row.output),
  summary: summaryOf,
  wb_user_id: () => null,
  wb_run_id: (row) => row.wb_run_id,
  wb_run_step: (row) => row.wb_run_step,
  wb_run_step_end: (row) => row.wb_run_step_end,
  deleted_at: () => null,
};

export type WireCall = Readonly<Record<string, unknown>>;

/** `columns`: names, of which only the part before the first dot counts; null for all. */
export function wireCall(row: CallRow, project: string, columns: readonly string[] | null): WireCall {
  const wanted = columns && new Set([...ALWAYS_SHOWN, ...columns.map((column) => column.split('.', 1)[0])]);
  const call: Record<string, unknown> = {};
  for (const [name, make] of Object.entries(FIELDS)) {
    if (!wanted || wanted.has(name)) call[name] = make(row, project);
  }
  return call;
}

/** The attributes; the span itself, where one was sent, is among them as `otel_span`. */
export function attributesOf(row: CallRow): JsonObject {
  const attributes = objectOf(row.attributes);
  return row.otel_dump === null ? attributes : { ...attributes, otel_span: parsed(row.otel_dump) };
}

/** What the client summed up, and under `weave` what the server derives on every read. */
export function summaryOf(row: CallRow): JsonObject {
  const summary = objectOf(row.summary);
  const sent = isJsonObject(summary['weave']) ? summary['weave'] : {};
  const name = row.display_name === null ? { trace_name: opNameOf(row.op_name) } : { display_name: row.display_name };
  const latency = row.ended_us === null ? {} : { latency_ms: Math.trunc((row.ended_us - row.started_us) / 1000) };
  return { ...summary, weave: { ...sent, status: row.status, ...name, ...latency } };
}

/** The readable part of an op name: of `weave:///entity/project/op/chat:digest` it is `chat`. */
export function opNameOf(opName: string): string {
  return /^weave:\/\/\/[^/]+\/[^/]+\/op\/([^/:]+):/.exec(opName)?.[1] ?? opName;
}

function objectOf(text: string | null): JsonObject {
  const value = parsed(text);
  return isJsonObject(value) ? value : {};
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
