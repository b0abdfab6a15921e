import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Call } from '../core/call.ts';
import type { AppClientSettings } from './client.ts';

/** Calls sent in the last moment: what takes longer to hand over than it may wait is left behind. */
export const MAX_LAST_BYTES = 8 * 1024 * 1024;

/** What a thread of its own gets to do while this one waits. */
export interface LastCall {
  readonly client: AppClientSettings;
  readonly calls: readonly Call[];
  /** Calls that are shown as running, as they end. */
  readonly cutOff: readonly Call[];
}

/** Handed over with it: 1 when all is sent or given up. */
export interface LastCallData extends LastCall {
  readonly done: Int32Array<SharedArrayBuffer>;
}

/**
 * Sends calls while the process is ending and its event loop no longer turns (`process.exit`, an exception that nobody
 * caught): a thread does it, and this one stands still until that is done or timeoutMs have passed. Never throws.
 */
export function sendLast(last: LastCall, timeoutMs: number): void {
  try {
    const file = workerFile();
    if (!existsSync(file)) return;
    const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData: LastCallData = { ...last, done };
    // Neither what the app preloads nor its output: the thread is none of the app's business.
    const worker = new Worker(file, { workerData, execArgv: [], env: {}, stdout: true, stderr: true });
    worker.on('error', () => undefined);
    Atomics.wait(done, 0, 0, timeoutMs);
  } catch {
    // No thread to be had, or an option that cannot be handed to one: the process ends as it would have.
  }
}

/** Beside this file, whether it runs as it was written or as it was built. In a bundle there is none. */
function workerFile(): URL {
  const name = /\/last-call(\.[jt]s)$/.exec(import.meta.url)?.[1];
  return new URL(`./last-call-worker${name ?? '.none'}`, import.meta.url);
}
