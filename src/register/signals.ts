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

/**
 * Delivers what there is when a signal comes. An app that handles the signal itself goes on doing so, and ends when it
 * likes. One that does not would have ended at once: it does so after that, of the same signal. A signal that comes again
 * meanwhile changes nothing: `npm start` hands on a Ctrl+C that the app gets from the terminal, too.
 */
export function flushOnSignals(host: TerminableProcess, { flush, shutdown }: Flushable): void {
  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      if (host.listenerCount(signal) > 1) {
        void flush();
        return;
      }
      void shutdown().then(() => {
        host.off(signal, onSignal);
        if (host.listenerCount(signal) === 0) host.kill(host.pid, signal);
      });
    };
    host.on(signal, onSignal);
  }
}
