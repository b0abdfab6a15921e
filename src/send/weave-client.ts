import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError } from 'got';
import type { ProjectId } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import { type Answer, classify } from './classify.ts';
import type { Send } from './outcome.ts';

/** Bytes read of an answer. Weave's success is `{}`; the rest of a longer one is not waited for. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** A server that does not even take the connection for this long is not there. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface WeaveClientDeps {
  readonly clock: Clock;
  readonly counters: Counters;
}

export interface WeaveClientSettings {
  /** Base URL of the trace server, with or without a path: `https://trace.wandb.ai`, `https://host/traces`. */
  readonly url: string;
  /** null: send no credentials (a local Weave). */
  readonly apiKey: string | null;
  /** For the whole request, connecting and the answer included. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  /** Connections kept to the server at most. */
  readonly maxSockets: number;
}

export interface WeaveClient {
  /** `POST /v2/{entity}/{project}/calls/complete`, once: no retries, no redirects. */
  readonly complete: Send;
  /** Closes idle connections. */
  close(): void;
}

export function createWeaveClient(deps: WeaveClientDeps, settings: WeaveClientSettings): WeaveClient {
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: settings.maxSockets }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: settings.maxSockets }),
  };
  const base = settings.url.replace(/\/+$/, '');
  const http = got.extend({
    agent: agents,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    timeout: { connect: Math.min(CONNECT_TIMEOUT_MS, settings.timeoutMs), request: settings.timeoutMs },
    headers: {
      'content-type': 'application/json',
      'user-agent': settings.userAgent,
      ...(settings.apiKey !== null && { authorization: basicAuth(settings.apiKey) }),
    },
  });

  async function post(path: string, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const request = http.stream.post(base + path, {
      body: asItIs(body),
      headers: { 'content-length': String(body.length) },
      signal,
    });
    try {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of request) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= MAX_ANSWER_BYTES) break;
      }
      const { response } = request;
      if (response === undefined) return { status: 'failed', code: 'NO_ANSWER', message: 'the request was cut short' };
      return {
        status: 'answered',
        httpStatus: response.statusCode,
        retryAfter: response.headers['retry-after'],
        body: Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES),
      };
    } catch (thrown) {
      return failed(thrown);
    } finally {
      // After an early answer got would go on with the upload, fail unheard, and keep its listener on the signal.
      request.destroy();
    }
  }

  function count(answer: Answer, bodyBytes: number): void {
    const { counters } = deps;
    if (answer.status === 'failed') {
      counters.add('exporter_send_failed_requests', 1, { reason: answer.code });
    } else if (answer.httpStatus >= 200 && answer.httpStatus < 300) {
      counters.add('exporter_requests', 1);
      counters.add('exporter_sent_bytes', bodyBytes);
    } else {
      counters.add('exporter_send_failed_requests', 1, { reason: String(answer.httpStatus) });
    }
  }

  return {
    async complete(project, body, signal) {
      const answer = await post(completePath(project), body, signal);
      if (answer.status === 'failed' && signal.aborted) return { status: 'aborted' };
      count(answer, body.length);
      return classify(answer, deps.clock.now());
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** got copies a Buffer or an array with structuredClone and cuts it into 64 KiB writes: 20 ms of CPU for 10 MiB, not 3. */
function* asItIs(body: Buffer): Generator<Buffer> {
  yield body;
}

function failed(thrown: unknown): Answer {
  if (!(thrown instanceof RequestError))
    return { status: 'failed', code: 'ERR_UNEXPECTED', message: messageOf(thrown) };
  const { code, message, response } = thrown;
  return { status: 'failed', code, message, ...(response && { httpStatus: response.statusCode }) };
}

function completePath(project: ProjectId): string {
  return `/v2/${project.split('/').map(encodeURIComponent).join('/')}/calls/complete`;
}

/** https://docs.wandb.ai/weave: user `api`, the key is the password. */
function basicAuth(apiKey: string): string {
  return `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`;
}
