import type { LogRecord } from '../core/log-record.ts';
import type { Span } from '../core/span.ts';

/** A span that is well-formed and still can be no call. */
export interface RejectedSpan {
  readonly name: string;
  /** Such as `trace id is missing`. */
  readonly reason: string;
}

export interface DecodedRequest {
  readonly status: 'ok';
  /** In the order they came. */
  readonly spans: readonly Span[];
  readonly rejected: readonly RejectedSpan[];
}

/** Where a decoder puts each span that it has read. */
export interface SpanLists {
  readonly spans: Span[];
  readonly rejected: RejectedSpan[];
}

export interface DecodedLogs {
  readonly status: 'ok';
  /** In the order they came. */
  readonly records: readonly LogRecord[];
}

/** A request that cannot be read. `message` is for the sender: what is wrong and where. It quotes nothing of the body. */
export interface Invalid {
  readonly status: 'invalid';
  readonly message: string;
}

export function invalid(message: string): Invalid {
  return { status: 'invalid', message };
}
