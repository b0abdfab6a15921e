import type { Problem, Setting } from './given.ts';

import { formatDuration, formatSize } from './units.ts';

/** Pairs of options of which the first must not be larger than the second. */
const ORDERED = [
  { small: 'retry.initial', large: 'retry.max', format: formatDuration, why: 'waits only grow' },
  { small: 'receive.max_body', large: 'queue.max_size', format: formatSize, why: 'a request must fit into the queue' },
] as const;

/** Checks what no option can know alone. */
export function misordered(settings: ReadonlyMap<string, Setting>): readonly Problem[] {
  return ORDERED.flatMap(({ small, large, format, why }) => {
    const lower = settings.get(small);
    const upper = settings.get(large);
    if (typeof lower?.value !== 'number' || typeof upper?.value !== 'number' || lower.value <= upper.value) return [];
    const message = `${small} (${format(lower.value)}) is larger than ${large} (${format(upper.value)}): ${why}`;
    return [{ place: `${lower.place}, ${upper.place}`, message }];
  });
}
