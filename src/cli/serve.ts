import type { Config } from '../config/options.ts';
import type { Log } from '../core/log.ts';
import { type StopReport, startService } from '../service/service.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import { type Host, stopAsked } from './host.ts';

type ServeArguments = Extract<Arguments, { command: 'serve' }>;

/** `otel-weave serve`: receives until it is asked to stop. */
export async function serve(given: ServeArguments, host: Host): Promise<void> {
  const { config, log } = prepare(given.config, { keyNeeded: true }, host);
  const service = await startService(config, { clock: host.clock, log });
  sayReady(service.addresses, host);
  logReady(config, log);
  await untilStopped(service, log, host);
}

/** The first line on stdout, for programs that start the bridge: where everything is. */
export function sayReady(addresses: object, host: Host): void {
  host.stdout.write(`${JSON.stringify({ ready: true, ...addresses })}\n`);
}

export function logReady({ queue, weave }: Config, log: Log): void {
  log.info('ready', { queue: queue.dir, project: weave.project ?? 'only those that spans name' });
}

export async function untilStopped(service: { close(): Promise<StopReport> }, log: Log, host: Host): Promise<void> {
  await stopAsked(host);
  log.info('stopping');
  const { delivered, left, dead } = await service.close();
  log.info('stopped', { delivered, leftOnDisk: left, deadLettered: dead });
}
