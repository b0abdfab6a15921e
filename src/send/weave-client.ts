import type { ClientRequest } from 'node:http';
import got, { RequestError, TimeoutError } from 'got';
import type { Account } from '../core/accounts.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import { hide } from '../core/hide.ts';
import { type Lane, partsOf } from '../core/lane.ts';
import { type Agents, createAgents } from './agents.ts';
import { batchBody } from './batch-body.ts';
import { type Answer, classify } from './classify.ts';
import type { EndpointOutcome, Send } from './outcome.ts';
import { endBody, olderEndBody, olderStartBody, startBody, startEndBody } from './start-end-body.ts';

/** Bytes read of an answer. Weave's success is `{}`; the rest of a longer one is not waited for. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** A server that does not even take the connection for this long is not there. */
const CONNECT_TIMEOUT_MS = 10_000;
const KEY_REFUSED = new Set([401, 403]);

const CHECK_SENDER = 'Check the wandb-api-key that the sender of these calls sends along.';
/** After a restart, until the sender comes again: its key was never written down. */
const KEY_GONE: EndpointOutcome = {
  status: 'held',
  httpStatus: 401,
  concerns: 'project',
  reason: 'the sender has not shown its W&B key since the bridge started',
  todo: 'It goes on when the sender comes again with the same key.',
};

export interface WeaveClientDeps {
  readonly clock: Clock;
  readonly counters: Counters;
}

export interface WeaveClientSettings {
  /** Base URL of the trace server, with or without a path: `https://trace.wandb.ai`, `https://host/traces`. */
  readonly url: string;
  /** null: send no credentials (a local Weave). Asked again after Weave has turned a key away: it may be another one by then. */
  readonly apiKey: () => string | null;
  /** The key of a sender that brings its own; undefined while it is not known. */
  readonly accountKey?: (account: Account) => string | undefined;
  /** Beside the keys: what must not be seen even where a server or a proxy repeats it. */
  readonly secrets?: readonly string[];
  /** For the whole request, connecting and the answer included. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  /** Connections kept to the server at most. */
  readonly maxSockets: number;
  /** In place of agents of its own. */
  readonly agents?: Agents;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True: a request under way does not keep the process alive. */
  readonly inBackground?: boolean;
}

/** Each sends one request: no retries, no redirects. */
export interface WeaveClient {
  /** `POST /v2/{entity}/{project}/calls/complete`. */
  readonly complete: Send<EndpointOutcome>;
  /** `POST /call/upsert_batch`, of older servers: a start and an end for each call. */
  readonly upsertBatch: Send<EndpointOutcome>;
  /** Shows one call that still runs: `POST /v2/{entity}/{project}/call/start`. */
  readonly start: Send<EndpointOutcome>;
  /** Ends a call that was shown: `POST /v2/{entity}/{project}/call/end`. */
  readonly end: Send<EndpointOutcome>;
  /** The same with older servers: `POST /call/upsert_batch`, `POST /call/end`. */
  readonly olderStart: Send<EndpointOutcome>;
  readonly olderEnd: Send<EndpointOutcome>;
  /** Closes idle connections. */
  close(): void;
}

export function createWeaveClient(deps: WeaveClientDeps, settings: WeaveClientSettings): WeaveClient {
  const agents = settings.agents ?? createAgents({ maxSockets: settings.maxSockets });
  const base = settings.url.replace(/\/+$/, '');
  const http = got.extend({
    agent: agents,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    timeout: { connect: Math.min(CONNECT_TIMEOUT_MS, settings.timeoutMs), request: settings.timeoutMs },
    headers: { ...settings.headers, 'content-type': 'application/json', 'user-agent': settings.userAgent },
  });
  let apiKey = settings.apiKey();

  async function post(path: string, key: string | null, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const request = http.stream.post(base + path, {
      body: asItIs(body),
      headers: {
        'content-length': String(body.length),
        ...(key !== null && { authorization: basicAuth(key) }),
      },
      signal,
    });
    if (settings.inBackground) request.on('request', letGo);
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

  function discreet(answer: Answer, key: string | null): Answer {
    const own = key === null ? [] : [key, basicAuth(key).replace('Basic ', '')];
    const secrets = [...own, ...(settings.secrets ?? [])];
    return answer.status === 'answered'
      ? { ...answer, body: hide(answer.body, secrets) }
      : { ...answer, message: hide(answer.message, secrets) };
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

  async function send(lane: Lane, path: string, body: Buffer, signal: AbortSignal): Promise<EndpointOutcome> {
    const { account } = partsOf(lane);
    const key = account === undefined ? apiKey : settings.accountKey?.(account);
    if (key === undefined) return KEY_GONE;
    const startedMs = deps.clock.monotonic();
    const answer = discreet(await post(path, key, body, signal), key);
    if (answer.status === 'failed' && signal.aborted) return { status: 'aborted' };
    deps.counters.record('exporter_request_duration_seconds', (deps.clock.monotonic() - startedMs) / 1000);
    count(answer, body.length);
    if (answer.status === 'answered' && KEY_REFUSED.has(answer.httpStatus)) apiKey = settings.apiKey();
    const outcome = classify(answer, deps.clock.now());
    if (account === undefined || outcome.status !== 'held' || !KEY_REFUSED.has(outcome.httpStatus ?? 0)) return outcome;
    // The key of one sender is no reason to keep the others waiting.
    return { ...outcome, concerns: 'project', todo: CHECK_SENDER };
  }

  return {
    complete: (lane, calls, signal) => send(lane, `${pathOf(lane)}/calls/complete`, batchBody(calls), signal),
    upsertBatch: (lane, calls, signal) => send(lane, '/call/upsert_batch', startEndBody(calls), signal),
    start: (lane, calls, signal) => send(lane, `${pathOf(lane)}/call/start`, startBody(calls), signal),
    end: (lane, calls, signal) => send(lane, `${pathOf(lane)}/call/end`, endBody(calls), signal),
    olderStart: (lane, calls, signal) => send(lane, '/call/upsert_batch', olderStartBody(calls), signal),
    olderEnd: (lane, calls, signal) => send(lane, '/call/end', olderEndBody(calls), signal),
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
  const message = messageOf(thrown);
  if (!(thrown instanceof RequestError)) return { status: 'failed', code: codeOf(thrown), message };
  const { code, response } = thrown;
  if (response) return { status: 'failed', code, message, httpStatus: response.statusCode };
  const isConnecting = thrown instanceof TimeoutError && thrown.event !== 'request';
  return { status: 'failed', code: isConnecting ? 'ECONNTIMEOUT' : code, message };
}

/** What the socket throws while the body is being written is no error of got's. */
function codeOf(thrown: unknown): string {
  const hasCode = typeof thrown === 'object' && thrown !== null && 'code' in thrown;
  return hasCode ? String(thrown.code) : 'ERR_UNEXPECTED';
}

function pathOf(lane: Lane): string {
  return `/v2/${partsOf(lane).project.split('/').map(encodeURIComponent).join('/')}`;
}

/** For `http.ClientRequest`: its socket is a kept one or a new one, and both are known only with this event. */
function letGo(request: ClientRequest): void {
  request.on('socket', (socket) => socket.unref());
}

/** https://docs.wandb.ai/weave: user `api`, the key is the password. */
function basicAuth(apiKey: string): string {
  return `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`;
}
