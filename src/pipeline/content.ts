import type { Log } from './core/log.ts';
import type {
  Deliver,
  Delivery,
  Encoding,
  MappedSpans,
  MapSpans,
  Queue,
  QueueEntry,
  RoutedSpan,
} from './core/ports.ts';
import type { decodeLogs } from './decode/logs.ts';
import type { JoinLogs, RecordsEnd } from './join/join-logs.ts';
import { createLogIndex } from './pipeline-log-index.ts';

/** What logs requests are parked under while spans are. No project is called so: they have a slash. */
export const LOGS = 'logs';

export interface ContentDeps {
  readonly join: JoinLogs;
  readonly decodeLogs: typeof decodeLogs;
  readonly map: MapSpans;
  readonly deliver: Deliver;
  readonly queue: Pick<Queue, 'settle' | 'release' | 'park' | 'parkedUnder' | 'recall'>;
  readonly log: Log;
}

/**
 * Delivers calls whose content may come in log records:
 *
 *   call with content ───────────────────────────────────────> deliver
 *   call without ─> wait for its log records ─┬─ came ─> map again ─> deliver
 *                                             └─ did not ───────────> deliver as it is
 *
 * Records are given up only while no spans are parked. Until then they are parked, too, and recalled with their span.
 */
export interface Content {
  /** As `Deliver`. */
  deliver(mapped: Pick<MappedSpans, 'calls' | 'lacking'>, acceptedAtMs: number): Promise<Delivery>;
  /** Spans that came with their content: records that wait for them are of no use. */
  discard(spans: readonly RoutedSpan[], mapped: Pick<MappedSpans, 'lacking'>): void;
  /** Takes a stored logs request. It stays in the queue until its records are joined or have waited long enough. */
  take(entry: QueueEntry): void;
  /** No more records will come: calls that wait for some go on at once. */
  hurry(): void;
  /** Ends all waiting: what waited stays in the queue. */
  stop(): Promise<void>;
}

export function createContent(deps: ContentDeps): Content {
  const { join, map, deliver, queue, log } = deps;
  const held = new Set<Promise<void>>();
  const parkedLogs = createLogIndex();

  async function joined(
    call: MappedSpans['calls'][number],
    { span, project }: RoutedSpan,
    acceptedAtMs: number,
  ): Promise<Delivery> {
    for (const entry of queue.recall(parkedLogs.of(span), LOGS)) take(entry);
    const content = await join.content(span);
    if (content === undefined) return { delivered: 0, dead: [], released: true };
    const { events } = content;
    const delivery = await (events.length === 0
      ? deliver([call], acceptedAtMs)
      : deliver(map([{ span: { ...span, events: [...span.events, ...events] }, project }]).calls, acceptedAtMs));
    content.end(delivery.released ? { status: 'released', blockedBy: delivery.blockedBy } : { status: 'used' });
    return delivery;
  }

  function take(entry: QueueEntry): void {
    const holding = hold(entry);
    held.add(holding);
    void holding.then(() => held.delete(holding));
  }

  async function hold({ id, body, encoding }: { id: number; body: Uint8Array; encoding: Encoding }): Promise<void> {
    const decoded = deps.decodeLogs(body, encoding);
    if (decoded.status === 'invalid') {
      log.error('A stored logs request can no longer be read; it is dropped.', { reason: decoded.message });
      queue.settle([{ id, dead: [] }]);
      return;
    }
    const spans = decoded.records.map(({ traceId, spanId }) => ({ traceId, spanId }));
    parkedLogs.remove(id, spans);
    switch (whatNext(await join.offer(decoded.records))) {
      case 'settle':
        return queue.settle([{ id, dead: [] }]);
      case 'release':
        return queue.release([id]);
      case 'park':
        parkedLogs.add(id, spans);
        return queue.park([id], LOGS);
    }
  }

  function whatNext(end: RecordsEnd): 'settle' | 'release' | 'park' {
    switch (end.status) {
      case 'used':
        return 'settle';
      case 'unclaimed':
        return [...queue.parkedUnder()].some((name) => name !== LOGS) ? 'park' : 'settle';
      case 'released':
        return end.blockedBy === undefined ? 'release' : 'park';
    }
  }

  return {
    async deliver({ calls, lacking }, acceptedAtMs) {
      if (lacking.length === 0) return deliver(calls, acceptedAtMs);
      const waiting = new Map(lacking.map(({ call, span }) => [call, span]));
      const ready = calls.filter((_, at) => !waiting.has(at));
      const deliveries = await Promise.all([
        deliver(ready, acceptedAtMs),
        ...calls.flatMap((call, at) => {
          const span = waiting.get(at);
          return span ? [joined(call, span, acceptedAtMs)] : [];
        }),
      ]);
      return {
        delivered: deliveries.reduce((sum, { delivered }) => sum + delivered, 0),
        dead: deliveries.flatMap(({ dead }) => dead),
        released: deliveries.some(({ released }) => released),
        blockedBy: deliveries.find(({ blockedBy }) => blockedBy !== undefined)?.blockedBy,
        triggers: deliveries.flatMap(({ triggers = [] }) => triggers),
      };
    },
    discard(spans, { lacking }) {
      const waiting = new Set(lacking.map(({ span }) => span));
      for (const routed of spans) if (!waiting.has(routed)) join.discard(routed.span);
    },
    take,
    hurry: join.hurry,
    async stop() {
      join.stop();
      await Promise.all(held);
    },
  };
}
