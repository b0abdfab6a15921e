import type { LogRecord } from '../core/log-record.ts';
import type { Resource, Scope, Span } from '../core/span.ts';

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

/** What the records of one group share. */
export interface Shared {
  readonly resource: Resource;
  readonly scope: Scope;
  /** Whether a value in them is nested too deeply: no record can have them whole. */
  readonly tooDeep: boolean;
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
