export interface Bell {
  /** Resolves at the next ring, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** Wakes all who wait. */
  ring(): void;
}

export function createBell(): Bell {
  const sleepers = new Set<() => void>();
  return {
    wait(signal) {
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        sleepers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
        if (signal.aborted) wake();
      });
    },
    ring() {
      for (const wake of sleepers) wake();
    },
  };
}
