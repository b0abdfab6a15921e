import { once } from 'node:events';
import { createServer } from 'node:http';
import { listen } from '../../src/core/listen.ts';

export interface OtlpSink {
  /** Where it is told to be sent to. */
  readonly url: string;
  /** The JSON bodies that came, in order. */
  readonly bodies: readonly { readonly resourceSpans: readonly unknown[] }[];
  /** The next requests are answered with this status. */
  answerWith(status: number): void;
  /** Resolves when that many requests have come. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Takes OTLP/JSON on a free port and keeps it. */
export async function startOtlpSink(): Promise<OtlpSink> {
  const bodies: { readonly resourceSpans: readonly unknown[] }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(status).end('{}');
      server.emit('taken');
    });
  });
  const address = await listen(server, 'the sink', '127.0.0.1', 0);
  return {
    url: `http://${address}/v1/traces`,
    bodies,
    answerWith(next) {
      status = next;
    },
    async received(count) {
      while (bodies.length < count) await once(server, 'taken');
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
