/** The process, as far as its end by SIGTERM is concerned. */
export interface TerminableProcess {
  readonly pid: number;
  on(signal: 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGTERM', listener: () => void): unknown;
  listenerCount(signal: 'SIGTERM'): number;
  kill(pid: number, signal: 'SIGTERM'): unknown;
}

export interface Flushable {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Delivers what there is when SIGTERM comes. An app that handles the signal itself goes on doing so, and ends when it
 * likes. One that does not would have ended at once: it does so after that, of the same signal.
 */
export function flushOnSigterm(host: TerminableProcess, { flush, shutdown }: Flushable): void {
  const onSigterm = (): void => {
    if (host.listenerCount('SIGTERM') > 1) {
      void flush();
      return;
    }
    void shutdown().then(() => {
      host.off('SIGTERM', onSigterm);
      if (host.listenerCount('SIGTERM') === 0) host.kill(host.pid, 'SIGTERM');
    });
  };
  host.on('SIGTERM', onSigterm);
}
