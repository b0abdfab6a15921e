/** OTLP over HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '../core/errors.ts';
import { listen } from '../core/listen.ts';
import { answer } from './http-answer.ts';
import { createHttpExport } from './http-export.ts';
import { readHead } from './http-head.ts';
import type { Receiver, ReceiverDeps, ReceiverSettings } from './receiver.ts';

export interface HttpReceiverSettings extends ReceiverSettings {
  readonly headersTimeoutMs: number;
  /** How long a connection may lie idle. Longer than a load balancer's own limit, or it sends into closed connections. */
  readonly keepAliveTimeoutMs: number;
}

export const HTTP_LIMITS = { headersTimeoutMs: 10_000, keepAliveTimeoutMs: 120_000 } as const;

/** Throws ADDRESS_IN_USE or ADDRESS_UNAVAILABLE. */
export async function startHttpReceiver(deps: ReceiverDeps, settings: HttpReceiverSettings): Promise<Receiver> {
  const { clock, counters, log } = deps;
  const { host, headersTimeoutMs, bodyTimeoutMs } = settings;
  const takeExport = createHttpExport(deps, settings);
  /** Connections that have not brought a whole request head yet. Node does not count them as idle. */
  const unused = new Set<Socket>();
  let state: 'open' | 'draining' | 'closed' = 'open';

  /** `held`: the sender holds its body back until it is told to go on. */
  async function respond(request: IncomingMessage, response: ServerResponse, held: boolean): Promise<void> {
    unused.delete(request.socket);
    let bodyHeld = held;
    const goOn = () => {
      if (bodyHeld) response.writeContinue();
      bodyHeld = false;
    };
    const isClosed = () => state === 'closed';
    const head = readHead(request, host);
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

  const server = createServer({
    headersTimeout: headersTimeoutMs,
    // The body has a timer of its own, which answers. This one ends a body that is only being discarded.
    requestTimeout: headersTimeoutMs + 2 * bodyTimeoutMs,
    connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4),
    keepAliveTimeout: settings.keepAliveTimeoutMs,
  });
  server.maxConnections = settings.maxConnections;
  server.on('request', (request, response) => onRequest(request, response, false));
  // Answering for ourselves lets a refusal come before the body is sent.
  server.on('checkContinue', (request, response) => onRequest(request, response, true));
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('drop', () => log.debug('an HTTP connection was dropped: too many are open'));
  const address = await listen(server, 'OTLP/HTTP', host, settings.port);
  server.on('error', (error) => log.warn('an HTTP connection could not be taken', { reason: error.message }));

  async function stop(): Promise<void> {
    state = 'draining';
    const closed = once(server, 'close');
    server.close();
    for (const socket of unused) socket.destroy();
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
