import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
/** Node's own notes are no output of ours. */
const QUIET = '--disable-warning=ExperimentalWarning';

export interface Exit {
  /** As a shell would say it: 128 + n for a signal that nobody caught. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** The JSON of the first line on stdout. Rejects where the process ends before. */
  ready(): Promise<Readonly<Record<string, string>>>;
  /** Resolves when stderr has held this text. */
  said(text: string): Promise<void>;
  readonly exit: Promise<Exit>;
}

export interface Bench {
  /** A folder of this test, which is also HOME. */
  readonly dir: string;
  /** Runs `otel-weave` with nothing of the machine's environment but PATH. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Child;
  /** Runs it to its end, with this on stdin. */
  run(
    args: readonly string[],
    more?: { env?: Readonly<Record<string, string>>; stdin?: string | Uint8Array },
  ): Promise<Exit>;
  /** Kills what still runs and removes the folder. */
  close(): Promise<void>;
}

export function createBench(): Bench {
  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-cli-'));
  const children: Child[] = [];

  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
    const spawned = spawn(process.execPath, [QUIET, MAIN, ...args], {
      cwd: dir,
      env: { PATH: process.env['PATH'], HOME: dir, ...COMPILE_CACHE, ...env },
    });
    const child = watch(spawned);
    children.push(child);
    return child;
  }

  return {
    dir,
    start,
    run(args, { env, stdin = '' } = {}) {
      const child = start(args, env);
      child.process.stdin.on('error', () => undefined);
      child.process.stdin.end(stdin);
      return child.exit;
    },
    async close() {
      for (const child of children) child.process.kill('SIGKILL');
      await Promise.all(children.map((child) => child.exit));
      rmSync(dir, { recursive: true });
    },
  };
}

function watch(child: ChildProcessWithoutNullStreams): Child {
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const look = () => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    look();
  });
  let ended = false;
  const exit = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => {
      ended = true;
      resolve({ code, signal, stdout, stderr });
      look();
    });
  });

  /** Resolves when `found` is true; rejects where the process ends before. */
  function until(found: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        if (!found() && !ended) return;
        watchers.delete(watcher);
        if (found()) resolve();
        else reject(new Error(`the process ended before ${what}:\n${stderr}`));
      };
      watchers.add(watcher);
      watcher();
    });
  }

  return {
    process: child,
    exit,
    said: (text) => until(() => stderr.includes(text), `it said "${text}"`),
    async ready() {
      await until(() => stdout.includes('\n'), 'it was ready');
      return JSON.parse(stdout.slice(0, stdout.indexOf('\n')));
    },
  };
}
