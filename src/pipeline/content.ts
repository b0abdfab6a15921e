import type { Call } from '../core/call.ts';
import { joinIdOfRecord, joinIdOfSpan } from '../core/content-log.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { LogRecord } from '../core/log-record.ts';
import type { Deliver, Delivery, MappedSpans, MapSpans, Queue, QueueEntry, RoutedSpan } from '../core/ports.ts';
import type { decodeLogs } from '../decode/logs.ts';
import type { JoinLogs, SpanContent } from '../join/join-logs.ts';
import type { RecordEnd } from '../join/record-store.ts';
import { createLogIndex } from './log-index.ts';

/** What logs requests are parked under while spans are. No project is called so: they have a slash. */
export const LOGS = 'logs';

export interface ContentDeps {
  readonly join: JoinLogs;
  readonly decodeLogs: typeof decodeLogs;
  readonly map: MapSpans;
  readonly deliver: Deliver;
  readonly queue: Pick<Queue, 'settle' | 'release' | 'park' | 'parkedUnder' | 'recall'>;
  readonly log: Log;
  readonly counters: Counters;
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
  /**
   * Spans that came with their content: records that wait for them are of no use, but for evaluations.
   * To be called right before `deliver`.
   */
  discard(spans: readonly RoutedSpan[], mapped: Pick<MappedSpans, 'lacking'>): void;
  /** Takes a stored logs request. It stays in the queue until its records are joined or have waited long enough. */
  take(entry: QueueEntry): void;
  /** No more records will come: calls that wait for some go on at once. */
  hurry(): void;
  /** Ends all waiting: what waited stays in the queue. */
  stop(): Promise<void>;
}

export function createContent(deps: ContentDeps): Content {
  const { join, map, deliver, queue, log, counters } = deps;
  const held = new Set<Promise<void>>();
  const parkedLogs = createLogIndex();
  /** Spans of the request that is delivered next which have their content, and evaluations in log records. */
  let evaluated: ReadonlyMap<string, RoutedSpan> = new Map();

  function recallLogs({ span }: RoutedSpan): void {
    if (parkedLogs.isEmpty()) return;
    for (const entry of queue.recall(parkedLogs.of(joinIdOfSpan(span)), LOGS)) take(entry);
  }

  async function joined(call: Call, routed: RoutedSpan, acceptedAtMs: number): Promise<Delivery> {
    recallLogs(routed);
    const content = await join.content(routed.span);
    if (content === undefined) return { delivered: 0, dead: [], released: true };
    const delivery = await deliverWith(content, call, routed, acceptedAtMs);
    if (!delivery.released) counters.add('processor_content_spans', 1, { outcome: content.outcome });
    return delivery;
  }

  async function deliverWith(
    content: SpanContent,
    call: Call,
    { span, project }: RoutedSpan,
    acceptedAtMs: number,
  ): Promise<Delivery> {
    const events = [...span.events, ...content.events];
    const calls = content.events.length === 0 ? [call] : map([{ span: { ...span, events }, project }]).calls;
    const delivery = await deliver(
      calls.map((one) => ({ ...one, account: call.account })),
      acceptedAtMs,
    );
    content.end(delivery.released ? { status: 'released', blockedBy: delivery.blockedBy } : { status: 'joined' });
    return delivery;
  }

  /** Not async, so that nothing holds on to the body while its records wait. */
  function take({ id, body, encoding, damaged }: QueueEntry): void {
    const decoded =
      damaged === undefined ? deps.decodeLogs(body, encoding) : { status: 'invalid' as const, message: damaged };
    if (decoded.status === 'invalid') {
      log.error('A stored logs request can no longer be read; it is dropped.', { reason: decoded.message });
      queue.settle([{ id, dead: [] }]);
      return;
    }
    const holding = hold(id, decoded.records, body.length);
    held.add(holding);
    void holding.then(() => held.delete(holding));
  }

  async function hold(id: number, records: readonly LogRecord[], bytes: number): Promise<void> {
    const joinIds = records.map(joinIdOfRecord);
    parkedLogs.remove(id, joinIds);
    const ends = await join.offer(records, bytes);
    switch (whatNext(ends)) {
      case 'settle':
        queue.settle([{ id, dead: [] }]);
        for (const { status } of ends) counters.add('processor_content_log_records', 1, { outcome: status });
        return;
      case 'release':
        return queue.release([id]);
      case 'park':
        parkedLogs.add(id, joinIds);
        return queue.park([id], LOGS);
    }
  }

  /** A request goes as a whole: what holds for one of its records holds for all. */
  function whatNext(ends: readonly RecordEnd[]): 'settle' | 'release' | 'park' {
    const released = ends.find((end) => end.status === 'released');
    if (released) return released.blockedBy === undefined ? 'release' : 'park';
    const isWanted = ends.some(({ status }) => status !== 'joined' && status !== 'not_needed');
    return isWanted && [...queue.parkedUnder()].some((name) => name !== LOGS) ? 'park' : 'settle';
  }

  return {
    async deliver({ calls, lacking }, acceptedAtMs) {
      if (lacking.length === 0 && evaluated.size === 0) return deliver(calls, acceptedAtMs);
      const waiting = new Map(lacking.map(({ call, span }) => [call, span]));
      const ready: Call[] = [];
      const apart: Promise<Delivery>[] = [];
      for (const [at, call] of calls.entries()) {
        const bare = waiting.get(at);
        const judged = evaluated.get(call.traceId + call.id);
        if (bare) apart.push(joined(call, bare, acceptedAtMs));
        else if (judged) apart.push(deliverWith(join.evaluations(judged.span), call, judged, acceptedAtMs));
        else ready.push(call);
      }
      const deliveries = await Promise.all([deliver(ready, acceptedAtMs), ...apart]);
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
      const judged = spans.filter((routed) => {
        if (waiting.has(routed)) return false;
        recallLogs(routed);
        return join.discard(routed.span);
      });
      evaluated = new Map(judged.map((routed) => [routed.span.traceId + routed.span.spanId, routed]));
    },
    take,
    hurry: join.hurry,
    async stop() {
      join.stop();
      await Promise.all(held);
    },
  };
}
