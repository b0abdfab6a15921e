/** Lets pages of other origins send from a browser: https://fetch.spec.whatwg.org/#http-cors-protocol */
import type { IncomingHttpHeaders } from 'node:http';

export interface CorsSettings {
  /** `https://app.example.com`; `*` stands for any text within. Empty: no page of another origin may send. */
  readonly allowedOrigins: readonly string[];
  /** Beside `content-type`, without which there is no OTLP; `*` stands for all. */
  readonly allowedHeaders: readonly string[];
  /** How long a browser remembers the answer; 0: as long as it likes. */
  readonly maxAgeMs: number;
}

export interface Cors {
  /** Whether a page may send that a request names as its origin. */
  allows(headers: IncomingHttpHeaders): boolean;
  /** For every answer to such a page: without them its script cannot read the answer. */
  readonly answerHeaders: (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;
  /** The answer to the question that a browser asks before it sends; undefined where this is no such question. */
  preflight(method: string | undefined, headers: IncomingHttpHeaders): Readonly<Record<string, string>> | undefined;
}

export function createCors({ allowedOrigins, allowedHeaders, maxAgeMs }: CorsSettings): Cors {
  const patterns = allowedOrigins.map(patternOf);
  const allows = ({ origin }: IncomingHttpHeaders) =>
    origin !== undefined && patterns.some((pattern) => pattern.test(origin));
  const vary = patterns.length === 0 ? {} : { vary: 'Origin' };

  /** No credentials are allowed: senders show keys in headers, and a cookie means nothing here. */
  function answerHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
    const { origin } = headers;
    return origin !== undefined && allows(headers) ? { ...vary, 'access-control-allow-origin': origin } : vary;
  }

  return {
    allows,
    answerHeaders,
    preflight(method, headers) {
      const asked = headers['access-control-request-method'];
      if (method !== 'OPTIONS' || asked === undefined || !allows(headers)) return undefined;
      const wanted = headers['access-control-request-headers'] ?? '';
      return {
        ...answerHeaders(headers),
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': allowedHeaders.includes('*')
          ? wanted
          : ['content-type', ...allowedHeaders].join(', '),
        ...(maxAgeMs > 0 && { 'access-control-max-age': String(Math.floor(maxAgeMs / 1000)) }),
      };
    },
  };
}

function patternOf(origin: string): RegExp {
  const parts = origin.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(origin === '*' ? '' : `^${parts.join('[^/]*')}$`, 'i');
}
