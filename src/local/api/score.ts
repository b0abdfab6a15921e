/** `/calls/score`: takes requests, keeps them, and scores later. As with Weave, nobody checks that the calls or the scorers exist. */
import { callsScoreBody } from '../bodies/queries.ts';
import { wrongWithUser } from '../call-rules.ts';
import { json, reason } from '../http/reply.ts';
import { post, type Route } from '../http/route.ts';
import { formatTime } from '../times.ts';
import type { Context } from './context.ts';
import { wrongWithProject } from './project.ts';

export function scoring({ store, clock, scoreLater }: Context): readonly Route[] {
  return [
    post('/calls/score', callsScoreBody, ({ project_id, call_ids, scorer_refs, wb_user_id }) => {
      const wrong = wrongWithProject(project_id) ?? wrongWithUser(wb_user_id);
      if (wrong) return reason(400, wrong);
      const project = store.projects.ensure(project_id, null);
      const receivedAt = formatTime(clock.now() * 1000);
      store.scoreRequests.add(project.key, { receivedAt, callIds: call_ids, scorerRefs: scorer_refs });
      scoreLater.take({ project: project_id, callIds: call_ids, scorerRefs: scorer_refs });
      return json({});
    }),
  ];
}
