/**
 * The one table of what a request may come to, and how each protocol says it.
 * https://opentelemetry.io/docs/specs/otlp/#failures and #failures-1
 */
import { status } from '@grpc/grpc-js';

interface OutcomeRow {
  readonly http: number;
  readonly grpc: status;
  /** How long the sender should wait where the outcome itself does not say; null: it must not send this again. */
  readonly retryAfterMs: number | null;
  /** Told where there is nothing more exact to say. */
  readonly message: string;
}

export const OUTCOMES = {
  success: { http: 200, grpc: status.OK, retryAfterMs: null, message: '' },
  partial_success: { http: 200, grpc: status.OK, retryAfterMs: null, message: 'Some spans were rejected.' },
  invalid: { http: 400, grpc: status.INVALID_ARGUMENT, retryAfterMs: null, message: 'The request is not valid OTLP.' },
  /** 400 as the Collector answers; gRPC asks for UNIMPLEMENTED. */
  unsupported_encoding: {
    http: 400,
    grpc: status.UNIMPLEMENTED,
    retryAfterMs: null,
    message: 'The compression is not supported: use gzip, deflate, zstd (HTTP only) or none.',
  },
  unauthenticated: {
    http: 401,
    grpc: status.UNAUTHENTICATED,
    retryAfterMs: null,
    message:
      'No valid key came with the request. Set the header `authorization`, or `wandb-api-key` where the bridge asks for one.',
  },
  forbidden: {
    http: 403,
    grpc: status.PERMISSION_DENIED,
    retryAfterMs: null,
    message: 'A web page reached this receiver under a foreign host name. Address it as localhost.',
  },
  not_found: {
    http: 404,
    grpc: status.UNIMPLEMENTED,
    retryAfterMs: null,
    message: 'No such path. Send OTLP to /v1/traces, /v1/logs or /v1/metrics.',
  },
  method_not_allowed: { http: 405, grpc: status.UNIMPLEMENTED, retryAfterMs: null, message: 'Use POST.' },
  too_large: {
    http: 413,
    // Not to be retried: OTLP allows that for RESOURCE_EXHAUSTED only with RetryInfo, which is not sent here.
    grpc: status.RESOURCE_EXHAUSTED,
    retryAfterMs: null,
    message: 'The request is larger than the receiver takes. Send fewer spans at a time.',
  },
  unsupported_media_type: {
    http: 415,
    grpc: status.INVALID_ARGUMENT,
    retryAfterMs: null,
    message: 'Set Content-Type to application/x-protobuf or application/json.',
  },
  full: { http: 429, grpc: status.UNAVAILABLE, retryAfterMs: 1_000, message: 'The queue is full. Try again.' },
  /** 503 and not 408: senders drop what was answered 408, and it was the line that was slow, not the request. */
  too_slow: {
    http: 503,
    grpc: status.DEADLINE_EXCEEDED,
    retryAfterMs: 1_000,
    message: 'The request did not arrive in time. Try again.',
  },
  overloaded: {
    http: 503,
    grpc: status.UNAVAILABLE,
    retryAfterMs: 1_000,
    message: 'Too many requests are being received at once. Try again.',
  },
  unavailable: {
    http: 503,
    grpc: status.UNAVAILABLE,
    retryAfterMs: 1_000,
    message: 'The bridge is stopping. Try again.',
  },
  internal: {
    http: 500,
    grpc: status.INTERNAL,
    retryAfterMs: null,
    message: 'The bridge failed on this request; its log says why.',
  },
} as const satisfies Readonly<Record<string, OutcomeRow>>;

export type OutcomeStatus = keyof typeof OUTCOMES;

export interface Outcome {
  readonly status: OutcomeStatus;
  /** For the developer who reads the sender's log. */
  readonly message: string;
  /** How many spans of the request can never be accepted. */
  readonly rejected: number;
  /** null: the sender must not send this again. */
  readonly retryAfterMs: number | null;
}

/** An outcome as the table has it, and what this request adds to that. */
export function outcomeOf(status: OutcomeStatus, more: Partial<Omit<Outcome, 'status'>> = {}): Outcome {
  const { message, retryAfterMs } = OUTCOMES[status];
  return { status, message, retryAfterMs, rejected: 0, ...more };
}
