/** Spans of which it is known where their log records are. Beyond it the oldest is forgotten: its call may go without them. */
export const MAX_INDEXED_SPANS = 100_000;

/** Knows in which requests of the queue the log records of a span are. Spans and records meet by their join ids. */
export interface LogIndex {
  add(request: number, joinIds: readonly string[]): void;
  remove(request: number, joinIds: readonly string[]): void;
  of(joinId: string): Iterable<number>;
  isEmpty(): boolean;
}

export function createLogIndex(): LogIndex {
  const requests = new Map<string, Set<number>>();
  return {
    add(request, joinIds) {
      for (const id of joinIds) {
        requests.set(id, (requests.get(id) ?? new Set()).add(request));
        const [oldest] = requests.keys();
        if (requests.size > MAX_INDEXED_SPANS && oldest !== undefined) requests.delete(oldest);
      }
    },
    remove(request, joinIds) {
      for (const id of joinIds) {
        const known = requests.get(id);
        known?.delete(request);
        if (known?.size === 0) requests.delete(id);
      }
    },
    of: (joinId) => [...(requests.get(joinId) ?? [])],
    isEmpty: () => requests.size === 0,
  };
}
