/** `/v2/{entity}/{project}/…`: complete calls, and calls that are shown while they run. */
import { callEndV2Body, callStartBody, callsCompleteBody } from '../bodies/calls.ts';
import { wrongWithEnd, wrongWithStart } from '../call-rules.ts';
import { reason } from '../http/reply.ts';
import { post, type Route } from '../http/route.ts';
import type { Context } from './context.ts';
import { withIds } from './ids.ts';
import { wrongWithProject } from './project.ts';
import { written } from './written.ts';

export function v2Writes({ store, clock }: Context): readonly Route[] {
  return [
    post('/v2/:entity/:project/calls/complete', callsCompleteBody, ({ batch }, { parameters }) => {
      for (const call of batch) {
        const wrong = wrongWithProject(call.project_id, parameters) ?? wrongWithStart(call);
        if (wrong) return reason(400, wrong);
      }
      return written(store.writer.complete(`${parameters.entity}/${parameters.project}`, batch));
    }),

    post('/v2/:entity/:project/call/start', callStartBody, ({ start }, { parameters }) => {
      const wrong = wrongWithProject(start.project_id, parameters) ?? wrongWithStart(start);
      if (wrong) return reason(400, wrong);
      const call = withIds(start, clock);
      return written(store.writer.start(start.project_id, call), { id: call.id, trace_id: call.trace_id });
    }),

    post('/v2/:entity/:project/call/end', callEndV2Body, ({ end }, { parameters }) => {
      const wrong = wrongWithProject(end.project_id, parameters) ?? wrongWithEnd(end);
      if (wrong) return reason(400, wrong);
      return written(store.writer.end(end.project_id, end, end.started_at ?? null));
    }),
  ];
}
