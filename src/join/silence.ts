import { type Span, STATUS_ERROR } from '../core/span.ts';

/** So many spans of a kind in a row have waited in vain before the next ones are not waited for. */
export const VAIN_WAITS = 100;
/** Kinds of spans that are remembered; of a forgotten one nothing is known, so that its spans wait again. */
export const MAX_KINDS = 1000;

/**
 * Learns which spans never get log records: most instrumentations write none, and those that do may be told not to.
 * Spans of one service, scope and name are of one kind. A kind is silent when VAIN_WAITS of its spans in a row have
 * waited in vain, until a record for one of them comes. What it knows ends with the process.
 */
export interface Silence {
  isSilent(kind: string): boolean;
  /** A span of this kind has waited its full time, and nothing came. */
  inVain(kind: string, span: Span): void;
  /** A record of such a span has come. */
  heard(kind: string): void;
}

export function kindOf({ resource, scope, name }: Span): string {
  return JSON.stringify([String(resource.attributes.get('service.name') ?? ''), scope.name, name]);
}

export function createSilence(): Silence {
  const waits = new Map<string, number>();
  return {
    isSilent: (kind) => (waits.get(kind) ?? 0) >= VAIN_WAITS,
    inVain(kind, { status }) {
      // A call that failed may have had nothing to log, while others of its kind have.
      if (status.code === STATUS_ERROR) return;
      const before = waits.get(kind) ?? 0;
      waits.delete(kind);
      waits.set(kind, before + 1);
      const [oldest] = waits.keys();
      if (waits.size > MAX_KINDS && oldest !== undefined) waits.delete(oldest);
    },
    heard(kind) {
      waits.delete(kind);
    },
  };
}
