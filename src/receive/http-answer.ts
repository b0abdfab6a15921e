/** Writes an outcome as an HTTP response. */
import type { ServerResponse } from 'node:http';
import type { ReplyForm } from './http-head.ts';
import { encodeAnswer } from './otlp-answer.ts';
import { OUTCOMES, type Outcome } from './outcomes.ts';

export interface ConnectionEnd {
  /** This is the last answer on its connection. */
  readonly closing: boolean;
  /** What the sender still has to send of its body will not come, or is not waited for. */
  readonly bodyEnded: boolean;
}

/** What a sender may try: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 */
const CHALLENGES = ['Bearer realm="otel-weave"', 'Basic realm="otel-weave", charset="UTF-8"'];

export function answer(
  response: ServerResponse,
  outcome: Outcome,
  reply: ReplyForm,
  { closing, bodyEnded }: ConnectionEnd,
): void {
  const body = encodeAnswer(outcome, reply.encoding);
  response.statusCode = OUTCOMES[outcome.status].http;
  response.setHeader('content-type', reply.contentType);
  response.setHeader('content-length', body.length);
  // Whole seconds; 0 would make senders come back at once.
  if (outcome.retryAfterMs !== null) {
    response.setHeader('retry-after', Math.max(1, Math.ceil(outcome.retryAfterMs / 1000)));
  }
  if (outcome.status === 'method_not_allowed') response.setHeader('allow', 'POST');
  if (outcome.status === 'unauthenticated') response.setHeader('www-authenticate', CHALLENGES);
  if (closing) response.setHeader('connection', 'close');

  if (bodyEnded || response.req.complete) {
    response.end(body);
    return;
  }
  // All of the answer, but not its end yet: ending it may close the connection, and a sender that is
  // still writing then sees a broken line instead of the answer. So the rest of the body is read and discarded.
  response.write(body);
  response.req.resume().once('close', () => response.end());
}
