import type { IncomingMessage } from 'node:http';
import { DRAIN_FACTOR } from '../limits.ts';

export type BodyOutcome =
  | { readonly status: 'read'; readonly body: Buffer }
  | { readonly status: 'too_large' }
  /** The client went away, or sends so much that reading on is no use. */
  | { readonly status: 'gone' };

/**
 * Reads a request body of at most maxBytes. A larger one is read on and thrown away for a while:
 * a client whose connection is closed while it writes sees a reset instead of the answer.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > maxBytes * DRAIN_FACTOR) return { status: 'gone' };
    }
  } catch {
    return { status: 'gone' };
  }
  return bytes > maxBytes ? { status: 'too_large' } : { status: 'read', body: Buffer.concat(chunks) };
}
