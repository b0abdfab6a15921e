import type { Send } from './outcome.ts';

export interface LimitDeps {
  readonly send: Send;
}

export interface LimitSettings {
  /** Requests on the wire at once, over all projects. */
  readonly concurrency: number;
}

/**
 * Wraps a `Send` so that only so many requests are on the wire; the rest wait in the order they came.
 * It goes inside of retry: a request that waits for its next attempt takes no place.
 */
export function createLimit(deps: LimitDeps, settings: LimitSettings): Send {
  const waiting: (() => void)[] = [];
  let free = settings.concurrency;

  return async (project, body, signal) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await deps.send(project, body, signal);
    } finally {
      // The place goes straight to the next one, so that no newcomer slips in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
