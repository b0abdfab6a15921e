import { resolveAppOptions } from '../config/app-options.ts';
import { tooOldNode } from '../config/node-version.ts';
import { type Sources, systemSources } from '../config/sources.ts';
import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { checkOptions } from '../otel/check-options.ts';
import { createDiagLog } from '../otel/diag-log.ts';
import type { WeaveOptions, WeaveStats } from '../otel/options.ts';
import { type InApp, startWay, type WayDeps } from './way.ts';

export interface InAppDeps extends WayDeps {
  readonly sources: Sources;
  readonly nodeVersion: string;
}

/**
 * Sets up the way from finished spans to Weave. Where there is none it says so, and takes no spans. JavaScript may hand over
 * null, or a number for a name, and the app must start all the same.
 */
export function startInApp(givenOptions: WeaveOptions | null = {}, given: Partial<InAppDeps> = {}): InApp {
  const system = { clock: systemClock, log: createDiagLog(), sources: systemSources(), host: process };
  const deps = { ...system, nodeVersion: process.versions.node, ...given };
  const off = (reason: string) => {
    warnSoon(deps.log, [`Spans are not sent to Weave: ${reason}`]);
    return OFF;
  };
  const tooOld = tooOldNode(deps.nodeVersion);
  if (tooOld) return off(tooOld);
  try {
    const checked = checkOptions(givenOptions ?? {});
    if (checked.status === 'misdirected') return off(checked.reason);
    const { options } = checked;
    const config = resolveAppOptions(options, deps.sources);
    if (config.status === 'off') return off(config.reason);
    warnSoon(deps.log, [...checked.warnings, ...config.warnings]);
    return startWay(options, config.settings, deps);
  } catch (thrown) {
    return off(`an option is not what it has to be (${messageOf(thrown)})`);
  }
}

/** `new NodeSDK({ spanProcessors: [new WeaveSpanProcessor()] })` sets the logger behind `diag` after this has been made. */
function warnSoon(log: Log, warnings: readonly string[]): void {
  queueMicrotask(() => {
    for (const warning of warnings) log.warn(`${warning}.`);
  });
}

const NOTHING: WeaveStats = { ended: 0, delivered: 0, waiting: 0, filtered: 0, refused: 0, dropped: 0 };

const OFF: InApp = {
  status: 'off',
  started: () => undefined,
  ended: () => undefined,
  flush: () => Promise.resolve(),
  finish: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
  stats: () => NOTHING,
};
