/** Says an outcome that is no success as a gRPC status. */
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { boundedMessage, encodeAnswer } from './otlp-answer.ts';
import { OUTCOMES, type Outcome } from './outcomes.ts';

/**
 * Where the sender may come again, the status carries RetryInfo.
 * https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling
 */
export function statusOf(outcome: Outcome): StatusObject {
  const metadata = new Metadata();
  if (outcome.retryAfterMs !== null) metadata.set('grpc-status-details-bin', encodeAnswer(outcome, 'protobuf'));
  return { code: OUTCOMES[outcome.status].grpc, details: boundedMessage(outcome.message), metadata };
}
