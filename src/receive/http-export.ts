/** Takes one HTTP export request in: its body off the line, decompressed, handed on. */
import type { IncomingMessage } from 'node:http';
import type { Sender } from './admit.ts';
import { createByteBudget, type Lease } from './byte-budget.ts';
import { createHandleExport } from './handle-export.ts';
import { receiveBody } from './http-body.ts';
import type { HttpHead } from './http-head.ts';
import { inflate } from './inflate.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import type { NetworkReceiverDeps, ReceiverSettings } from './receiver.ts';

export interface HttpExport {
  readonly head: Extract<HttpHead, { status: 'export' }>;
  readonly request: IncomingMessage;
  /** Called right before the body is read: the sender may be waiting to be told so. */
  readonly goOn: () => void;
  /** Asked before the request is handed on. */
  readonly isClosed: () => boolean;
}

/** Resolves to `aborted` where there is nobody left to answer. */
export function createHttpExport(
  deps: NetworkReceiverDeps,
  settings: ReceiverSettings,
): (incoming: HttpExport) => Promise<Outcome | 'aborted'> {
  const { maxBodyBytes, defaultProjectKnown, joinLogs } = settings;
  const handleExport = createHandleExport(deps, { transport: 'http', defaultProjectKnown, joinLogs });
  const budget = createByteBudget(settings);

  async function take(incoming: HttpExport, sender: Sender, lease: Lease): Promise<Outcome | 'aborted'> {
    const { head, request } = incoming;
    const received = await receiveBody(request, head.contentLength, lease, deps.clock, settings);
    if (received.status === 'aborted') return 'aborted';
    if (received.status !== 'received') return outcomeOf(received.status);
    const inflated = await inflate(received.body, head.compression, lease, maxBodyBytes);
    if (inflated.status === 'invalid') return outcomeOf('invalid', { message: inflated.message });
    if (inflated.status !== 'inflated') return outcomeOf(inflated.status);
    if (incoming.isClosed()) return 'aborted';
    const { signal, reply, projectHeader } = head;
    return handleExport({ signal, encoding: reply.encoding, body: inflated.body, projectHeader, sender });
  }

  return async (incoming) => {
    const admission = deps.admit(incoming.head.sender);
    if (admission.status === 'refused') return outcomeOf('unauthenticated');
    const announcedBytes = incoming.head.contentLength ?? 0;
    if (announcedBytes > maxBodyBytes) return outcomeOf('too_large');
    const lease = budget.fits(announcedBytes) ? budget.lease() : undefined;
    if (lease === undefined) return outcomeOf('overloaded');
    try {
      incoming.goOn();
      return await take(incoming, admission.sender, lease);
    } finally {
      lease.release();
    }
  };
}
