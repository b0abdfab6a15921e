import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { BridgeError } from '../core/errors.ts';
import { partsOf } from '../core/lane.ts';
import type { Accept } from '../core/ports.ts';
import { createOwnTraces, type OwnTraces, type OwnTracesDeps } from '../observe/own-traces.ts';
import type { Send, SendOutcome } from '../send/outcome.ts';
import { VERSION } from '../version.ts';

/** Spans of the bridge's own work around the two ends of it. */
export interface Tracing {
  accept(accept: Accept): Accept;
  send(send: Send<SendOutcome>): Send<SendOutcome>;
  /** Rejects with CONFIG_INVALID where the spans would come back to one of these addresses of the bridge, `host:port` each. */
  refuseCircle(own: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The addresses that a name stands for. Rejects where there are none. */
export type Resolve = (name: string) => Promise<readonly { readonly address: string }[]>;

const byName: Resolve = (name) => lookup(name, { all: true });

/** Without an endpoint nothing is traced, and nothing is around anything. */
export function createTracing(deps: OwnTracesDeps, endpoint: string | undefined, resolve = byName): Tracing {
  if (endpoint === undefined) {
    return {
      accept: (accept) => accept,
      send: (send) => send,
      refuseCircle: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }
  const traces: OwnTraces = createOwnTraces(deps, { endpoint, version: VERSION });
  const { clock } = deps;
  return {
    accept: (accept) => async (request) => {
      const startedMs = clock.monotonic();
      const { signal, encoding, spans, body } = request;
      const outcome = await accept(request);
      const error = outcome.status === 'accepted' ? undefined : outcome.status;
      traces.note({
        name: 'receive',
        startedMs,
        attributes: { signal, encoding, spans, bytes: body.byteLength },
        error,
      });
      return outcome;
    },
    send: (send) => async (lane, calls, signal) => {
      const startedMs = clock.monotonic();
      const outcome = await send(lane, calls, signal);
      const { project } = partsOf(lane);
      const error = 'reason' in outcome ? outcome.reason : undefined;
      const attributes = { project, calls: calls.length, outcome: outcome.status };
      traces.note({ name: 'deliver', startedMs, attributes, error });
      return outcome;
    },
    async refuseCircle(own) {
      const { hostname: host, port, protocol } = new URL(endpoint);
      const asked = port || (protocol === 'https:' ? '443' : '80');
      const circle = own.find((address) => address.endsWith(`:${asked}`));
      if (circle === undefined || !(await leadsHere(host, resolve))) return;
      throw new BridgeError(
        'CONFIG_INVALID',
        `telemetry.traces.endpoint is ${endpoint}, where this bridge itself receives (${circle}): its spans would be about each other.`,
      );
    },
    close: traces.close,
  };
}

/** By itself, or by a name: in a container the name of the service is its own. */
async function leadsHere(host: string, resolve: Resolve): Promise<boolean> {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isThisMachine(bare)) return true;
  const found = await resolve(bare).catch(() => []);
  return found.some(({ address }) => isThisMachine(address));
}

function isThisMachine(bare: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
  return ['localhost', '0.0.0.0', '::', '::1', hostname().toLowerCase(), ...own].includes(bare) || /^127\./.test(bare);
}
