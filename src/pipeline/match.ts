import type { Call } from '../core/call.ts';
import type { Deliver, Trigger } from '../core/ports.ts';

export interface MatchDeps {
  readonly deliver: Deliver;
  /** Which rules calls meet that Weave has accepted. */
  readonly match: (calls: readonly Call[]) => readonly Trigger[] | Promise<readonly Trigger[]>;
}

/** The same for corrections. Rules have seen these calls, but for those whose spans were left out at first. */
export function matchReturned({ deliver, match }: MatchDeps): Deliver {
  return matchDelivered({ deliver, match: (calls) => match(calls.filter(({ returns }) => returns)) });
}

/** Wraps a `Deliver`: what rules make of the calls that Weave has accepted comes with the delivery. */
export function matchDelivered({ deliver, match }: MatchDeps): Deliver {
  return async (calls, acceptedAtMs) => {
    const delivery = await deliver(calls, acceptedAtMs);
    // A released entry comes again as a whole, and its calls are matched then.
    if (delivery.released || delivery.delivered === 0) return delivery;
    const dead = new Set<string>(delivery.dead.map(({ spanId }) => spanId));
    const accepted = dead.size === 0 ? calls : calls.filter(({ id }) => !dead.has(id));
    return { ...delivery, triggers: await match(accepted) };
  };
}
