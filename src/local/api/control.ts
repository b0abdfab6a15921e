/** `/local/…`: what Weave does not have. For tests and demos whose server is another process; open to this machine only. */
import { z } from 'zod';
import { behaviourChange, faultRule } from '../faults.ts';
import { json, reason, type TextReply } from '../http/reply.ts';
import { post, type Route, route } from '../http/route.ts';
import { MAX_FAULT_RULES } from '../limits.ts';
import type { Context } from './context.ts';

/** Paths that only this machine may use, and that no fault meets. */
export const CONTROL_PREFIX = '/local/';

const faultsBody = z.strictObject({
  rules: z.array(faultRule).max(MAX_FAULT_RULES).default([]),
  behaviour: behaviourChange.optional(),
});

export function controlRoutes({ store, faults, stats }: Context): readonly Route[] {
  const current = (): TextReply => json({ rules: faults.list(), behaviour: faults.behaviour() });
  return [
    route('GET', '/local/faults', current),
    post('/local/faults', faultsBody, (body) => {
      if (faults.list().length + body.rules.length > MAX_FAULT_RULES)
        return reason(400, `There may be ${MAX_FAULT_RULES} fault rules; DELETE /local/faults takes all away`);
      for (const rule of body.rules) faults.add(rule);
      if (body.behaviour) faults.play(body.behaviour);
      return current();
    }),
    route('DELETE', '/local/faults', () => {
      faults.clear();
      return current();
    }),
    route('GET', '/local/stats', () =>
      json({
        requests: stats.all(),
        calls: Object.fromEntries(store.projects.counts().map(({ name, calls }) => [name, calls])),
      }),
    ),
  ];
}
