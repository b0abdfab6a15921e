import type { Call, ProjectId } from '../core/call.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { ENVELOPE_BYTES } from './batch-body.ts';

export interface BatcherSettings {
  readonly maxCalls: number;
  /** Of the request body. A single call that is larger goes alone. */
  readonly maxBytes: number;
  /** How long the first call of a batch waits for company. */
  readonly maxWaitMs: number;
}

export interface BatcherDeps<Item> {
  readonly clock: Clock;
  /** Takes over a finished batch. */
  readonly cut: (project: ProjectId, items: readonly Item[]) => void;
}

export interface Batcher<Item> {
  add(item: Item): void;
  /** Cuts the open batch of one project now, or every one. */
  flush(only?: string): void;
}

interface OpenBatch<Item> {
  readonly items: Item[];
  readonly timer: Timer;
  bytes: number;
}

/** Gathers calls into batches: one open batch a project, cut by count, by bytes, or by the age of its first call. */
export function createBatcher<Item extends { readonly call: Call }>(
  deps: BatcherDeps<Item>,
  settings: BatcherSettings,
): Batcher<Item> {
  const open = new Map<ProjectId, OpenBatch<Item>>();

  function start(project: ProjectId): OpenBatch<Item> {
    const timer = deps.clock.after(settings.maxWaitMs, () => cut(project));
    const batch = { items: [], timer, bytes: ENVELOPE_BYTES };
    open.set(project, batch);
    return batch;
  }

  function cut(project: ProjectId): void {
    const batch = open.get(project);
    if (batch === undefined) return;
    open.delete(project);
    batch.timer.cancel();
    deps.cut(project, batch.items);
  }

  return {
    add(item) {
      const { projectId, json } = item.call;
      const full = open.get(projectId);
      if (full && full.bytes + 1 + json.length > settings.maxBytes) cut(projectId);

      const batch = open.get(projectId) ?? start(projectId);
      batch.bytes += json.length + (batch.items.length > 0 ? 1 : 0);
      batch.items.push(item);
      if (batch.items.length >= settings.maxCalls || batch.bytes >= settings.maxBytes) cut(projectId);
    },
    flush(only) {
      for (const project of [...open.keys()]) if (only === undefined || project === only) cut(project);
    },
  };
}
