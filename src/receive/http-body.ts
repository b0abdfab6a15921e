/** Takes the body of an HTTP request off the line, within its bounds of size, memory and time. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Lease } from './byte-budget.ts';
import { createGrowingBuffer } from './growing-buffer.ts';

export type Received =
  | { readonly status: 'received'; readonly body: Buffer }
  /** The sender went away; there is nobody to answer. */
  | { readonly status: 'aborted' }
  | { readonly status: 'too_large' | 'overloaded' | 'too_slow' };

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** On anything but `received` the rest of the body stays on the line: whoever answers decides about it. */
export function receiveBody(
  request: IncomingMessage,
  contentLength: number | undefined,
  lease: Lease,
  clock: Clock,
  limits: BodyLimits,
): Promise<Received> {
  return new Promise((resolve) => {
    const buffer = createGrowingBuffer(contentLength);
    const timer = clock.after(limits.bodyTimeoutMs, () => finish({ status: 'too_slow' }));

    function onData(chunk: Buffer): void {
      if (buffer.length + chunk.length > limits.maxBodyBytes) finish({ status: 'too_large' });
      else if (!lease.take(chunk.length)) finish({ status: 'overloaded' });
      else buffer.append(chunk);
    }
    const onEnd = () => finish({ status: 'received', body: buffer.bytes() });
    const onClose = () => finish({ status: 'aborted' });

    function finish(received: Received): void {
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(received);
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
