import { startDevService } from '../service/dev.ts';
import type { Arguments } from './arguments.ts';
import { prepare } from './config.ts';
import type { Host } from './host.ts';
import { replaySamples } from './samples.ts';
import { logReady, sayReady, untilStopped } from './serve.ts';

type DevArguments = Extract<Arguments, { command: 'dev' }>;

/** Apart from what `serve` keeps: its spans are not for the real Weave, and its jobs are run by a stand-in beside the local one. */
const DEFAULTS = { 'weave.project': 'local/dev', 'queue.dir': '.otel-weave/dev', 'jobs.url': 'http://localhost' };

/** `otel-weave dev`: receives, and shows what came on a page of its own, until it is asked to stop. */
export async function dev(given: DevArguments, host: Host): Promise<void> {
  const { config, log } = prepare(given.config, { defaults: DEFAULTS, keyNeeded: false }, host);
  const service = await startDevService(config, { clock: host.clock, log });
  const { http, page } = service.addresses;
  sayReady(service.addresses, host);
  logReady(config, log);
  host.stderr.write(howToSend(http, page));
  if (given.sample) {
    const requests = await replaySamples(`http://${http}/v1/traces`);
    host.stderr.write(`Replayed ${requests} recorded requests.\n`);
  }
  await untilStopped(service, log, host);
}

function howToSend(http: string, page: string): string {
  return `
Send spans to it from anything that speaks OpenTelemetry:

  export OTEL_EXPORTER_OTLP_ENDPOINT=${reachable(`http://${http}`)}

and look at them here:

  ${reachable(page)}

Stop it with Ctrl-C.

`;
}

/** An address of all interfaces is none to send to. */
function reachable(url: string): string {
  return url.replace(/127\.0\.0\.1|0\.0\.0\.0|\[::1?\]/, 'localhost');
}
