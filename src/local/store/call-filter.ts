import type { CallFilter } from '../bodies/queries.ts';
import type { SqlValue } from './database.ts';

export interface Where {
  /** The index to walk: SQLite has no statistics here, and would sort out a trace by walking all calls in time. */
  readonly index: string;
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** An op ref that ends in `:*` means every version of the op. */
const OP_NAMES = `EXISTS (SELECT 1 FROM json_each(?) AS wanted WHERE c.op_name = wanted.value OR (
  substr(wanted.value, -2) = ':*' AND substr(c.op_name, 1, length(wanted.value) - 1) = substr(wanted.value, 1, length(wanted.value) - 1)))`;

/** The condition on `calls AS c` that a filter asks for. An empty list is no condition, as with Weave. */
export function whereOf(project: number, filter: CallFilter | null | undefined): Where {
  const terms = ['c.project = ?', 'c.started_us IS NOT NULL'];
  const values: SqlValue[] = [project];
  const add = (sql: string, list: readonly string[] | null | undefined) => {
    if (!list || list.length === 0) return;
    terms.push(sql);
    values.push(JSON.stringify(list));
  };
  const among = (column: string) => `${column} IN (SELECT value FROM json_each(?))`;
  add(among('c.id'), filter?.call_ids);
  add(among('c.trace_id'), filter?.trace_ids);
  add(among('c.parent_id'), filter?.parent_ids);
  add(among('c.thread_id'), filter?.thread_ids);
  add(among('c.turn_id'), filter?.turn_ids);
  add(OP_NAMES, filter?.op_names);
  if (filter?.trace_roots_only) terms.push('c.parent_id IS NULL');
  return { index: indexFor(filter), sql: terms.join(' AND '), values };
}

function indexFor(filter: CallFilter | null | undefined): string {
  if (filter?.call_ids?.length) return 'calls_by_id';
  if (filter?.trace_ids?.length) return 'calls_by_trace';
  if (filter?.thread_ids?.length) return 'calls_by_thread';
  return 'calls_by_time';
}
