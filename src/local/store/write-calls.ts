/** How calls are written: the rules of Weave's tables (one row per project, started_at and id; the last write wins). */
import type { CompletedCall, EndedCall, IdentifiedCall } from '../bodies/calls.ts';
import type { Database } from './database.ts';
import { fitRow } from './fit-row.ts';
import type { Project, ProjectMode, Projects } from './projects.ts';
import { END_COLUMNS, type EndRow, endRow, RUNNING, START_COLUMNS, type StartRow, startRow, valuesOf } from './rows.ts';

export type WriteOutcome =
  | { readonly status: 'written' }
  /** Even without its JSON columns this call is larger than a row may be. Nothing was written. */
  | { readonly status: 'too_large'; readonly id: string }
  /** A legacy write to a project that holds complete calls. Nothing was written. */
  | { readonly status: 'complete_mode' }
  /** An end without a start. Nothing was written. */
  | { readonly status: 'not_found' };

/** One item of `/call/upsert_batch`. */
export type LegacyItem =
  | { readonly kind: 'start'; readonly call: IdentifiedCall }
  | { readonly kind: 'end'; readonly call: EndedCall };

export interface CallWriter {
  /** Every column of a call that is there already is replaced. */
  complete(project: string, calls: readonly CompletedCall[]): WriteOutcome;
  start(project: string, call: IdentifiedCall): WriteOutcome;
  /** Ends the call of this id and start; where there is none, the latest one of this id. */
  end(project: string, call: EndedCall, startedAt: number | null): WriteOutcome;
  /** Starts and ends, merged by id in any order. `force`: also in a project that holds complete calls. */
  legacy(project: string, items: readonly LegacyItem[], force: boolean): WriteOutcome;
}

const WRITTEN: WriteOutcome = { status: 'written' };
const assignments = (columns: readonly string[]) => columns.map((column) => `${column} = ?`).join(', ');
const marks = (columns: readonly string[]) => columns.map(() => '?').join(', ');

/** Leaves a transaction with nothing written. */
class TooLarge extends Error {
  readonly id: string;
  constructor(id: string) {
    super('too large');
    this.id = id;
  }
}

export function createCallWriter(db: Database, projects: Projects, settings: { maxRowBytes: number }): CallWriter {
  const columns = [...START_COLUMNS, ...END_COLUMNS];
  const insert = db.prepare(
    `INSERT OR REPLACE INTO calls (project, ${columns.join(', ')}) VALUES (?, ${marks(columns)})`,
  );
  const insertEnd = db.prepare(
    `INSERT INTO calls (project, id, ${END_COLUMNS.join(', ')}) VALUES (?, ?, ${marks(END_COLUMNS)})`,
  );
  const latest = '(SELECT max(seq) FROM calls WHERE project = ? AND id = ?)';
  const updateStart = db.prepare(`UPDATE calls SET ${assignments(START_COLUMNS)} WHERE seq = ${latest}`);
  const updateEnd = db.prepare(`UPDATE calls SET ${assignments(END_COLUMNS)} WHERE seq = ${latest}`);
  const updateEndAt = db.prepare(
    `UPDATE calls SET ${assignments(END_COLUMNS)} WHERE project = ? AND id = ? AND started_us = ?`,
  );
  const remove = db.prepare('DELETE FROM calls WHERE project = ? AND id = ?');
  const upsertTrace = db.prepare(
    `INSERT INTO traces (project, trace_id, started_us) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET started_us = excluded.started_us WHERE excluded.started_us < started_us`,
  );

  /** Both halves share what a row may hold, as they do in Weave's table of complete calls. */
  function fitted<Row extends StartRow | EndRow>(id: string, row: Row): Row {
    const fit = fitRow(row, settings.maxRowBytes);
    if (!fit) throw new TooLarge(id);
    return fit;
  }

  function insertWhole(project: Project, start: StartRow, end: EndRow): void {
    const row = fitted(start.id, { ...start, ...end });
    // In a project of the legacy table an id is one row, whenever it started.
    if (project.mode === 'legacy') remove.run(project.key, row.id);
    insert.run(project.key, ...valuesOf(columns, row));
  }

  function mergeStart(project: Project, call: IdentifiedCall): void {
    const row = fitted(call.id, startRow(call));
    const { changes } = updateStart.run(...valuesOf(START_COLUMNS, row), project.key, row.id);
    if (changes === 0) insert.run(project.key, ...valuesOf(columns, { ...row, ...RUNNING }));
  }

  function mergeEnd(project: Project, call: EndedCall): void {
    const values = valuesOf(END_COLUMNS, fitted(call.id, endRow(call)));
    const { changes } = updateEnd.run(...values, project.key, call.id);
    if (changes === 0) insertEnd.run(project.key, call.id, ...values);
  }

  /** A trace is as old as its earliest call. Once per trace, not per call: a batch holds few traces. */
  function noteTraces(project: Project, calls: readonly IdentifiedCall[]): void {
    const traces = new Map<string, number>();
    for (const { trace_id, started_at } of calls) {
      traces.set(trace_id, Math.min(started_at, traces.get(trace_id) ?? started_at));
    }
    for (const [traceId, startedUs] of traces) upsertTrace.run(project.key, traceId, startedUs);
  }

  function write(name: string, mode: ProjectMode | null, work: (project: Project) => WriteOutcome): WriteOutcome {
    try {
      return db.transaction(() => work(projects.ensure(name, mode)));
    } catch (error) {
      if (error instanceof TooLarge) return { status: 'too_large', id: error.id };
      throw error;
    }
  }

  return {
    complete(name, calls) {
      if (calls.length === 0) return WRITTEN;
      return write(name, 'complete', (project) => {
        for (const call of calls) insertWhole(project, startRow(call), endRow(call));
        noteTraces(project, calls);
        return WRITTEN;
      });
    },
    start(name, call) {
      return write(name, 'complete', (project) => {
        insertWhole(project, startRow(call), RUNNING);
        noteTraces(project, [call]);
        return WRITTEN;
      });
    },
    end(name, call, startedAt) {
      const found = projects.find(name);
      if (!found) return { status: 'not_found' };
      return write(name, found.mode, (project) => {
        const values = valuesOf(END_COLUMNS, fitted(call.id, endRow(call)));
        const exact = updateEndAt.run(...values, project.key, call.id, startedAt).changes;
        const changes = exact || updateEnd.run(...values, project.key, call.id).changes;
        return changes === 0 ? { status: 'not_found' } : WRITTEN;
      });
    },
    legacy(name, items, force) {
      if (projects.find(name)?.mode === 'complete' && !force) return { status: 'complete_mode' };
      if (items.length === 0) return WRITTEN;
      return write(name, 'legacy', (project) => {
        for (const item of items) {
          if (item.kind === 'start') mergeStart(project, item.call);
          else mergeEnd(project, item.call);
        }
        noteTraces(
          project,
          items.flatMap((item) => (item.kind === 'start' ? [item.call] : [])),
        );
        return WRITTEN;
      });
    },
  };
}
