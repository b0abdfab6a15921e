import type { Log } from '../core/log.ts';
import type { AcceptOutcome } from '../core/ports.ts';

/** The answer to a request that finds no room. One that never will is told to the operator, too. */
export function full(log: Log, bytes: number, settings: { readonly maxBytes: number; readonly retryAfterMs: number }) {
  const { maxBytes, retryAfterMs } = settings;
  if (bytes > maxBytes) {
    log.error('a request is larger than the whole queue and will never fit: raise queue.max_size', {
      bytes,
      max_bytes: maxBytes,
    });
  }
  return { status: 'full', retryAfterMs } satisfies AcceptOutcome;
}
