import type { Send } from './outcome.ts';

export interface LimitDeps<Outcome> {
  readonly send: Send<Outcome>;
}

export interface LimitSettings {
  /** Requests on the wire at once, over all projects. */
  readonly concurrency: number;
}

/** Wraps a `Send` so that only so many requests are on the wire; the rest wait in the order they came. */
export function createLimit<Outcome>(deps: LimitDeps<Outcome>, settings: LimitSettings): Send<Outcome> {
  const waiting: (() => void)[] = [];
  let free = settings.concurrency;

  return async (project, calls, signal) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await deps.send(project, calls, signal);
    } finally {
      // The place goes straight to the next one, so that no newcomer slips in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
