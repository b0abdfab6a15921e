import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the fake treats one request. */
export type Behaviour =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Answers before it has read the body, and reads no more of it. */
  | { readonly kind: 'answer_early'; readonly status: number; readonly body?: string }
  /** Answers with a body that never ends. */
  | { readonly kind: 'endless'; readonly status: number }
  /** Reads everything and never answers. */
  | { readonly kind: 'hang' }
  /** Ends the connection before the body is read. */
  | { readonly kind: 'cut_before' }
  /** The same with a reset, which is what most of them do who have a limit and do not say so. */
  | { readonly kind: 'reset' }
  /** Reads the body, then ends the connection: the calls may be stored. */
  | { readonly kind: 'cut_after' }
  /** 2xx headers and the first half of the body, then the end of the connection. */
  | { readonly kind: 'half_body'; readonly framing: 'content-length' | 'chunked' };

export const ACCEPT: Behaviour = { kind: 'answer', status: 200, body: '{}' };

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: number;
  /** Ids of the calls in the body, in order. */
  readonly ids: readonly string[];
}

export interface FakeWeave {
  readonly url: string;
  /** Every request whose body came whole, in order of its end. */
  readonly requests: readonly ReceivedRequest[];
  /** Ids of the calls that were answered 2xx. */
  readonly stored: ReadonlySet<string>;
  /** Connections taken since the start. */
  connections(): number;
  /** How each request is treated from now on. Before the body is read only its path is known: `ids` is empty then. */
  behave(behaviour: (request: Pick<ReceivedRequest, 'path' | 'bytes' | 'ids'>) => Behaviour): void;
  /** Resolves when that many requests have come whole. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A server on a free port that plays `calls/complete` and `call/upsert_batch`, with every fault that a server or a network can have. */
export async function startFakeWeave(atPort = 0): Promise<FakeWeave> {
  const requests: ReceivedRequest[] = [];
  const stored = new Set<string>();
  const watchers = new Set<() => void>();
  let behaviour: Parameters<FakeWeave['behave']>[0] = () => ACCEPT;
  let connections = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const early = behaviour({ path, bytes: 0, ids: [] });
    if (early.kind === 'cut_before') return void request.socket.destroy();
    if (early.kind === 'reset') return void request.socket.resetAndDestroy();
    if (early.kind === 'answer_early') {
      request.pause();
      response.writeHead(early.status, { 'content-type': 'application/json', connection: 'close' });
      return void response.end(early.body);
    }
    const body = await textOf(request);
    if (body === undefined) return;
    const received = { path, headers: request.headers, body, bytes: body.length, ids: idsOf(body) };
    requests.push(received);
    answer(behaviour(received), received, response);
    for (const look of watchers) look();
  }

  function answer(how: Behaviour, received: ReceivedRequest, response: ServerResponse): void {
    switch (how.kind) {
      case 'answer':
        if (how.status >= 200 && how.status < 300) for (const id of received.ids) stored.add(id);
        response.writeHead(how.status, { 'content-type': 'application/json', ...how.headers });
        return void response.end(how.body);
      case 'endless':
        response.writeHead(how.status);
        pour(response);
        return;
      case 'half_body':
        for (const id of received.ids) stored.add(id);
        response.writeHead(200, how.framing === 'content-length' ? { 'content-length': '20' } : {});
        return void response.write('{"a"', () => response.socket?.end());
      case 'cut_after':
        return void response.socket?.destroy();
      case 'hang':
      case 'cut_before':
      case 'reset':
      case 'answer_early':
        return;
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(atPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stored,
    connections: () => connections,
    behave(next) {
      behaviour = next;
    },
    received(count) {
      return new Promise((resolve) => {
        const look = () => {
          if (requests.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(16 * 1024, 'x');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

/** Undefined where the sender went away. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString();
}

/** Of a start and an end that belong together the id is there once. */
function idsOf(body: string): readonly string[] {
  const { batch } = JSON.parse(body) as { batch: readonly BatchItem[] };
  return [...new Set(batch.map((item) => ('req' in item ? (item.req.start ?? item.req.end)?.id : item.id) ?? ''))];
}

type BatchItem = { readonly id: string } | { readonly req: Partial<Record<'start' | 'end', { readonly id: string }>> };
