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
import type { JoinLogs } from './join/join-logs.ts';

export interface ContentDeps {
  readonly join: JoinLogs;
  readonly decodeLogs: typeof decodeLogs;
  readonly map: MapSpans;
  readonly deliver: Deliver;
  readonly queue: Pick<Queue, 'settle' | 'release'>;
  readonly log: Log;
}

/**
 * Delivers calls whose content may come in log records:
 *
 *   call with content ───────────────────────────────────────> deliver
 *   call without ─> wait for its log records ─┬─ came ─> map again ─> deliver
 *                                             └─ did not ───────────> deliver as it is
 */
export interface Content {
  /** Resolves when every call has been accepted or refused for good; `released` where one still waits in the queue. */
  deliver(mapped: Pick<MappedSpans, 'calls' | 'lacking'>): Promise<Delivery>;
  /** Spans that came with their content: records that wait for them are of no use. */
  discard(spans: readonly RoutedSpan[], mapped: Pick<MappedSpans, 'lacking'>): void;
  /** Takes a stored logs request. It stays in the queue until its records are joined or have waited long enough. */
  take(entry: QueueEntry): void;
  /** Ends all waiting: what waited stays in the queue. */
  stop(): Promise<void>;
}

export function createContent(deps: ContentDeps): Content {
  const { join, map, deliver, queue, log } = deps;
  const held = new Set<Promise<void>>();

  async function joined(call: MappedSpans['calls'][number], { span, project }: RoutedSpan): Promise<Delivery> {
    const events = await join.events(span);
    if (events === undefined) return { delivered: 0, dead: [], released: true };
    if (events.length === 0) return deliver([call]);
    const { calls } = map([{ span: { ...span, events: [...span.events, ...events] }, project }]);
    return deliver(calls);
  }

  async function hold({ id, body, encoding }: { id: number; body: Uint8Array; encoding: Encoding }): Promise<void> {
    const decoded = deps.decodeLogs(body, encoding);
    if (decoded.status === 'invalid') {
      log.error('A stored logs request can no longer be read; it is dropped.', { reason: decoded.message });
      queue.settle([{ id, dead: [] }]);
    } else if (await join.offer(decoded.records)) queue.settle([{ id, dead: [] }]);
    else queue.release([id]);
  }

  return {
    async deliver({ calls, lacking }) {
      if (lacking.length === 0) return deliver(calls);
      const waiting = new Map(lacking.map(({ call, span }) => [call, span]));
      const ready = calls.filter((_, at) => !waiting.has(at));
      const deliveries = await Promise.all([
        deliver(ready),
        ...calls.flatMap((call, at) => {
          const span = waiting.get(at);
          return span ? [joined(call, span)] : [];
        }),
      ]);
      return {
        delivered: deliveries.reduce((sum, { delivered }) => sum + delivered, 0),
        dead: deliveries.flatMap(({ dead }) => dead),
        released: deliveries.some(({ released }) => released),
      };
    },
    discard(spans, { lacking }) {
      const waiting = new Set(lacking.map(({ span }) => span));
      for (const routed of spans) if (!waiting.has(routed)) join.discard(routed.span);
    },
    take(entry) {
      const holding = hold(entry);
      held.add(holding);
      void holding.then(() => held.delete(holding));
    },
    async stop() {
      join.stop();
      await Promise.all(held);
    },
  };
}
