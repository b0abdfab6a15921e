import type { Answer } from './client.ts';
import { isRecord, parsedJson, serverError } from './server-error.ts';

/** A server may ask for patience, but for no more than this. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

/** What an answer means for the request: what has to be done next, not which status it was. */
export type Meaning =
  /** Done. `body` is its JSON. */
  | { readonly status: 'done'; readonly body: Readonly<Record<string, unknown>> }
  /** Surely not done; the same request again later. `afterMs`: what the server asked for. */
  | { readonly status: 'later'; readonly reason: string; readonly afterMs?: number }
  /** Perhaps done, perhaps not: no answer, or one of something in between. */
  | { readonly status: 'unclear'; readonly reason: string }
  /** Key, account or address are not accepted: a person has to correct that. */
  | { readonly status: 'held'; readonly httpStatus: number; readonly reason: string }
  /** Surely not done, and never will be. */
  | { readonly status: 'refused'; readonly httpStatus: number; readonly reason: string }
  /** The bridge stops. */
  | { readonly status: 'aborted' };

const HELD = new Set([401, 402, 403, 405, 407]);
const LATER = new Set([408, 425, 429]);

/** The one place that decides what a status or a failure means. */
export function meaningOf(answer: Answer): Meaning {
  switch (answer.status) {
    case 'aborted':
      return answer;
    case 'failed':
      return { status: answer.reached ? 'unclear' : 'later', reason: answer.reason };
    case 'answered': {
      const { httpStatus, body, retryAfter } = answer;
      if (httpStatus >= 200 && httpStatus < 300) return success(body);
      const said = serverError(body);
      const reason = said === undefined ? `HTTP ${httpStatus}` : `HTTP ${httpStatus}: ${said}`;
      if (LATER.has(httpStatus)) return { status: 'later', reason, ...afterMs(retryAfter) };
      if (httpStatus >= 500 && httpStatus !== 501) return { status: 'unclear', reason };
      return HELD.has(httpStatus) || httpStatus < 400
        ? { status: 'held', httpStatus, reason }
        : { status: 'refused', httpStatus, reason };
    }
  }
}

/** A login page or a captive portal also answers 200. */
function success(text: string): Meaning {
  const body = parsedJson(text);
  if (isRecord(body)) return { status: 'done', body };
  return { status: 'unclear', reason: 'answered 2xx, but not with JSON: is this the address of the API?' };
}

/** `Retry-After` in seconds; a date is not asked of the clock for so little. */
function afterMs(header: string | undefined): { readonly afterMs?: number } {
  if (header === undefined || !/^\d+(\.\d+)?$/.test(header)) return {};
  return { afterMs: Math.min(Number(header) * 1000, MAX_RETRY_AFTER_MS) };
}
