import { createCounters } from '../core/counters.ts';
import { BridgeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { startDryRun, startPipe } from '../service/pipe.ts';
import type { StopReport } from '../service/service.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import type { Host } from './host.ts';
import { findInputs, type Input } from './inputs.ts';
import { createPrinter } from './printer.ts';
import { startProgress } from './progress.ts';

type PipeArguments = Extract<Arguments, { command: 'pipe' }>;
type Files = Pick<ReturnType<typeof startDryRun>, 'read'>;

/** A file of another kind can be bad at every line. */
const MAX_TOLD = 100;
export const NOTHING_SENT: StopReport = { delivered: 0, left: 0, dead: 0 };

/** `otel-weave pipe`: resolves only when everything was delivered, or printed; throws NOT_DELIVERED otherwise. */
export async function pipe(given: PipeArguments, host: Host): Promise<void> {
  // Where nothing is sent, it makes no difference which project the calls would go to.
  const defaults: Readonly<Record<string, string>> = given.dryRun ? { 'weave.project': 'local/dry-run' } : {};
  const { config, log } = prepare(given.config, { defaults, keyNeeded: !given.dryRun }, host, 'text');
  const inputs = findInputs(given.files, host);
  const counters = createCounters();
  const bad = createBadRecords(log);
  const deps = { clock: host.clock, log, counters, onBad: bad.tell };

  async function print(): Promise<StopReport> {
    const { print, signal } = createPrinter(host);
    const files = startDryRun(config, deps, print);
    await readAll(inputs, files, signal);
    await files.finish();
    return NOTHING_SENT;
  }

  async function deliver(): Promise<StopReport> {
    const queueOnDisk = given.config.flags['--queue-dir'] !== undefined;
    const line = startPipe(config, deps, queueOnDisk);
    const endProgress = startProgress(counters, host);
    await readAll(inputs, line, host.stop);
    const report = await line.finish(host.stop);
    endProgress();
    const { delivered, left, dead } = report;
    log.info('done', { delivered, notDelivered: left, refusedByWeave: dead, notTaken: bad.count() });
    return report;
  }

  const report = given.dryRun ? await print() : await deliver();
  judge(report, bad.count(), host.stop.aborted);
}

export async function readAll(inputs: readonly Input[], files: Files, signal: AbortSignal): Promise<void> {
  for (const input of inputs) {
    if (signal.aborted) return;
    const stream = input.open();
    // Reading may wait for a slow writer; it must not wait for ever.
    const leave = () => stream.destroy();
    signal.addEventListener('abort', leave, { once: true });
    await files.read(input.name, stream, signal);
    signal.removeEventListener('abort', leave);
    stream.destroy();
  }
}

export function createBadRecords(log: Log) {
  let count = 0;
  return {
    count: () => count,
    tell(place: string, reason: string) {
      count += 1;
      if (count <= MAX_TOLD) log.error(`${place}: ${reason}`);
      else if (count === MAX_TOLD + 1) log.error('There is more; only the count goes on.');
    },
  };
}

export function judge({ left, dead }: StopReport, bad: number, interrupted: boolean): void {
  const missing = [
    ...(interrupted ? ['stopped before the end'] : []),
    ...(bad > 0 ? [`${told('record', bad)} not taken`] : []),
    ...(dead > 0 ? [`${told('span', dead)} refused by Weave`] : []),
    ...(left > 0 ? [`${told('span', left)} not sent`] : []),
  ];
  if (missing.length > 0) throw new BridgeError('NOT_DELIVERED', `Not everything got through: ${missing.join(', ')}.`);
}

export function told(what: string, count: number): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
