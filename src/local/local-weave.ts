/**
 * A Weave of one's own: the part of W&B Weave's HTTP API that the bridge uses, over SQLite, with a page to look at traces;
 * and beside it an API for batch inference, whose model is an echo.
 */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { CONTROL_PREFIX } from './api/control.ts';
import { createBatches } from './batch/batches.ts';
import { createFaults, type Faults } from './faults.ts';
import { createDispatch } from './http/dispatch.ts';
import { createGuard } from './http/guard.ts';
import { listen } from './http/listen.ts';
import { CLOSE_GRACE_MS, MAX_BODY_BYTES, MAX_ROW_BYTES } from './limits.ts';
import { missingPage } from './pages/missing-page.ts';
import { createRoutes } from './routes.ts';
import { createScoreLater } from './score-later.ts';
import { createStats } from './stats.ts';
import { openStore, type Store } from './store/store.ts';

export interface LocalWeaveDeps {
  readonly clock: Clock;
  readonly log: Log;
}

export interface LocalWeaveSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** A path, or `:memory:`. */
  readonly file: string;
  /** Requests must bring it as Basic authentication (user `api`). Null: no request is asked. */
  readonly apiKey?: string | null;
  /** Where an OTLP sender reaches the bridge: the page says so while it has nothing to show. */
  readonly otlpUrl?: () => string;
  readonly maxBodyBytes?: number;
  readonly maxRowBytes?: number;
}

export interface LocalWeave {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly faults: Faults;
  readonly store: Store;
  /** Answers requests under way for a moment, then drops them. Safe to call twice. */
  close(): Promise<void>;
}

/** Throws a BridgeError where the address or the file cannot be used. */
export async function startLocalWeave(deps: LocalWeaveDeps, settings: LocalWeaveSettings): Promise<LocalWeave> {
  const { clock, log } = deps;
  const store = openStore({ file: settings.file, maxRowBytes: settings.maxRowBytes ?? MAX_ROW_BYTES });
  const faults = createFaults(clock);
  const stats = createStats();
  const scoreLater = createScoreLater({ store, clock, faults });
  const batches = createBatches({ store, clock, faults });
  const closing = new AbortController();
  // Each request that waits or hangs listens to it: more than the ten that Node takes for a leak.
  setMaxListeners(0, closing.signal);
  const otlpUrl = settings.otlpUrl ?? (() => 'http://localhost:4318');
  const dispatch = createDispatch(
    {
      clock,
      log,
      faults,
      stats,
      routes: createRoutes({ clock, store, faults, stats, scoreLater, batches, otlpUrl }),
      missingPage,
      guard: createGuard(settings.host, settings.apiKey ?? null),
      closing: closing.signal,
    },
    { maxBodyBytes: settings.maxBodyBytes ?? MAX_BODY_BYTES, controlPrefix: CONTROL_PREFIX },
  );

  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = dispatch(request, response)
      .catch((error: unknown) => {
        log.error('local Weave: a request failed', { error: messageOf(error) });
        response.destroy();
      })
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  });

  let url: string;
  try {
    url = await listen(server, settings.host, settings.port);
  } catch (error) {
    store.close();
    throw error;
  }

  async function stop(): Promise<void> {
    closing.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    const grace = clock.after(CLOSE_GRACE_MS, () => server.closeAllConnections());
    await closed;
    grace.cancel();
    await Promise.all(underWay);
    scoreLater.close();
    store.close();
  }

  let stopped: Promise<void> | undefined;
  return {
    url,
    faults,
    store,
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}
