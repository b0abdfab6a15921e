import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterwards } from './app-world.ts';
import { COMPILE_CACHE } from './compile-cache.ts';

const APPS = resolve(import.meta.dirname, '../otel/apps');
const SOURCE = resolve(import.meta.dirname, '../../src/index.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface RunningApp {
  readonly child: ChildProcess;
  /** Resolves when it has printed that. */
  printed(text: string): Promise<void>;
  ended(): Promise<Ended>;
}

export type AppFormat = 'esm' | 'cjs';

/** Where an app finds its packages: the sources of this repository, unless a test has installed others. */
export interface AppPackages {
  readonly dir?: string;
  readonly sdk?: string;
  readonly bridge?: string;
}

/** Starts `test/otel/apps/app.*`. `app` is what it is told by the environment. */
export function startTracedApp(format: AppFormat, app: object, packages: AppPackages = {}): RunningApp {
  const { dir = APPS, sdk = '@opentelemetry/sdk-trace', bridge } = packages;
  const source = format === 'esm' ? pathToFileURL(SOURCE).href : SOURCE;
  return startApp([resolve(dir, `app.${format === 'esm' ? 'mjs' : 'cjs'}`)], {
    APP: JSON.stringify(app),
    SDK: sdk,
    BRIDGE: bridge ?? source,
  });
}

/** Starts Node with nothing of the environment but what is given, so that no setting of the machine counts. */
export function startApp(args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string): RunningApp {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nowhere', ...COMPILE_CACHE, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  afterwards(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk;
      for (const look of watchers) look();
    });
  }
  const closed = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...output,
    tookMs: performance.now() - startMs,
  }));
  return {
    child,
    ended: () => closed,
    printed(text) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!output.stdout.includes(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void closed.then(({ stderr }) => reject(new Error(`ended before it printed ${text}: ${stderr}`)));
      });
    },
  };
}
