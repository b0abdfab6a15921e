/** Spans that are remembered. Beyond it the oldest is forgotten: its records count as unclaimed then, not as late. */
export const MAX_GONE = 10_000;

/** A span whose call went without log records. */
export interface GoneSpan {
  readonly kind: string;
  readonly why: 'no_records' | 'not_awaited' | 'crowded_out';
}

/** Remembers spans that went without log records, so that records that come too late are known as such. */
export interface GoneSpans {
  add(id: string, span: GoneSpan): void;
  find(id: string): GoneSpan | undefined;
  /** The span has come again. */
  forget(id: string): void;
}

export function createGoneSpans(): GoneSpans {
  const gone = new Map<string, GoneSpan>();
  return {
    add(id, span) {
      gone.set(id, span);
      const [oldest] = gone.keys();
      if (gone.size > MAX_GONE && oldest !== undefined) gone.delete(oldest);
    },
    find: (id) => gone.get(id),
    forget: (id) => void gone.delete(id),
  };
}
