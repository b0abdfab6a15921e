import type { Call } from '../core/call.ts';
import type { DeadSpan, Delivery } from '../core/ports.ts';

/** One `deliver()` under way; its calls may travel in several batches. */
export interface Handover {
  readonly done: (delivery: Delivery) => void;
  /** When its request came in, milliseconds since the epoch. */
  readonly acceptedAtMs: number;
  /** How many calls it is of. */
  readonly calls: number;
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

export function newHandover(calls: number, acceptedAtMs: number, done: (delivery: Delivery) => void): Handover {
  return { done, acceptedAtMs, calls, dead: [], pending: calls, delivered: 0, released: false, blockedBy: undefined };
}

/** Whether these are all calls of one handover and no others. */
export function isWholeHandover(items: readonly Item[]): boolean {
  const handover = items[0]?.handover;
  return handover?.calls === items.length && items.every((item) => item.handover === handover);
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
