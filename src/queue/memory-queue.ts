import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Queue, QueueEntry } from '../core/ports.ts';
import { createBell } from './bell.ts';
import { full } from './full.ts';
import type { Item } from './item.ts';
import { createLedger } from './ledger.ts';

export interface MemoryQueueDeps {
  readonly clock: Clock;
  readonly log: Log;
}

export interface MemoryQueueSettings {
  /** Bound on the bodies, each with a small overhead. */
  readonly maxBytes: number;
  /** What a sender is told where the queue is full. */
  readonly retryAfterMs: number;
}

/** A queue without a disk: what it holds ends with the process, and dead letters are counted in the log, not kept. */
export function createMemoryQueue(deps: MemoryQueueDeps, settings: MemoryQueueSettings): Queue {
  const { clock, log } = deps;
  const ledger = createLedger(settings.maxBytes, { entries: 0, spans: 0, bytes: 0 });
  const entries = new Map<number, QueueEntry>();
  const bell = createBell();
  let lastId = 0;
  let closed: Promise<void> | undefined;

  async function shutDown(): Promise<void> {
    const { entries: left, spans } = ledger.depth();
    if (left > 0)
      log.warn('Spans that Weave has not taken are lost: they were in memory only.', { requests: left, spans });
    entries.clear();
    bell.ring();
  }

  /** Ids have no gaps, and an entry that was never claimed is still here. */
  function nextAfter(id: number): Item | undefined {
    const entry = entries.get(id + 1);
    return entry && { id: entry.id, bytes: entry.body.byteLength, spans: entry.spans };
  }

  return {
    async put(request) {
      const bytes = request.body.byteLength;
      if (closed) return { status: 'unavailable', message: 'the queue is closed', retryAfterMs: settings.retryAfterMs };
      if (!ledger.reserve(bytes)) return full(log, bytes, settings);
      lastId += 1;
      entries.set(lastId, { ...request, id: lastId, acceptedAtMs: clock.now() });
      ledger.unreserve(bytes);
      ledger.add(bytes, request.spans);
      bell.ring();
      return { status: 'accepted' };
    },
    claim(claimBytes) {
      if (closed) return [];
      return ledger.claim(claimBytes, nextAfter).flatMap(({ id }) => entries.get(id) ?? []);
    },
    settle(settled) {
      if (closed) return;
      for (const { id, dead } of settled) {
        ledger.settle(id);
        entries.delete(id);
        if (dead.length > 0)
          log.warn('Spans that Weave refused are dropped: a queue in memory keeps no dead letters.', {
            spans: dead.length,
          });
      }
    },
    release(ids) {
      if (closed) return;
      ledger.release(ids);
      bell.ring();
    },
    park(ids, under) {
      if (!closed) ledger.park(ids, under);
    },
    unpark(under, unparkBytes) {
      if (closed) return;
      ledger.unpark(under, unparkBytes);
      bell.ring();
    },
    parkedUnder: () => ledger.parkedUnder(),
    recall: (ids, under) => (closed ? [] : ledger.recall(ids, under).flatMap(({ id }) => entries.get(id) ?? [])),
    async ready(signal) {
      if (!closed && ledger.waiting() === 0) await bell.wait(signal);
    },
    depth: () => ledger.depth(),
    close() {
      closed ??= shutDown();
      return closed;
    },
  };
}
