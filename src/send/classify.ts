import type { EndpointOutcome, SendOutcome } from './outcome.ts';
import { isRecord, parsed, serverMessage } from './server-message.ts';

/** What came back from one request, before it is judged. */
export type Answer =
  | {
      readonly status: 'answered';
      readonly httpStatus: number;
      readonly retryAfter: string | undefined;
      /** At most the client's limit of it. */
      readonly body: string;
    }
  /** No whole answer: `code` is Node's or got's, `httpStatus` is there when the headers still came. */
  | { readonly status: 'failed'; readonly code: string; readonly message: string; readonly httpStatus?: number };

const CHECK_KEY = 'Check weave.api_key (WANDB_API_KEY), and that it may write to this project.';
const CHECK_URL = 'Check weave.url, and that a Weave trace server answers there.';
const CHECK_PROXY = 'Check the proxy between the bridge and Weave.';

/** Client errors that are about the key, the account or the address, not about the calls, and what to do. */
const HELD: ReadonlyMap<number, string> = new Map([
  [401, CHECK_KEY],
  [402, 'Check the plan and the limits of this W&B account.'],
  [403, `${CHECK_KEY} An unknown project is answered like a forbidden one.`],
  [404, CHECK_URL],
  [405, CHECK_URL],
  [407, CHECK_PROXY],
  [410, CHECK_URL],
]);

/** Those of them that no request gets past, whatever its project. */
const OF_THE_SERVER = new Set([401, 407]);

/** Client errors that a later attempt with the same bytes may not meet again. */
const TRANSIENT = new Set([408, 425, 429]);

/** The connection was there, and ended. */
const BROKE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE']);
/** Node's words for one that was not there yet: nothing of the body had been sent. */
const NOT_YET_THERE = /before secure TLS connection was established/;

/** No TLS, a certificate that is not trusted, or a server that asks for another one: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE =
  /^(EPROTO$|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/;
const CHECK_TLS =
  'Check weave.url and the certificate of its server; weave.tls.ca_file (in an app: ca) names an authority of your own.';

/** What a proxy says to a request for a tunnel, in the message of Node's agent. */
const NO_TUNNEL = 'ERR_PROXY_TUNNEL';

/** What FastAPI says where no route has this path; Weave's own 404 tells what it did not find. */
const NO_ROUTE = 'Not Found';

/**
 * The one place that decides what a status or a failure means. `nowMs` (since the epoch) is what an HTTP-date is measured from.
 * Weave's statuses: https://github.com/wandb/weave/blob/master/weave/trace_server/errors.py
 */
export function classify(answer: Answer, nowMs: number): EndpointOutcome {
  // A 413 often comes while the body is still being sent, and the connection ends with it.
  if (answer.status === 'failed' && answer.httpStatus === 413) return { status: 'too_large', reason: 'HTTP 413' };
  if (answer.status === 'failed') return failure(answer);

  const { httpStatus } = answer;
  if (httpStatus >= 200 && httpStatus < 300) return success(answer.body);

  const message = serverMessage(answer.body);
  const reason = message === undefined ? `HTTP ${httpStatus}` : `HTTP ${httpStatus}: ${message}`;
  if (httpStatus === 413) return { status: 'too_large', reason };
  if (httpStatus === 404 && message === NO_ROUTE) return { status: 'no_route', reason, todo: CHECK_URL };
  if (httpStatus < 500 && !TRANSIENT.has(httpStatus)) return refusal(httpStatus, reason, answer.body);
  const afterMs = retryAfterMs(answer.retryAfter, nowMs);
  return afterMs === undefined ? { status: 'retry', reason } : { status: 'retry', reason, afterMs };
}

function failure({ code, message, httpStatus }: Extract<Answer, { status: 'failed' }>): EndpointOutcome {
  const said = message.replace(/\s+/g, ' ').trim();
  const reason = said.startsWith(code) ? said : `${code}: ${said}`;
  const todo = CERTIFICATE.test(code) ? CHECK_TLS : isTurnedAway(code, message) ? CHECK_PROXY : undefined;
  if (todo !== undefined) return { status: 'held', concerns: 'server', reason, todo };
  const broke = httpStatus === undefined && BROKE.has(code) && !NOT_YET_THERE.test(message);
  return { status: 'retry', reason, ...(broke && { broke }) };
}

/** By a proxy that wants another name or password, or does not let anybody go there. */
function isTurnedAway(code: string, message: string): boolean {
  return code === NO_TUNNEL && /\b4\d\d\b/.test(message);
}

function refusal(httpStatus: number, reason: string, body: string): EndpointOutcome {
  const todo = httpStatus < 400 ? CHECK_URL : HELD.get(httpStatus);
  if (todo !== undefined) {
    const concerns = OF_THE_SERVER.has(httpStatus) ? 'server' : 'project';
    return { status: 'held', httpStatus, concerns, reason, todo };
  }
  const answered = parsed(body);
  if (!isRecord(answered)) {
    // Weave says in JSON what is wrong with a call. This is a firewall or a proxy, and no reason to give a call up.
    return { status: 'held', httpStatus, concerns: 'project', reason, todo: CHECK_PROXY };
  }
  if (answered['error_code'] === 'CALLS_COMPLETE_MODE_REQUIRED') return { status: 'complete_only' };
  return { status: 'refused', httpStatus, reason };
}

/** A login page or a captive portal also answers 200: calls are forgotten only for an answer that can be Weave's. */
function success(body: string): SendOutcome {
  const answered = parsed(body);
  if (body === '' || (isRecord(answered) && !saysError(answered))) return { status: 'accepted' };
  if (isRecord(answered))
    return { status: 'retry', reason: `answered 2xx with an error: ${serverMessage(body) ?? ''}` };
  return { status: 'retry', reason: 'answered 2xx, but not with JSON: is weave.url the address of a Weave server?' };
}

/** Gateways do that. Weave says nothing of the kind with a 2xx. */
function saysError(answered: Readonly<Record<string, unknown>>): boolean {
  return ['error', 'errors', 'error_code', 'detail'].some((key) => Boolean(answered[key]));
}

/** `Retry-After` as seconds or as an HTTP-date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const dateMs = /^[A-Za-z]/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
