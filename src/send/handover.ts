import type { Call } from '../core/call.ts';
import type { DeadSpan, Delivery } from '../core/ports.ts';

/** One `deliver()` under way; its calls may travel in several batches. */
export interface Handover {
  readonly done: (delivery: Delivery) => void;
  /** When its request came in, milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  /** The first of its calls. */
  readonly first: Call;
  readonly dead: DeadSpan[];
  pending: number;
  delivered: number;
  released: boolean;
  blockedBy: string | undefined;
}

/** A call on its way. */
export interface Item {
  readonly call: Call;
  readonly handover: Handover;
  /** The JSON of a call that had to be shortened, as it came. */
  readonly whole?: Buffer;
}

/** Of calls of which there is at least one. */
export function newHandover(
  first: Call,
  calls: number,
  acceptedAtMs: number,
  done: (delivery: Delivery) => void,
): Handover {
  return { done, acceptedAtMs, first, dead: [], pending: calls, delivered: 0, released: false, blockedBy: undefined };
}

/** The handover that all of these are of; undefined where they are of several. */
export function onlyHandover(items: readonly Item[]): Handover | undefined {
  const handover = items[0]?.handover;
  return items.every((item) => item.handover === handover) ? handover : undefined;
}

export function accept(items: readonly Item[]): void {
  for (const { handover } of items) {
    handover.delivered += 1;
    countDown(handover);
  }
}

export function bury(items: readonly Item[], reason: string): void {
  for (const { call, handover } of items) {
    handover.dead.push({ spanId: call.id, reason });
    countDown(handover);
  }
}

/** Without `blockedBy`: the bridge stops. */
export function release(items: readonly Item[], blockedBy?: string): void {
  for (const { handover } of items) {
    handover.released = true;
    handover.blockedBy ??= blockedBy;
    countDown(handover);
  }
}

function countDown(handover: Handover): void {
  handover.pending -= 1;
  if (handover.pending > 0) return;
  const { delivered, dead, released, blockedBy } = handover;
  handover.done({ delivered, dead, released, blockedBy });
}
