import { existsSync } from 'node:fs';
import type { Config } from '../config/options.ts';
import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import { createJobDesk, type JobDesk } from '../trigger/jobs/manage.ts';
import { openTriggerStore, triggersPath } from '../trigger/store/store.ts';

export type { JobDesk, JobDetails, JobView } from '../trigger/jobs/manage.ts';

/** Opens the jobs of a queue directory; a bridge may be running on it. Throws JOB_UNKNOWN where there never were any. */
export function openJobDesk({ queue }: Config, clock: Clock): JobDesk & { close(): void } {
  if (!existsSync(triggersPath(queue.dir))) throw new BridgeError('JOB_UNKNOWN', `There are no jobs in ${queue.dir}.`);
  const store = openTriggerStore({ clock }, queue);
  return { ...createJobDesk({ store, clock }), close: store.close };
}
