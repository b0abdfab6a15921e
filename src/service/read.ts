import type { ProjectId } from '../core/call.ts';
import { contentEvent, isAnswer, isEvaluation, joinIdOfRecord, joinIdOfSpan } from '../core/content-log.ts';
import type { LogRecord } from '../core/log-record.ts';
import type { Accept, RoutedSpan } from '../core/ports.ts';
import { routeSpans } from '../core/route.ts';
import type { SpanEvent } from '../core/span.ts';
import { decodeLogs } from '../decode/logs.ts';
import { decodeRequest } from '../decode/request.ts';

/** Spans that are held back for log records further on in the files; beyond it the oldest go on without. */
export const MAX_HELD = 10_000;
/** Bytes of log records that wait for their spans; beyond it the oldest are forgotten. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** A span with the content that log records hold. */
export interface JoinedSpan extends RoutedSpan {
  readonly logEvents: readonly SpanEvent[];
}

/**
 * Deals with spans of one request. Those that it answers lack their content: they come again, with their log records,
 * and then as `whole`: whatever they lack, there is no more.
 */
export type TakeSpans = (spans: readonly JoinedSpan[], logs: 'may-come' | 'whole') => Promise<readonly JoinedSpan[]>;

/** Brings spans and log records of files together, whatever comes first. Nothing of it waits for time to pass. */
export interface SpanReader {
  readonly accept: Accept;
  /** All files are read: spans that were held back go on with what there is. */
  finish(): Promise<void>;
}

export function createSpanReader(take: TakeSpans, defaultProject: ProjectId | null): SpanReader {
  const held = new Map<string, JoinedSpan>();
  const stored = new Map<string, { events: SpanEvent[]; bytes: number }>();
  let storedBytes = 0;

  async function goOn(id: string): Promise<void> {
    const one = held.get(id);
    if (!one) return;
    const content = stored.get(id)?.events ?? [];
    held.delete(id);
    forget(id);
    const span = { ...one.span, events: [...one.span.events, ...content] };
    await take([{ ...one, span, logEvents: [...one.logEvents, ...content] }], 'whole');
  }

  function forget(id: string): void {
    storedBytes -= stored.get(id)?.bytes ?? 0;
    stored.delete(id);
  }

  /** A span with the evaluations that came before it: for later ones nothing waits. */
  function judged({ span, project }: RoutedSpan): JoinedSpan {
    const shelf = stored.get(joinIdOfSpan(span));
    const logEvents = shelf?.events.filter(isEvaluation) ?? [];
    if (shelf) shelf.events = shelf.events.filter((event) => !isEvaluation(event));
    return { span: { ...span, events: [...span.events, ...logEvents] }, project, logEvents };
  }

  async function hold(one: JoinedSpan): Promise<void> {
    const id = joinIdOfSpan(one.span);
    held.set(id, one);
    const [oldest] = held.keys();
    if (stored.get(id)?.events.some(isAnswer)) await goOn(id);
    else if (held.size > MAX_HELD && oldest !== undefined) await goOn(oldest);
  }

  function store(record: LogRecord, bytes: number): void {
    const event = contentEvent(record);
    if (!event) return;
    const id = joinIdOfRecord(record);
    const shelf = stored.get(id) ?? { events: [], bytes: 0 };
    shelf.events.push(event);
    shelf.bytes += bytes;
    storedBytes += bytes;
    stored.set(id, shelf);
    const [oldest] = stored.keys();
    if (storedBytes > MAX_RECORD_BYTES && oldest !== undefined) forget(oldest);
  }

  return {
    async accept({ signal, body, encoding, project }) {
      const decoded = signal === 'logs' ? decodeLogs(body, encoding) : decodeRequest(body, encoding);
      if (decoded.status === 'invalid') throw new Error(decoded.message);
      if ('records' in decoded) {
        for (const record of decoded.records) store(record, body.length / decoded.records.length);
      } else {
        const { routed } = routeSpans(decoded.spans, project ?? defaultProject);
        const lacking = await take(routed.map(judged), 'may-come');
        for (const one of lacking) await hold(one);
      }
      return { status: 'accepted' };
    },
    async finish() {
      for (const id of [...held.keys()]) await goOn(id);
    },
  };
}
