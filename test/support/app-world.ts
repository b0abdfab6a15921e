import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { Resource } from '@opentelemetry/resources';
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type LocalWeave, type LocalWeaveSettings, startLocalWeave } from '../../src/local/local-weave.ts';

export const PROJECT = 'acme/shop';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-app-'));
  afterwards(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any shape
export type StoredCall = Record<string, any>;

export interface Weave extends LocalWeave {
  /** Every row of the project, running calls included; a call that is there twice comes twice. */
  calls(): Promise<readonly StoredCall[]>;
  /** Resolves when the calls are as they should be. */
  until(isRight: (calls: readonly StoredCall[]) => boolean): Promise<readonly StoredCall[]>;
  /** How many requests of a route there have been, answered or not: `POST /call/end`. */
  requests(route: string): Promise<number>;
}

export async function startWeave(settings: Partial<LocalWeaveSettings> = {}): Promise<Weave> {
  const weave = await startLocalWeave(
    { clock: systemClock, log: silentLog },
    { host: '127.0.0.1', port: 0, file: ':memory:', ...settings },
  );
  afterwards(() => weave.close());

  async function calls(): Promise<readonly StoredCall[]> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ project_id: PROJECT });
    const answer = await fetch(`${weave.url}/calls/stream_query`, { method: 'POST', headers, body });
    return (await answer.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as StoredCall);
  }

  return {
    ...weave,
    calls,
    async until(isRight) {
      for (;;) {
        const found = await calls();
        if (isRight(found)) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async requests(route) {
      const stats = (await (await fetch(`${weave.url}/local/stats`)).json()) as {
        readonly requests: Readonly<Record<string, { readonly requests: number }>>;
      };
      return stats.requests[route]?.requests ?? 0;
    },
  };
}

export function tracerFor(processor: SpanProcessor, resource?: Resource) {
  const provider = new TracerProvider({ spanProcessors: [processor], ...(resource && { resource }) });
  return { provider, tracer: provider.getTracer('test') };
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
