import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Reply, StreamReply, TextReply } from './reply.ts';

/** Writes a reply; a stream only as fast as the client reads it. Resolves when it is written or the client has gone. */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  writeHead(response, reply);
  if ('body' in reply) response.end(reply.body);
  else await sendPieces(response, reply);
}

/** Promises the whole body, sends half of it, and drops the connection. */
export function sendHalf(response: ServerResponse, reply: Reply): void {
  writeHead(response, reply);
  const body = 'body' in reply ? reply.body : [...reply.pieces].join('');
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.destroy());
}

function writeHead(response: ServerResponse, reply: TextReply | StreamReply): void {
  const length = 'body' in reply ? { 'content-length': Buffer.byteLength(reply.body) } : {};
  response.writeHead(reply.status, { 'content-type': reply.type, ...length, ...reply.headers });
}

async function sendPieces(response: ServerResponse, reply: StreamReply): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (const piece of reply.pieces) {
    if (gone.signal.aborted) return;
    // `once` rejects when the client goes away while we wait for it: the next turn of the loop sees that and leaves.
    if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}
