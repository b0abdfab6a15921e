/** The two messages a receiver answers with, in both encodings. They are the same for all signals. */
import protobuf from 'protobufjs/minimal.js';
import type { Encoding } from '../core/ports.ts';
import { OUTCOMES, type Outcome } from './outcomes.ts';

/** Bytes of UTF-8. Small enough for gRPC, which repeats it percent-encoded in headers that clients cap at 8 KiB. */
export const MAX_MESSAGE_BYTES = 1024;

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** The body of an answer: an export response for a success, a google.rpc.Status for anything else. */
export function encodeAnswer(outcome: Outcome, encoding: Encoding): Buffer {
  if (encoding === 'protobuf') {
    return Buffer.from(isSuccess(outcome) ? protobufResponse(outcome) : protobufStatus(outcome));
  }
  return Buffer.from(JSON.stringify(isSuccess(outcome) ? jsonResponse(outcome) : jsonStatus(outcome)));
}

/** Whether the sender is told that it succeeded. */
export function isSuccess(outcome: Outcome): boolean {
  return OUTCOMES[outcome.status].http === 200;
}

/** A message that is safe to send: well-formed and bounded. */
export function boundedMessage(message: string): string {
  return Buffer.from(message).subarray(0, MAX_MESSAGE_BYTES).toString();
}

/** ExportTraceServiceResponse: partial_success = 1 {rejected_spans = 1, error_message = 2}, left unset on full success. */
function protobufResponse(outcome: Outcome): Uint8Array {
  const writer = protobuf.Writer.create();
  if (outcome.status === 'success') return writer.finish();
  writer.uint32(10).fork();
  if (outcome.rejected > 0) writer.uint32(8).int64(outcome.rejected);
  return writer.uint32(18).string(boundedMessage(outcome.message)).ldelim().finish();
}

function jsonResponse(outcome: Outcome): object {
  if (outcome.status === 'success') return {};
  // 64-bit integers are strings in proto3 JSON.
  return {
    partialSuccess: { rejectedSpans: String(outcome.rejected), errorMessage: boundedMessage(outcome.message) },
  };
}

/**
 * google.rpc.Status: code = 1, message = 2, details = 3 (Any: type_url = 1, value = 2).
 * The detail is RetryInfo: retry_delay = 1 (Duration: seconds = 1, nanos = 2).
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto
 */
function protobufStatus(outcome: Outcome): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(8).int32(OUTCOMES[outcome.status].grpc);
  writer.uint32(18).string(boundedMessage(outcome.message));
  if (outcome.retryAfterMs !== null) {
    const seconds = Math.floor(outcome.retryAfterMs / 1000);
    const nanos = Math.round((outcome.retryAfterMs % 1000) * 1e6);
    writer.uint32(26).fork().uint32(10).string(RETRY_INFO);
    writer.uint32(18).fork().uint32(10).fork();
    writer.uint32(8).int64(seconds).uint32(16).int32(nanos);
    writer.ldelim().ldelim().ldelim();
  }
  return writer.finish();
}

function jsonStatus(outcome: Outcome): object {
  return {
    code: OUTCOMES[outcome.status].grpc,
    message: boundedMessage(outcome.message),
    ...(outcome.retryAfterMs !== null && {
      details: [{ '@type': RETRY_INFO, retryDelay: `${outcome.retryAfterMs / 1000}s` }],
    }),
  };
}
