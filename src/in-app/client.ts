import type { AppSettings } from '../config/app-options.ts';
import { proxySecrets } from '../config/proxy.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import { untraced } from '../otel/untraced.ts';
import type { EndpointOutcome, Send } from '../send/outcome.ts';
import type { WeaveClient } from '../send/weave-client.ts';
import { VERSION } from '../version.ts';

/** Requests at the same time, over all projects. */
export const CONCURRENCY = 3;
/** Calls, and beside them starts and ends of live ones: neither keeps the other waiting. */
const MAX_SOCKETS = 2 * CONCURRENCY;
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** How long an older server is taken for one before it is asked again. */
export const RECHECK_ROUTE_MS = 10 * 60_000;

export interface AppClientDeps {
  readonly clock: Clock;
  readonly counters: Counters;
}

/** What a client is made of; all but the agents can be handed to another thread. */
export type AppClientSettings = Pick<AppSettings, 'url' | 'timeoutMillis' | 'headers' | 'proxyEnv' | 'ca' | 'agent'> & {
  readonly key: string | null;
};

/**
 * The Weave client, loaded with its first request: what loads `node:http` must come after the instrumentations of the
 * app, and an app that sends nothing needs none of it.
 */
export function createLazyClient(deps: AppClientDeps, settings: AppClientSettings): WeaveClient {
  let loading: Promise<WeaveClient> | undefined;
  let client: WeaveClient | undefined;

  async function load(): Promise<WeaveClient> {
    client = await createAppClient(deps, settings, { inBackground: true });
    return client;
  }

  function lazily(endpoint: Exclude<keyof WeaveClient, 'close'>): Send<EndpointOutcome> {
    return async (...request) => {
      try {
        // Each on its own: the app may set up its tracing after this client.
        return await untraced(async () => {
          loading ??= load();
          return (await loading)[endpoint](...request);
        });
      } catch (thrown) {
        loading = undefined;
        return { status: 'retry', reason: `the client cannot be loaded: ${messageOf(thrown)}` };
      }
    };
  }

  return {
    complete: lazily('complete'),
    upsertBatch: lazily('upsertBatch'),
    start: lazily('start'),
    end: lazily('end'),
    olderStart: lazily('olderStart'),
    olderEnd: lazily('olderEnd'),
    close: () => client?.close(),
  };
}

export async function createAppClient(
  deps: AppClientDeps,
  settings: AppClientSettings,
  { inBackground }: { readonly inBackground: boolean },
): Promise<WeaveClient> {
  const { createAgents } = await import('../send/agents.ts');
  const { createWeaveClient } = await import('../send/weave-client.ts');
  const { url, key, timeoutMillis, headers, proxyEnv, ca, agent } = settings;
  return createWeaveClient(deps, {
    url,
    apiKey: () => key,
    timeoutMs: timeoutMillis,
    userAgent: `otel-weave-bridge/${VERSION}`,
    maxSockets: MAX_SOCKETS,
    agents: { ...createAgents({ maxSockets: MAX_SOCKETS, proxyEnv, ca }), ...agent },
    headers,
    // A header of the app's own may be a key.
    secrets: [...proxySecrets(proxyEnv), ...Object.values(headers)],
    inBackground,
  });
}
