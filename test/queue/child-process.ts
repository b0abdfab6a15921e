import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const SCRIPT = fileURLToPath(new URL('child.ts', import.meta.url));

export interface Child {
  /** What it told so far. */
  readonly lines: readonly string[];
  /** Resolves when a line begins with this, or has been told already. */
  until(start: string): Promise<void>;
  untilLines(count: number): Promise<void>;
  write(text: string): void;
  /** Kills it as the kernel does, and resolves when all it told has been read. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  ended(): Promise<void>;
}

/** Starts child.ts; with `maxFileBlocks` under that limit of the shell's `ulimit -f`. */
export function startChild(command: string, dir: string, first = 1, maxFileBlocks?: number): Child {
  const args = ['--disable-warning=ExperimentalWarning', SCRIPT, command, dir, String(first)];
  const env = { ...process.env, ...COMPILE_CACHE };
  const child =
    maxFileBlocks === undefined
      ? spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
      : spawn('/bin/sh', ['-c', `ulimit -f ${maxFileBlocks}; exec "$0" "$@"`, process.execPath, ...args], {
          env,
          stdio: ['pipe', 'pipe', 'inherit'],
        });
  return follow(child);
}

function follow(
  child: ChildProcess & { readonly stdin: NodeJS.WritableStream; readonly stdout: NodeJS.ReadableStream },
) {
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  const ended = once(child, 'close');
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    for (const look of watchers) look();
  });

  function when(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!isSo()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      void ended.then(() => reject(new Error(`the child process ended after: ${lines.slice(-3).join(', ')}`)));
      look();
    });
  }

  return {
    lines,
    until: (start: string) => when(() => lines.some((line) => line.startsWith(start))),
    untilLines: (count: number) => when(() => lines.length >= count),
    write: (text: string) => void child.stdin.write(text),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async ended() {
      await ended;
    },
  } satisfies Child;
}
