import { once } from 'node:events';
import type { Host } from './host.ts';

export interface Printer {
  /** Writes one line to stdout, and waits for a reader that is slow. */
  print(json: Buffer): Promise<void>;
  /** Aborts when there is no reader any more, as behind `| head`, or when the process is asked to stop. */
  readonly signal: AbortSignal;
}

export function createPrinter({ stdout, stop }: Host): Printer {
  const readerGone = new AbortController();
  stdout.on('error', () => readerGone.abort());
  const signal = AbortSignal.any([stop, readerGone.signal]);
  return {
    signal,
    async print(json) {
      if (signal.aborted) return;
      const goOn = stdout.write(Buffer.concat([json, Buffer.from('\n')]));
      if (!goOn) await once(stdout, 'drain', { signal }).catch(() => undefined);
    },
  };
}
