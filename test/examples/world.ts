import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { startModelStandIn } from '../../examples/model-stand-in/model-stand-in.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { startDevService } from '../../src/service/dev.ts';
import { afterwards, type StoredCall, tempDir } from '../support/app-world.ts';
import { NPM_PATH } from '../support/npm.ts';

/** For what an app hands over when it ends; the sidecar sends it on a moment later. */
const DELIVERY_MS = 20_000;

/** What `npm start` of this repository starts, and the stand-in for the model. */
export async function startWorld() {
  const endpoints = ['receive.http.endpoint', 'receive.grpc.endpoint', 'telemetry.health', 'telemetry.metrics'];
  const set = [...endpoints, 'local.endpoint'].map((option) => `${option}=localhost:0`);
  const nothing = { env: {}, netrcFile: '', readText: () => '' };
  const given = { set: [...set, `queue.dir=${tempDir()}`, 'weave.project=local/dev'], keyNeeded: false };
  const service = await startDevService(loadConfig(given, nothing).config, { clock: systemClock, log: silentLog });
  afterwards(() => service.close());
  const model = await startModelStandIn({ port: 0 });
  afterwards(() => model.close());
  const { weave, http } = service.addresses;

  async function calls(): Promise<readonly StoredCall[]> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ project_id: 'local/dev', limit: 10_000 });
    const answer = await fetch(`${weave}/calls/stream_query`, { method: 'POST', headers, body });
    const lines = (await answer.text()).split('\n').filter(Boolean);
    return lines
      .map((line) => JSON.parse(line) as StoredCall)
      .sort((a, b) => (a['started_at'] < b['started_at'] ? -1 : 1));
  }

  return {
    model,
    otlp: `http://${http}`,
    calls,
    /** Resolves with the calls when they are as they should be, or as they are when that takes too long. */
    async until(isRight: (calls: readonly StoredCall[]) => boolean): Promise<readonly StoredCall[]> {
      const untilMs = systemClock.monotonic() + DELIVERY_MS;
      for (;;) {
        const found = await calls();
        if (isRight(found) || systemClock.monotonic() > untilMs) return found;
        await systemClock.sleep(50);
      }
    },
    /** In place of what an example's `local.env` says, where the ports are others. */
    env: { WF_TRACE_SERVER_URL: weave, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${http}`, OPENAI_BASE_URL: model.url },
  };
}

export interface Running {
  /** Resolves with the match when it has printed that. */
  printed(pattern: RegExp): Promise<string>;
  /** As a terminal does it: every process of it gets the signal. */
  stop(signal: NodeJS.Signals): void;
  /** What it printed, stdout and stderr, when it has ended. */
  ended(): Promise<string>;
}

/** Runs a command in an example's folder, with nothing of this process's environment. */
export function run(command: string, dir: string, env: Readonly<Record<string, string>>): Running {
  const child: ChildProcess = spawn(command, {
    cwd: dir,
    shell: true,
    detached: true,
    env: { HOME: process.env['HOME'], NEXT_TELEMETRY_DISABLED: '1', ...env, PATH: NPM_PATH },
  });
  let output = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
      for (const look of watchers) look();
    });
  }
  const closed = once(child, 'close').then(() => output);
  const stop = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), signal);
  };
  afterwards(() => stop('SIGKILL'));
  return {
    stop,
    ended: () => closed,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found) resolve(found[1] ?? found[0]);
        };
        watchers.add(look);
        look();
        void closed.then(() => reject(new Error(`ended before it printed ${pattern}: ${output}`)));
      }),
  };
}
