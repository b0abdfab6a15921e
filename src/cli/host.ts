import type { Readable, Writable } from 'node:stream';
import type { Sources } from '../config/sources.ts';
import type { Clock } from '../core/clock.ts';

/** The process, as far as a command may touch it. */
export interface Host {
  readonly clock: Clock;
  readonly sources: Sources;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly stop: AbortSignal;
}

/** Resolves when the process is asked to stop. */
export function stopAsked({ stop }: Host): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
