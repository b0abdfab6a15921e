import type { Call, ProjectId } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { DeadSpan, Deliver, Delivery } from '../core/ports.ts';
import { batchBody } from './batch-body.ts';
import { type BatcherSettings, createBatcher } from './batcher.ts';
import type { Send } from './outcome.ts';

export interface DeliverDeps {
  /** With retry and limit around it: a `retry` or `held` that comes out of it is final. */
  readonly send: Send;
  readonly clock: Clock;
}

export interface DeliverSettings extends BatcherSettings {
  /** As given to the limit: one project gets one place less, so that a stuck one leaves room for the others. */
  readonly concurrency: number;
}

export interface Deliverer {
  readonly deliver: Deliver;
  /** Sends open batches now; resolves when all that was handed in before has its outcome. */
  flush(): Promise<void>;
  /** Cuts requests and waits short: what has no outcome yet, and all that comes later, resolves as released. */
  stop(): void;
}

/** One `deliver()` under way; its calls may travel in several batches. */
interface Handover {
  readonly done: (delivery: Delivery) => void;
  readonly dead: DeadSpan[];
  pending: number;
  delivered: number;
  released: boolean;
}

interface Item {
  readonly call: Call;
  readonly handover: Handover;
}

/** The batches of one project: some being sent, the others behind them. */
interface Lane {
  readonly waiting: (readonly Item[])[];
  running: number;
}

/**
 *   deliver() ─> open batch per project ─cut─> lane per project ─> send ─> outcome per call ─> delivery per deliver()
 *                                                 └ refused: halve and send again, down to the one bad call
 */
export function createDeliver(deps: DeliverDeps, settings: DeliverSettings): Deliverer {
  const lanes = new Map<ProjectId, Lane>();
  const laneWidth = Math.max(1, settings.concurrency - 1);
  const underWay = new Set<Promise<Delivery>>();
  const stopping = new AbortController();
  const batcher = createBatcher<Item>({ clock: deps.clock, cut: enqueue }, settings);

  function enqueue(project: ProjectId, items: readonly Item[]): void {
    const lane = lanes.get(project) ?? { waiting: [], running: 0 };
    lanes.set(project, lane);
    lane.waiting.push(items);
    advance(project, lane);
  }

  function advance(project: ProjectId, lane: Lane): void {
    while (lane.running < laneWidth) {
      const items = lane.waiting.shift();
      if (items === undefined) break;
      lane.running += 1;
      void sendItems(project, items).then(() => {
        lane.running -= 1;
        advance(project, lane);
      });
    }
    if (lane.running === 0) lanes.delete(project);
  }

  async function sendItems(project: ProjectId, items: readonly Item[]): Promise<void> {
    if (stopping.signal.aborted) return release(items);
    const outcome = await deps.send(project, batchBody(items.map((item) => item.call)), stopping.signal);
    switch (outcome.status) {
      case 'accepted':
        return accept(items);
      case 'too_large':
      case 'refused': {
        if (items.length === 1) return bury(items, outcome.reason);
        const middle = Math.ceil(items.length / 2);
        await sendItems(project, items.slice(0, middle));
        return sendItems(project, items.slice(middle));
      }
      case 'retry':
      case 'held':
        return bury(items, `given up: ${outcome.reason}`);
      case 'aborted':
        return release(items);
    }
  }

  return {
    deliver(calls) {
      if (calls.length === 0) return Promise.resolve({ delivered: 0, dead: [], released: false });
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      const handover = { done: resolve, dead: [], pending: calls.length, delivered: 0, released: false };
      underWay.add(promise);
      void promise.then(() => underWay.delete(promise));
      for (const call of calls) batcher.add({ call, handover });
      if (stopping.signal.aborted) batcher.flush();
      return promise;
    },
    async flush() {
      batcher.flush();
      await Promise.all(underWay);
    },
    stop() {
      stopping.abort();
      batcher.flush();
    },
  };
}

function accept(items: readonly Item[]): void {
  for (const { handover } of items) {
    handover.delivered += 1;
    countDown(handover);
  }
}

function bury(items: readonly Item[], reason: string): void {
  for (const { call, handover } of items) {
    handover.dead.push({ spanId: call.id, reason });
    countDown(handover);
  }
}

function release(items: readonly Item[]): void {
  for (const { handover } of items) {
    handover.released = true;
    countDown(handover);
  }
}

function countDown(handover: Handover): void {
  handover.pending -= 1;
  if (handover.pending > 0) return;
  const { delivered, dead, released } = handover;
  handover.done({ delivered, dead, released });
}
