import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { EndpointOutcome, Send, SendOutcome } from './outcome.ts';

export interface FallbackDeps {
  readonly complete: Send<EndpointOutcome>;
  readonly upsertBatch: Send<EndpointOutcome>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a server that has had the route may be without it before it is taken for an older one. */
export const MISSING_MS = 60_000;

export interface FallbackSettings {
  /** How long it is remembered that a server is an older one: it may be upgraded meanwhile. */
  readonly recheckMs: number;
}

/**
 * Sends to `calls/complete`, and where the server does not have that, to the older `call/upsert_batch`:
 *
 *   complete ── no such route ──> upsert batch ── this project takes complete calls only ──> complete
 *
 * The route is a property of the server, so one answer serves for all projects. Where it has been there, a 404 or two are
 * a rollout: a project without calls that is written to in the older way keeps to that way for ever.
 */
export function createFallback(deps: FallbackDeps, settings: FallbackSettings): Send<SendOutcome> {
  const { complete, upsertBatch, clock, log } = deps;
  /** Until then (monotonic) the server is taken for an older one. */
  let olderUntilMs: number | undefined;
  let route: 'unknown' | 'seen' = 'unknown';
  /** Since when (monotonic) a route that was there is not. */
  let missingSinceMs: number | undefined;

  function isRollout(outcome: EndpointOutcome): boolean {
    if (outcome.status === 'accepted') {
      route = 'seen';
      missingSinceMs = undefined;
    }
    if (outcome.status !== 'no_route' || route === 'unknown') return false;
    missingSinceMs ??= clock.monotonic();
    return clock.monotonic() - missingSinceMs < MISSING_MS;
  }

  function noteRoute(outcome: EndpointOutcome): void {
    if (outcome.status === 'no_route') {
      if (olderUntilMs === undefined)
        log.warn('This Weave is older and has no calls/complete: calls are sent to call/upsert_batch.');
      olderUntilMs = clock.monotonic() + settings.recheckMs;
    } else if (olderUntilMs !== undefined && outcome.status === 'accepted') {
      log.info('This Weave has calls/complete by now: calls are sent there again.');
      olderUntilMs = undefined;
    }
  }

  const tryComplete: Send<EndpointOutcome> = async (...request) => {
    const outcome = await complete(...request);
    if (isRollout(outcome)) return TWO_VERSIONS;
    noteRoute(outcome);
    return outcome;
  };

  return async (...request) => {
    const isOlder = olderUntilMs !== undefined && clock.monotonic() < olderUntilMs;
    const first = isOlder ? undefined : await tryComplete(...request);
    if (first && first.status !== 'no_route') return final(first);
    const second = await upsertBatch(...request);
    if (second.status !== 'complete_only') return final(second);
    const third = await tryComplete(...request);
    return third.status === 'no_route' ? TWO_VERSIONS : final(third);
  };
}

/** In the middle of an upgrade one server behind the address has the route, and the next one has not. */
const TWO_VERSIONS: SendOutcome = { status: 'retry', reason: 'servers of two versions answer' };

/** What is left to say where no endpoint is left to go to. */
function final(outcome: EndpointOutcome): SendOutcome {
  switch (outcome.status) {
    case 'no_route':
      return { ...outcome, status: 'held', httpStatus: 404, concerns: 'project' };
    case 'complete_only':
      return TWO_VERSIONS;
    default:
      return outcome;
  }
}
