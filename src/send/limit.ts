import type { Send } from './outcome.ts';

export interface LimitSettings {
  /** Requests on the wire at once, over all projects. */
  readonly concurrency: number;
}

/** Wraps any number of `Send`s so that together they have only so many requests on the wire; the rest wait in line. */
export type Limit = <Outcome>(send: Send<Outcome>) => Send<Outcome>;

export function createLimit(settings: LimitSettings): Limit {
  const waiting: (() => void)[] = [];
  let free = settings.concurrency;

  return (send) => async (project, calls, signal) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await send(project, calls, signal);
    } finally {
      // The place goes straight to the next one, so that no newcomer slips in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
