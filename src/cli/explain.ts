import { createCounters } from '../core/counters.ts';
import { BridgeError } from '../core/errors.ts';
import type { Explanation } from '../map/explain.ts';
import { startExplain } from '../service/pipe.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import { explanationText } from './explain-text.ts';
import type { Host } from './host.ts';
import { findInputs } from './inputs.ts';
import { createBadRecords, readAll, told } from './pipe.ts';
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
  let explained = 0;
  const write = (found: Explanation) => {
    explained += 1;
    return print(Buffer.from(given.json ? JSON.stringify(found) : explanationText(found)));
  };
  const deps = { clock: host.clock, log, counters: createCounters(), onBad: bad.tell };
  const files = startExplain(config, deps, write);
  await readAll(inputs, files, signal);
  await files.finish();
  if (host.stop.aborted) throw new BridgeError('NOT_EXPLAINED', 'Stopped before the end.');
  if (bad.count() > 0)
    throw new BridgeError('NOT_EXPLAINED', `Not everything is OTLP: ${told('record', bad.count())} not read.`);
  if (explained === 0) log.warn('There is no span in it. OTLP has them under resourceSpans, scopeSpans, spans.');
}
