/** What the page asks: the newest traces, and one trace as a tree. */
import { MAX_TREE_CALLS } from '../limits.ts';
import type { Database } from './database.ts';
import type { CallStatus } from './rows.ts';

/** What a row of the page shows of a call: none of its JSON. */
export interface CallLine {
  readonly seq: number;
  readonly id: string;
  readonly op_name: string;
  readonly display_name: string | null;
  readonly started_us: number;
  readonly ended_us: number | null;
  readonly status: CallStatus;
  readonly kind: string | null;
  readonly model: string | null;
  readonly tokens: number;
}

export interface TraceLine {
  readonly project: string;
  readonly trace_id: string;
  /** The root; where none has arrived, the earliest call. */
  readonly head: CallLine;
  /** Both stop at the first MAX_TREE_CALLS calls of a trace. */
  readonly calls: number;
  readonly tokens: number;
}

/** A call of a tree that is not drawn yet. */
export interface TreeNode {
  readonly seq: number;
  readonly id: string;
  readonly parent_id: string | null;
  readonly started_us: number;
  readonly ended_us: number | null;
}

export interface TraceReader {
  /** Newest first; of one project, or of all. */
  newest(project: string | null, offset: number, limit: number): readonly TraceLine[];
  /** The earliest MAX_TREE_CALLS calls of a trace, in the order they started. */
  nodes(project: number, traceId: string): readonly TreeNode[];
  line(seq: number): CallLine | undefined;
}

const LINE = 'seq, id, op_name, display_name, started_us, ended_us, status, kind, model, tokens';
// Without the hint SQLite would walk all calls of the project in time.
const OF_TRACE = 'FROM calls INDEXED BY calls_by_trace WHERE project = ? AND trace_id = ?';

interface TraceKey {
  readonly key: number;
  readonly name: string;
  readonly trace_id: string;
}

export function createTraceReader(db: Database): TraceReader {
  const select = (condition: string) =>
    db.prepare(
      `SELECT p.key, p.name, t.trace_id FROM traces AS t JOIN projects AS p ON p.key = t.project ${condition}
       ORDER BY t.started_us DESC LIMIT ? OFFSET ?`,
    );
  const newestOfAll = select('');
  const newestOfOne = select('WHERE p.name = ?');
  const root = db.prepare(`SELECT ${LINE} ${OF_TRACE} AND parent_id IS NULL ORDER BY started_us, seq LIMIT 1`);
  const earliest = db.prepare(`SELECT ${LINE} ${OF_TRACE} ORDER BY started_us, seq LIMIT 1`);
  const totals = db.prepare(
    `SELECT count(*) AS calls, coalesce(sum(tokens), 0) AS tokens FROM (SELECT tokens ${OF_TRACE} LIMIT ?)`,
  );
  const nodes = db.prepare(
    `SELECT seq, id, parent_id, started_us, ended_us ${OF_TRACE} ORDER BY started_us, seq LIMIT ?`,
  );
  const line = db.prepare(`SELECT ${LINE} FROM calls WHERE seq = ?`);

  function traceLine({ key, name, trace_id }: TraceKey): TraceLine[] {
    const head = (root.get(key, trace_id) ?? earliest.get(key, trace_id)) as CallLine | undefined;
    if (!head) return [];
    const sums = totals.get(key, trace_id, MAX_TREE_CALLS) as { readonly calls: number; readonly tokens: number };
    return [{ project: name, trace_id, head, ...sums }];
  }

  return {
    newest(project, offset, limit) {
      const keys = project === null ? newestOfAll.all(limit, offset) : newestOfOne.all(project, limit, offset);
      return (keys as TraceKey[]).flatMap(traceLine);
    },
    nodes: (project, traceId) => nodes.all(project, traceId, MAX_TREE_CALLS) as TreeNode[],
    line: (seq) => line.get(seq) as CallLine | undefined,
  };
}
