/** The legacy paths: the start and the end of a call come apart, in any order. */
import { callEndBody, callStartBody, upsertBatchBody } from '../bodies/calls.ts';
import { wrongWithEnd, wrongWithStart } from '../call-rules.ts';
import { type Reply, reason } from '../http/reply.ts';
import { post, type Route } from '../http/route.ts';
import type { LegacyItem } from '../store/write-calls.ts';
import type { Context } from './context.ts';
import { withIds } from './ids.ts';
import { wrongWithProject } from './project.ts';
import { MODE_REQUIRED, written } from './written.ts';

export function v1Writes({ store, clock, faults }: Context): readonly Route[] {
  function write(items: readonly LegacyItem[], success: unknown): Reply {
    const { v1 } = faults.behaviour();
    if (v1 === 'never') return MODE_REQUIRED;
    for (const item of items) {
      const wrong = wrongWithProject(item.call.project_id) ?? wrongWith(item);
      if (wrong) return reason(400, wrong);
    }
    for (const [project, ofProject] of Map.groupBy(items, (item) => item.call.project_id)) {
      const outcome = store.writer.legacy(project, ofProject, v1 === 'always');
      if (outcome.status !== 'written') return written(outcome);
    }
    return written({ status: 'written' }, success);
  }

  return [
    post('/call/upsert_batch', upsertBatchBody, ({ batch }) => {
      const items = batch.map(
        ({ req }): LegacyItem =>
          'start' in req ? { kind: 'start', call: withIds(req.start, clock) } : { kind: 'end', call: req.end },
      );
      return write(items, { res: items.map(idsOf) });
    }),

    post('/call/start', callStartBody, ({ start }) => {
      const item: LegacyItem = { kind: 'start', call: withIds(start, clock) };
      return write([item], idsOf(item));
    }),

    post('/call/end', callEndBody, ({ end }) => write([{ kind: 'end', call: end }], {})),
  ];
}

function wrongWith(item: LegacyItem): string | undefined {
  return item.kind === 'start' ? wrongWithStart(item.call) : wrongWithEnd(item.call);
}

function idsOf(item: LegacyItem): { readonly id?: string; readonly trace_id?: string } {
  return item.kind === 'start' ? { id: item.call.id, trace_id: item.call.trace_id } : {};
}
