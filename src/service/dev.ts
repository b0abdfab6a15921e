import { join } from 'node:path';
import type { Config } from '../config/options.ts';
import { systemClock } from '../core/clock.ts';
import { silentLog } from '../core/log.ts';
import { makeDir } from '../core/make-dir.ts';
import { startLocalWeave } from '../local/local-weave.ts';
import { bind } from './bind.ts';
import { type Addresses, type ServiceDeps, type StopReport, startService } from './service.ts';

/** The local Weave's store, beside the queue. */
const STORE_FILE = 'weave.db';

export interface DevService {
  readonly addresses: Addresses & {
    /** Base URL of the local Weave's API. */
    readonly weave: string;
    /** The page to look at traces. */
    readonly page: string;
  };
  close(): Promise<StopReport>;
}

/** Starts the sidecar together with a Weave of its own, which is where everything goes, whatever `weave.url` and `jobs.url` say. */
export async function startDevService(config: Config, deps: ServiceDeps = {}): Promise<DevService> {
  const { clock = systemClock, log = silentLog } = deps;
  makeDir(config.queue.dir);
  // The local Weave starts first, since everything goes there: the receiver's port is known only later.
  let otlpPort = String(config.receive.http.endpoint.port);
  const settings = { file: join(config.queue.dir, STORE_FILE), otlpUrl: () => `http://localhost:${otlpPort}` };
  const local = await bind('local.endpoint', config.local.endpoint, (at) =>
    startLocalWeave({ clock, log }, { ...settings, ...at }),
  );
  try {
    const service = await startService(
      {
        ...config,
        weave: { ...config.weave, url: local.url, api_key: undefined },
        jobs: { ...config.jobs, url: local.url, api_key: undefined },
      },
      deps,
    );
    otlpPort = service.addresses.http.slice(service.addresses.http.lastIndexOf(':') + 1);
    return {
      addresses: { ...service.addresses, weave: local.url, page: `${local.url}/` },
      async close() {
        const report = await service.close();
        await local.close();
        return report;
      },
    };
  } catch (thrown) {
    await local.close();
    throw thrown;
  }
}
