import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type ChatRequest, chatCompletion, chatCompletionChunks, readChat } from './chat-completions.ts';
import { type Question, type Reply, replyTo } from './reply.ts';
import { type ResponsesRequest, readResponses, response, responseEvents } from './responses.ts';

const EVENT_STREAM = 'text/event-stream';

/** One call of the model that was answered. */
export interface Answered {
  readonly question: Question;
  readonly reply: Reply;
}

export interface ModelStandIn {
  /** What an OpenAI client takes as its base URL. */
  readonly url: string;
  /** Since the start, in order. */
  readonly answered: readonly Answered[];
  close(): void;
}

/** Starts an HTTP server that answers as OpenAI's API does. Port 0 picks a free one. */
export async function startModelStandIn({ port }: { readonly port: number }): Promise<ModelStandIn> {
  const answered: Answered[] = [];

  function answer(question: Question): Reply {
    const reply = replyTo(question);
    answered.push({ question, reply });
    return reply;
  }

  async function handle(request: IncomingMessage, to: ServerResponse): Promise<void> {
    const id = randomUUID();
    switch (`${request.method} ${request.url}`) {
      case 'POST /v1/chat/completions': {
        const body = (await json(request)) as ChatRequest;
        const reply = answer(readChat(body));
        if (!body.stream) return send(to, 200, chatCompletion(id, body.model, reply));
        to.setHeader('content-type', EVENT_STREAM);
        for (const chunk of chatCompletionChunks(id, body, reply)) to.write(`data: ${JSON.stringify(chunk)}\n\n`);
        return void to.end('data: [DONE]\n\n');
      }
      case 'POST /v1/responses': {
        const body = (await json(request)) as ResponsesRequest;
        const reply = answer(readResponses(body));
        if (!body.stream) return send(to, 200, response(id, body.model, reply));
        to.setHeader('content-type', EVENT_STREAM);
        for (const event of responseEvents(id, body.model, reply)) {
          to.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        }
        return void to.end();
      }
      default:
        return send(to, 404, {
          error: { message: 'The stand-in answers POST /v1/chat/completions and /v1/responses.' },
        });
    }
  }

  const server = createServer((request, to) => {
    handle(request, to).catch((thrown: unknown) => send(to, 400, { error: { message: String(thrown) } }));
  });
  await new Promise<void>((listening) => server.listen(port, 'localhost', listening));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/v1`,
    answered,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function send(to: ServerResponse, status: number, body: object): void {
  to.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
