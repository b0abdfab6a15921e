import type { Call } from '../core/call.ts';
import { membersOf } from './members.ts';

/** Members of a complete call that its start and its end take, as Weave's OpenAPI document gives them. */
const START = [
  'project_id',
  'id',
  'trace_id',
  'parent_id',
  'op_name',
  'display_name',
  'thread_id',
  'turn_id',
  'started_at',
  'attributes',
  'inputs',
  'otel_dump',
  'wb_run_id',
  'wb_run_step',
];
const END = ['project_id', 'id', 'ended_at', 'exception', 'output', 'summary', 'wb_run_step_end'];

/** What is known of a call that still runs. */
const RUNNING = START.filter((key) => key !== 'otel_dump');

/** The body of `/v2/…/call/start`: the first call, as far as a start says it. */
export function startBody(calls: readonly Call[]): Buffer {
  return one(calls, '{"start":{', RUNNING, '}}');
}

/** The body of `/v2/…/call/end`; with the start's time, which is part of the key of a call. */
export function endBody(calls: readonly Call[]): Buffer {
  return one(calls, '{"end":{', [...END, 'started_at'], '}}');
}

/** The start alone, for `/call/upsert_batch`. */
export function olderStartBody(calls: readonly Call[]): Buffer {
  return one(calls, '{"batch":[{"mode":"start","req":{"start":{', RUNNING, '}}}]}');
}

/** The body of `/call/end`. */
export function olderEndBody(calls: readonly Call[]): Buffer {
  return one(calls, '{"end":{', END, '}}');
}

function one([call]: readonly Call[], head: string, keys: readonly string[], tail: string): Buffer {
  return joined([head, ...(call ? pick(membersOf(call.json), keys) : []), tail]);
}

/** The body of `/call/upsert_batch`: each call as a start and an end, right after each other. */
export function startEndBody(calls: readonly Call[]): Buffer {
  const parts: (string | Buffer)[] = ['{"batch":['];
  for (const [at, { json }] of calls.entries()) {
    const members = membersOf(json);
    parts.push(at > 0 ? ',' : '', '{"mode":"start","req":{"start":{', ...pick(members, START));
    parts.push('}}},{"mode":"end","req":{"end":{', ...pick(members, END), '}}}');
  }
  parts.push(']}');
  return joined(parts);
}

function joined(parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

function pick(members: ReadonlyMap<string, Buffer>, keys: readonly string[]): readonly (string | Buffer)[] {
  const found = keys.flatMap((key) => members.get(key) ?? []);
  return found.flatMap((member, at) => (at > 0 ? [',', member] : [member]));
}
