import { type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import got, { RequestError, TimeoutError } from 'got';
import { messageOf } from '../../core/errors.ts';
import { hide } from '../../core/hide.ts';
import { type Form, multipartOf } from './multipart.ts';

/** Of an answer that is held in memory. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** A server that does not even take the connection for this long is not there. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface ClientSettings {
  /** Without a slash at the end. */
  readonly url: string;
  /** Asked for each request: what the Authorization header says; null: none is sent. */
  readonly authorization: () => string | null;
  /** For a whole request; an upload or download may take as long between two pieces. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly maxSockets: number;
  /** In place of agents of its own; closed with the client. */
  readonly agents?: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True: a request under way does not keep the process alive. */
  readonly inBackground?: boolean;
}

/** What came back from one request, before it is judged. */
export type Answer =
  | {
      readonly status: 'answered';
      readonly httpStatus: number;
      readonly retryAfter: string | undefined;
      readonly body: string;
    }
  /** No whole answer. `reached` is false where the request surely never got to the server. */
  | { readonly status: 'failed'; readonly reason: string; readonly reached: boolean }
  | { readonly status: 'aborted' };

export type Download =
  | { readonly status: 'open'; readonly stream: Readable }
  | { readonly status: 'refused'; readonly answer: Answer };

/** Every request is sent once: no retries, no redirects. What happens on the way is answered, and rejects nothing. */
export interface Client {
  get(path: string, signal: AbortSignal): Promise<Answer>;
  /** `undefined` sends no body. */
  post(path: string, json: unknown, signal: AbortSignal): Promise<Answer>;
  /** Rejects where the file of the form is not there. */
  upload(path: string, form: Form, signal: AbortSignal): Promise<Answer>;
  /** A body of any size. Whoever reads the stream must expect it to break. */
  download(path: string, signal: AbortSignal): Promise<Download>;
  /** Closes idle connections. */
  close(): void;
}

export function createClient(settings: ClientSettings): Client {
  const agent = settings.agents ?? {
    http: new HttpAgent({ keepAlive: true, maxSockets: settings.maxSockets }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: settings.maxSockets }),
  };
  const connect = Math.min(CONNECT_TIMEOUT_MS, settings.timeoutMs);
  const http = got.extend({
    agent,
    prefixUrl: settings.url,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: { connect, lookup: connect, secureConnect: connect },
    headers: { ...settings.headers, 'user-agent': settings.userAgent },
    hooks: {
      beforeRequest: [
        (options) => {
          const authorization = settings.authorization();
          if (authorization !== null) options.headers['authorization'] = authorization;
        },
      ],
    },
  });
  const asWhole = { timeout: { request: settings.timeoutMs } };
  /** Large bodies take their time: only silence is a failure. */
  const inPieces = { timeout: { socket: settings.timeoutMs } };

  async function send(request: () => Readable & Pick<ReturnType<typeof http.stream>, 'response'>): Promise<Answer> {
    const stream = request();
    if (settings.inBackground) stream.on('request', letGo);
    try {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) return { status: 'failed', reason: 'the answer is too large', reached: true };
      }
      const { response } = stream;
      if (!response) return { status: 'aborted' };
      return {
        status: 'answered',
        httpStatus: response.statusCode,
        retryAfter: response.headers['retry-after'],
        body: hide(Buffer.concat(chunks).toString(), secretsOf(settings.authorization())),
      };
    } catch (thrown) {
      return failure(thrown);
    } finally {
      stream.destroy();
    }
  }

  return {
    get: (path, signal) => send(() => http.stream.get(path, { signal, ...asWhole })),
    post: (path, json, signal) =>
      send(() => {
        const headers = { 'content-type': 'application/json' };
        if (json !== undefined)
          return http.stream.post(path, { body: JSON.stringify(json), headers, signal, ...asWhole });
        // A stream without a body waits for somebody to write one.
        const stream = http.stream.post(path, { signal, ...asWhole });
        stream.end();
        return stream;
      }),
    async upload(path, form, signal) {
      const { headers, body } = await multipartOf(form);
      return send(() => http.stream.post(path, { body, headers, signal, ...inPieces }));
    },
    async download(path, signal) {
      const stream = http.stream.get(path, { signal, ...inPieces });
      try {
        const { promise, resolve, reject } = Promise.withResolvers<number>();
        stream.once('response', ({ statusCode }: { readonly statusCode: number }) => resolve(statusCode));
        stream.once('error', reject);
        const httpStatus = await promise;
        // Whoever reads the stream is told what happens to it; until then nobody else listens.
        stream.on('error', () => undefined);
        if (httpStatus === 200) return { status: 'open', stream };
        return { status: 'refused', answer: await send(() => stream) };
      } catch (thrown) {
        stream.destroy();
        return { status: 'refused', answer: failure(thrown) };
      }
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

function letGo(request: ClientRequest): void {
  request.once('socket', (socket) => socket.unref());
}

/** Codes of a connection that never came to be. */
const NEVER_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const BEFORE_SENDING = new Set(['lookup', 'connect', 'secureConnect']);

function failure(thrown: unknown): Answer {
  if (!(thrown instanceof RequestError)) return { status: 'failed', reason: messageOf(thrown), reached: true };
  if (thrown.name === 'AbortError' || thrown.code === 'ERR_ABORTED') return { status: 'aborted' };
  const before = thrown instanceof TimeoutError && BEFORE_SENDING.has(thrown.event);
  const reached = !before && !NEVER_REACHED.has(thrown.code);
  return { status: 'failed', reason: `${thrown.code}: ${thrown.message}`, reached };
}

/** What an Authorization header holds, as it is sent and as it was before: a server may repeat it in what it says. */
function secretsOf(authorization: string | null): readonly string[] {
  const [, value = ''] = authorization?.split(' ') ?? [];
  const [, password = ''] = Buffer.from(value, 'base64').toString().split(':');
  return [value, password];
}
