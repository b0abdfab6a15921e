import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A process under measurement. */
export interface Measured {
  /** The JSON object that it printed first. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** CPU that all its threads have used so far, in seconds. */
  cpuSeconds(): number;
  /** The memory that it occupies now, in MiB. */
  rssMib(): number;
  /** The most memory that it ever occupied, in MiB. */
  peakRssMib(): number;
  stop(): Promise<void>;
}

/** As the first line of cli/main.ts has them, which is not read where Node starts a script. */
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'];

/** Starts a Node script and waits for its first line. */
export async function startProcess(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const child = spawn(process.execPath, [...NODE_FLAGS, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ready: await firstLine(child),
    cpuSeconds: () => ticksOf(child) / TICKS_A_SECOND,
    rssMib: () => memoryMib(child, 'VmRSS'),
    peakRssMib: () => memoryMib(child, 'VmHWM'),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  if (!child.stdout) throw new Error('the process has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume();
    return JSON.parse(line);
  }
  throw new Error(`the process ended before it was ready, with code ${child.exitCode}`);
}

const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function memoryMib(child: ChildProcess, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** utime + stime of /proc/PID/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function ticksOf(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
