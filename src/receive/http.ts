/** OTLP over HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { messageOf } from '../core/errors.ts';
import { listen } from '../core/listen.ts';
import { type CorsSettings, createCors } from './cors.ts';
import { answer } from './http-answer.ts';
import { createHttpExport } from './http-export.ts';
import { readHead } from './http-head.ts';
import type { NetworkReceiverDeps, Receiver, ReceiverSettings } from './receiver.ts';
import { createTls, type Tls } from './tls.ts';

export interface HttpReceiverSettings extends ReceiverSettings {
  readonly headersTimeoutMs: number;
  /** How long a connection may lie idle. Longer than a load balancer's own limit, or it sends into closed connections. */
  readonly keepAliveTimeoutMs: number;
  /** Of a request: names and values together. */
  readonly maxHeaderBytes: number;
  readonly cors: CorsSettings;
}

export const HTTP_LIMITS = {
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 120_000,
  maxHeaderBytes: 16 * 1024,
  cors: { allowedOrigins: [], allowedHeaders: [], maxAgeMs: 0 },
} as const;

/** Throws ADDRESS_IN_USE, ADDRESS_UNAVAILABLE or TLS_UNUSABLE. */
export async function startHttpReceiver(deps: NetworkReceiverDeps, settings: HttpReceiverSettings): Promise<Receiver> {
  const { clock, counters, log } = deps;
  const { host, headersTimeoutMs, bodyTimeoutMs } = settings;
  const takeExport = createHttpExport(deps, settings);
  const cors = createCors(settings.cors);
  const tls = settings.tls === null ? undefined : createTls(deps, settings.tls);
  /** Connections that have not brought a whole request head yet, by their peer. Node does not count them as idle. */
  const unused = new Map<string, Socket>();
  let state: 'open' | 'draining' | 'closed' = 'open';

  /** `held`: the sender holds its body back until it is told to go on. */
  async function respond(request: IncomingMessage, response: ServerResponse, held: boolean): Promise<void> {
    unused.delete(peerOf(request.socket));
    const preflight = cors.preflight(request.method, request.headers);
    if (preflight) {
      response.writeHead(204, preflight).end();
      return;
    }
    for (const [name, value] of Object.entries(cors.answerHeaders(request.headers))) response.setHeader(name, value);
    let bodyHeld = held;
    const goOn = () => {
      if (bodyHeld) response.writeContinue();
      bodyHeld = false;
    };
    const isClosed = () => state === 'closed';
    const head = readHead(request, { host, cors });
    const outcome = head.status === 'refused' ? head.outcome : await takeExport({ head, request, goOn, isClosed });
    const name = outcome === 'aborted' ? outcome : outcome.status;
    counters.add('receiver_requests', 1, { transport: 'http', outcome: name });
    if (outcome === 'aborted' || response.destroyed) return;
    const tooSlow = outcome.status === 'too_slow';
    answer(response, outcome, head.reply, { closing: tooSlow || state !== 'open', bodyEnded: tooSlow || bodyHeld });
  }

  function onRequest(request: IncomingMessage, response: ServerResponse, held: boolean): void {
    respond(request, response, held).catch((thrown) => {
      log.error('an HTTP request failed', { reason: messageOf(thrown) });
      response.destroy();
    });
  }

  const server = newServer(tls, {
    headersTimeout: headersTimeoutMs,
    // The body has a timer of its own, which answers. This one ends a body that is only being discarded.
    requestTimeout: headersTimeoutMs + 2 * bodyTimeoutMs,
    connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4),
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    maxHeaderSize: settings.maxHeaderBytes,
    handshakeTimeout: settings.handshakeTimeoutMs,
  });
  server.maxConnections = settings.maxConnections;
  server.on('request', (request, response) => onRequest(request, response, false));
  // Answering for ourselves lets a refusal come before the body is sent.
  server.on('checkContinue', (request, response) => onRequest(request, response, true));
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    unused.set(peer, socket);
    socket.once('close', () => unused.delete(peer));
  });
  server.on('drop', () => log.debug('an HTTP connection was dropped: too many are open'));
  const address = await listen(server, 'OTLP/HTTP', host, settings.port).catch((thrown) => {
    tls?.close();
    throw thrown;
  });
  server.on('error', (error) => log.warn('an HTTP connection could not be taken', { reason: error.message }));

  async function stop(): Promise<void> {
    state = 'draining';
    tls?.close();
    const closed = once(server, 'close');
    server.close();
    for (const socket of unused.values()) socket.destroy();
    const deadline = clock.after(settings.closeTimeoutMs, () => {
      state = 'closed';
      server.closeAllConnections();
    });
    await closed;
    deadline.cancel();
    state = 'closed';
  }

  let closing: Promise<void> | undefined;
  return {
    address,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

/** With TLS the socket of a request is another object than the one that was connected; both know their peer. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function newServer(tls: Tls | undefined, options: ServerOptions & { readonly handshakeTimeout: number }): Server {
  if (tls === undefined) return createServer(options);
  const server = createTlsServer({ ...options, ...tls.options });
  tls.follow(server);
  return server as Server;
}
