import { feedbackCreateBody, feedbackQueryBody } from '../bodies/feedback.ts';
import { wrongWithUser } from '../call-rules.ts';
import { feedbackCondition } from '../feedback-query.ts';
import { wrongWithFeedback } from '../feedback-rules.ts';
import { detail, json, reason } from '../http/reply.ts';
import { post, type Route } from '../http/route.ts';
import { formatTime } from '../times.ts';
import { uuidv7 } from '../uuid.ts';
import { wireFeedback } from '../wire-feedback.ts';
import type { Context } from './context.ts';
import { wrongWithProject } from './project.ts';

const UNKNOWN_ID = { loc: ['body', 'id'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' };

export function feedbackRoutes({ store, clock, faults }: Context): readonly Route[] {
  return [
    post('/feedback/create', feedbackCreateBody, (body) => {
      if (body.id != null && faults.behaviour().feedbackIds === 'refused') return detail(422, [UNKNOWN_ID]);
      const wrong = wrongWithProject(body.project_id) ?? wrongWithUser(body.wb_user_id) ?? wrongWithFeedback(body);
      if (wrong) return reason(400, wrong);
      const project = store.projects.ensure(body.project_id, null);
      const id = body.id ?? uuidv7(clock);
      const created_at = formatTime(clock.now() * 1000);
      store.feedback.add(project.key, body, id, created_at);
      return json({ id, created_at, wb_user_id: null, payload: {} });
    }),

    post('/feedback/query', feedbackQueryBody, ({ project_id, query, offset, limit }) => {
      const wrong = wrongWithProject(project_id);
      if (wrong) return reason(400, wrong);
      const read = feedbackCondition(query?.$expr ?? null);
      if (read.status === 'refused') return reason(422, read.reason);
      const project = store.projects.find(project_id);
      const rows = project ? store.feedback.find(project.key, read.condition, offset ?? 0, limit ?? -1) : [];
      return json({ result: rows.map((row) => wireFeedback(row, project_id)) });
    }),
  ];
}
