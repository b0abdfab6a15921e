import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../core/listen.ts';

/** These servers answer small questions: whoever needs longer to ask has gone. */
const REQUEST_TIMEOUT_MS = 10_000;
export const MAX_OBSERVE_CONNECTIONS = 100;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** One of the things that a server answers to. */
export interface Question {
  readonly path: string;
  readonly answer: () => Answer;
}

export interface ObserveSettings {
  readonly host: string;
  readonly port: number;
}

export interface ObserveServer {
  /** `host:port` as bound. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a few paths by GET. Throws ADDRESS_IN_USE or ADDRESS_UNAVAILABLE. `what` names the server to a person. */
export async function startObserveServer(
  what: string,
  questions: readonly Question[],
  settings: ObserveSettings,
): Promise<ObserveServer> {
  const { host, port } = settings;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    send(response, request, isForeign(request, host) ? FOREIGN_HOST : route(request, questions));
  });
  server.maxConnections = MAX_OBSERVE_CONNECTIONS;
  const address = await listen(server, what, host, port);
  let closed: Promise<void> | undefined;
  return {
    address,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

const text = (status: number, body: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

const FOREIGN_HOST = text(
  403,
  'This address answers only to its own name. Bind it to another one to ask from elsewhere.',
);

function route(request: IncomingMessage, questions: readonly Question[]): Answer {
  const path = request.url?.split('?')[0];
  const question = questions.find((known) => known.path === path);
  if (question === undefined) return text(404, `Ask for ${questions.map((known) => known.path).join(' or ')}.`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Ask with GET.');
  return question.answer();
}

/**
 * A page in a browser may reach a server on loopback under a name that its author made point there (DNS rebinding).
 * An address bound on purpose to the network is asked under whatever name it has there.
 */
function isForeign(request: IncomingMessage, boundHost: string): boolean {
  const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host);
  const asked = (request.headers.host ?? '').replace(/:\d+$/, '');
  return isLoopback(boundHost) && !isLoopback(asked);
}

function send(response: ServerResponse, request: IncomingMessage, { status, contentType, body }: Answer): void {
  const headers = {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  };
  response.writeHead(status, status === 405 ? { ...headers, allow: 'GET, HEAD' } : headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}
