import { type Clock, systemClock } from '../core/clock.ts';

/** With what a process is stopped: by its platform, and by whoever sits before it (Ctrl+C). */
export const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type Signal = (typeof SIGNALS)[number];

/** The process, as far as its end by a signal is concerned. */
export interface TerminableProcess {
  readonly pid: number;
  on(signal: Signal, listener: () => void): unknown;
  off(signal: Signal, listener: () => void): unknown;
  listenerCount(signal: Signal): number;
  kill(pid: number, signal: Signal): unknown;
}

export interface Flushable {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** `npm start` hands on a Ctrl+C that the app gets from the terminal, too: two at once are one. */
const ONE_SIGNAL_MS = 250;

export interface SignalDeps extends Flushable {
  readonly host: TerminableProcess;
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/**
 * Delivers what there is when a signal comes. An app that handles the signal itself goes on doing so, and ends when it
 * likes. One that does not would have ended at once: it does so after that, of the same signal, or when it comes again.
 */
export function flushOnSignals({ host, flush, shutdown, clock = systemClock }: SignalDeps): void {
  for (const signal of SIGNALS) {
    let firstMs: number | undefined;
    const end = (): void => {
      host.off(signal, onSignal);
      if (host.listenerCount(signal) === 0) host.kill(host.pid, signal);
    };
    const onSignal = (): void => {
      if (host.listenerCount(signal) > 1) {
        void flush();
        return;
      }
      const isAgain = firstMs !== undefined && clock.monotonic() - firstMs > ONE_SIGNAL_MS;
      firstMs ??= clock.monotonic();
      if (isAgain) end();
      else void shutdown().then(end);
    };
    host.on(signal, onSignal);
  }
}
