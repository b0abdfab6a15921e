import type { Clock, Timer } from '../core/clock.ts';
import { contentEvent, isAnswer } from '../core/content-log.ts';
import type { LogRecord } from '../core/log-record.ts';
import type { Span, SpanEvent } from '../core/span.ts';

export interface JoinSettings {
  /** How long a span without content waits for its log records. */
  readonly waitMs: number;
  /** How long log records wait for their span: a prompt is logged when the call begins, its span comes when it has ended. */
  readonly keepMs: number;
  /** Spans and records that may wait at the same time; the oldest give way. */
  readonly maxWaiting: number;
}

/** What became of records: the first of these that holds for any of them. */
export type RecordsEnd =
  /** The join was stopped, or the call of their span still waits in the queue, parked under `blockedBy`. */
  | { readonly status: 'released'; readonly blockedBy?: string | undefined }
  /** Their span has not come in time, or others needed their place. */
  | { readonly status: 'unclaimed' }
  /** The call of their span has its end, or their span had its content already. */
  | { readonly status: 'used' };

/** The content of a span, from its log records. */
export interface SpanContent {
  readonly events: readonly SpanEvent[];
  /** To be called when the call has its end: `offer` resolves with it, so that the records stay in the queue as long. */
  end(end: RecordsEnd): void;
}

/**
 * Brings log records and spans together by trace and span id, whichever comes first. Nothing is kept on disk here:
 * the requests that both came in stay in the queue until `end` is called and `offer` resolves.
 */
export interface JoinLogs {
  /**
   * The content of a span that has none itself, as events. Resolves soon after the model's answer has come, else when
   * the wait is over, with what is there. Undefined where the join was stopped: the span waits in the queue.
   */
  content(span: Span): Promise<SpanContent | undefined>;
  /** A span that came with its content: its records are of no use any more. */
  discard(span: Span): void;
  /** Takes records; resolves when each has its end. */
  offer(records: readonly LogRecord[]): Promise<RecordsEnd>;
  /** No more records will come: spans that wait go on at once, with what is there. */
  hurry(): void;
  /** Ends all waiting without a result. */
  stop(): void;
}

/** Records of one span that wait for it. */
interface Stored {
  readonly events: SpanEvent[];
  readonly done: ((end: RecordsEnd) => void)[];
  readonly timer: Timer;
}

interface Waiting {
  readonly resolve: (content: SpanContent | undefined) => void;
  readonly timer: Timer;
}

/** How long a span goes on waiting after the answer: a second choice travels in the same request or in the next. */
const REST_MS = 100;

export function createJoinLogs({ clock }: { readonly clock: Clock }, settings: JoinSettings): JoinLogs {
  const stored = new Map<string, Stored>();
  const waiting = new Map<string, Waiting>();
  let isStopped = false;

  /** Hands the records of a span out. Whoever takes them has to end them. */
  function take(id: string): SpanContent {
    const found = stored.get(id);
    if (!found) return NO_CONTENT;
    stored.delete(id);
    found.timer.cancel();
    return {
      events: found.events,
      end(end) {
        for (const done of found.done) done(end);
      },
    };
  }

  const giveUp = (id: string) => take(id).end({ status: 'unclaimed' });

  function finish(id: string, content: SpanContent | undefined): void {
    const span = waiting.get(id);
    if (!span) return;
    waiting.delete(id);
    span.timer.cancel();
    span.resolve(content);
  }

  function store(id: string, event: SpanEvent, done: (end: RecordsEnd) => void): void {
    const known = stored.get(id);
    if (known) {
      known.events.push(event);
      known.done.push(done);
    } else {
      stored.set(id, { events: [event], done: [done], timer: clock.after(settings.keepMs, () => giveUp(id)) });
      const [oldest] = stored.keys();
      if (stored.size > settings.maxWaiting && oldest !== undefined) giveUp(oldest);
    }
    const span = waiting.get(id);
    if (!span || !isAnswer(event)) return;
    span.timer.cancel();
    waiting.set(id, { ...span, timer: deadline(id, REST_MS) });
  }

  const deadline = (id: string, delayMs: number) => clock.after(delayMs, () => finish(id, take(id)));

  return {
    content(span) {
      if (isStopped) return Promise.resolve(undefined);
      const id = span.traceId + span.spanId;
      finish(id, NO_CONTENT); // the same span sent twice: the one before has waited in vain
      return new Promise((resolve) => {
        const isAnswered = stored.get(id)?.events.some(isAnswer);
        waiting.set(id, { resolve, timer: deadline(id, isAnswered ? REST_MS : settings.waitMs) });
        const [oldest] = waiting.keys();
        if (waiting.size > settings.maxWaiting && oldest !== undefined) finish(oldest, take(oldest));
      });
    },
    discard(span) {
      if (stored.size > 0) take(span.traceId + span.spanId).end({ status: 'used' });
    },
    async offer(records) {
      if (isStopped) return { status: 'released' };
      const ends = await Promise.all(
        records.flatMap((record) => {
          const event = contentEvent(record);
          return event ? [new Promise<RecordsEnd>((done) => store(record.traceId + record.spanId, event, done))] : [];
        }),
      );
      const found = (status: RecordsEnd['status']) => ends.find((end) => end.status === status);
      return found('released') ?? found('unclaimed') ?? { status: 'used' };
    },
    hurry() {
      for (const id of [...waiting.keys()]) finish(id, take(id));
    },
    stop() {
      isStopped = true;
      for (const id of [...waiting.keys()]) finish(id, undefined);
      for (const id of [...stored.keys()]) take(id).end({ status: 'released' });
    },
  };
}

const NO_CONTENT: SpanContent = { events: [], end: () => undefined };
