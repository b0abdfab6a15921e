/** Reading calls back. A project that nobody has written to is empty, not unknown. */
import { callReadBody, callsQueryBody, callsStatsBody } from '../bodies/queries.ts';
import { json, reason } from '../http/reply.ts';
import { post, type Route } from '../http/route.ts';
import type { CallQuery } from '../store/read-calls.ts';
import type { CallRow } from '../store/rows.ts';
import { type WireCall, wireCall } from '../wire-call.ts';
import { callRef, wireFeedback } from '../wire-feedback.ts';
import type { Context } from './context.ts';
import { wrongWithProject } from './project.ts';

export function callReads({ store }: Context): readonly Route[] {
  /** The call, with the feedback on it under `summary.weave.feedback`. */
  function withFeedback(project: number, name: string, row: CallRow, call: WireCall): WireCall {
    const condition = { sql: 'weave_ref = ?', values: [callRef(name, row.id)] };
    const feedback = store.feedback.find(project, condition, 0, -1).map((item) => wireFeedback(item, name));
    const summary = call['summary'] as { readonly weave: object };
    return { ...call, summary: { ...summary, weave: { ...summary.weave, feedback } } };
  }

  return [
    post('/call/read', callReadBody, ({ project_id, id }) => {
      const wrong = wrongWithProject(project_id);
      if (wrong) return reason(400, wrong);
      const project = store.projects.find(project_id);
      const row = project && store.calls.get(project.key, id);
      return json({ call: row ? wireCall(row, project_id, null) : null });
    }),

    post('/calls/stream_query', callsQueryBody, (body) => {
      const [sort = { field: 'started_at', direction: 'asc' }] = body.sort_by ?? [];
      const wrong = wrongWithProject(body.project_id);
      if (wrong) return reason(400, wrong);
      if (sort.field !== 'started_at')
        return reason(422, `The local Weave sorts by started_at, not by ${sort.field.slice(0, 64)}`);
      const query: CallQuery = {
        filter: body.filter,
        direction: sort.direction,
        offset: body.offset ?? 0,
        limit: body.limit ?? Infinity,
      };
      const columns = body.include_feedback && body.columns ? [...body.columns, 'summary'] : (body.columns ?? null);
      const project = store.projects.find(body.project_id);

      function* lines(): Generator<string> {
        if (!project) return;
        for (const row of store.calls.stream(project.key, query)) {
          const call = wireCall(row, project.name, columns);
          const shown = body.include_feedback ? withFeedback(project.key, project.name, row, call) : call;
          yield `${JSON.stringify(shown)}\n`;
        }
      }
      return { status: 200, type: 'application/jsonl', pieces: lines() };
    }),

    post('/calls/query_stats', callsStatsBody, ({ project_id, filter, limit }) => {
      const wrong = wrongWithProject(project_id);
      if (wrong) return reason(400, wrong);
      const project = store.projects.find(project_id);
      return json({ count: project ? store.calls.count(project.key, filter, limit ?? -1) : 0 });
    }),
  ];
}
