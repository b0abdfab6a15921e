/** Spans of which it is known where their log records are. Beyond it the oldest is forgotten: its call may go without them. */
export const MAX_INDEXED_SPANS = 100_000;

interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Knows in which requests of the queue the log records of a span are. */
export interface LogIndex {
  add(request: number, spans: readonly SpanIds[]): void;
  remove(request: number, spans: readonly SpanIds[]): void;
  of(span: SpanIds): Iterable<number>;
}

export function createLogIndex(): LogIndex {
  const requests = new Map<string, Set<number>>();
  return {
    add(request, spans) {
      for (const span of spans) {
        const key = keyOf(span);
        requests.set(key, (requests.get(key) ?? new Set()).add(request));
        const [oldest] = requests.keys();
        if (requests.size > MAX_INDEXED_SPANS && oldest !== undefined) requests.delete(oldest);
      }
    },
    remove(request, spans) {
      for (const span of spans) {
        const key = keyOf(span);
        const known = requests.get(key);
        known?.delete(request);
        if (known?.size === 0) requests.delete(key);
      }
    },
    of: (span) => [...(requests.get(keyOf(span)) ?? [])],
  };
}

const keyOf = ({ traceId, spanId }: SpanIds): string => traceId + spanId;
