import type { Clock } from '../core/clock.ts';
import { type ObserveServer, type ObserveSettings, startObserveServer } from './server.ts';

export interface HealthDeps {
  readonly clock: Clock;
  /** Why the bridge does not take spans now; empty while it does. */
  readonly reasons: () => readonly string[];
  /** What a person should look at while spans are still taken: a restart would not help. */
  readonly troubles: () => readonly string[];
}

/** Of hundreds of projects in trouble the first ones say enough. */
const MAX_TROUBLES_SHOWN = 10;

/**
 * `GET /` answers 200 while spans are taken, else 503 with the reasons. The body has the shape of the Collector's health
 * check. `GET /live` answers 200 for as long as anybody is there to answer: a restart helps against nothing else.
 */
export function startHealth(deps: HealthDeps, settings: ObserveSettings): Promise<ObserveServer> {
  const startedMs = deps.clock.monotonic();
  const upSince = new Date(deps.clock.now()).toISOString();
  const answer = () => {
    const reasons = deps.reasons();
    const uptime = `${((deps.clock.monotonic() - startedMs) / 1000).toFixed(3)}s`;
    const ready = reasons.length === 0;
    const troubles = deps.troubles().slice(0, MAX_TROUBLES_SHOWN);
    const body = ready
      ? { status: 'Server available', upSince, uptime, ...(troubles.length > 0 && { troubles }) }
      : { status: 'Server not available', upSince, uptime, reasons };
    return { status: ready ? 200 : 503, contentType: 'application/json', body: JSON.stringify(body) };
  };
  const live = () => ({ status: 200, contentType: 'text/plain; charset=utf-8', body: 'alive\n' });
  const questions = [
    { path: '/', answer },
    { path: '/live', answer: live },
  ];
  return startObserveServer('The health check', questions, settings);
}
