import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Call } from '../core/call.ts';
import { MAX_STRETCH } from './awake.ts';
import type { AppClientSettings } from './client.ts';

/** Calls sent in the last moment: what takes longer to hand over than it may wait is left behind. */
export const MAX_LAST_BYTES = 24 * 1024 * 1024;

/** What a thread of its own gets to do while this one waits. */
export interface LastCall {
  readonly client: AppClientSettings;
  readonly calls: readonly Call[];
  /** Calls that are shown as running, as they end. */
  readonly cutOff: readonly Call[];
}

/** What the thread tells meanwhile, by its place in `told`. */
export const STAGE = 0;
export const TAKEN = 1;
/** A thread that has not come so far is still loading its client. */
export const SENDING = 1;
export const DONE = 2;

/** Handed over with it. */
export interface LastCallData extends LastCall {
  /** How far it is, and how many of `calls` Weave has taken. */
  readonly told: Int32Array<SharedArrayBuffer>;
}

/**
 * Sends calls while the process is ending and its event loop no longer turns (`process.exit`, an exception that nobody
 * caught): a thread does it, and this one stands still until that is done, or until Weave has not taken them for timeoutMs.
 * A machine that is too busy to start the thread in that time gets some more. How many of `calls` Weave has taken. Never
 * throws.
 */
export function sendLast(last: LastCall, timeoutMs: number): number {
  try {
    const file = workerFile();
    if (!existsSync(file)) return 0;
    const told = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
    const workerData: LastCallData = { ...last, told };
    // Neither what the app preloads nor its output: the thread is none of the app's business.
    const worker = new Worker(file, { workerData, execArgv: [], env: {}, stdout: true, stderr: true });
    worker.on('error', () => undefined);
    Atomics.wait(told, STAGE, 0, timeoutMs * MAX_STRETCH);
    Atomics.wait(told, STAGE, SENDING, timeoutMs);
    return Atomics.load(told, TAKEN);
  } catch {
    return 0; // No thread to be had, or an option that cannot be handed to one: the process ends as it would have.
  }
}

/** Beside this file, whether it runs as it was written or as it was built. In a bundle there is none. */
function workerFile(): URL {
  const name = /\/last-call(\.[jt]s)$/.exec(import.meta.url)?.[1];
  return new URL(`./last-call-worker${name ?? '.none'}`, import.meta.url);
}
