import { createCounters } from '../core/counters.ts';
import type { Explanation } from '../map/explain.ts';
import { startExplain } from '../service/pipe.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import { explanationText } from './explain-text.ts';
import type { Host } from './host.ts';
import { findInputs } from './inputs.ts';
import { createBadRecords, judge, NOTHING_SENT, readAll } from './pipe.ts';
import { createPrinter } from './printer.ts';

type ExplainArguments = Extract<Arguments, { command: 'explain' }>;

/** Spans need a project to become calls; which one makes no difference here. */
const DEFAULTS = { 'weave.project': 'local/explain' };

/** `otel-weave explain`: what becomes of each span of some files, with the log records among them, and why. Sends nothing. */
export async function explain(given: ExplainArguments, host: Host): Promise<void> {
  const { config, log } = prepare(given.config, { defaults: DEFAULTS, keyNeeded: false }, host, 'text');
  const inputs = findInputs(given.files, host);
  const bad = createBadRecords(log);
  const { print, signal } = createPrinter(host);
  const write = (found: Explanation) => print(Buffer.from(given.json ? JSON.stringify(found) : explanationText(found)));
  const deps = { clock: host.clock, log, counters: createCounters(), onBad: bad.tell };
  const files = startExplain(config, deps, write);
  await readAll(inputs, files, signal);
  await files.finish();
  judge(NOTHING_SENT, bad.count(), host.stop.aborted);
}
