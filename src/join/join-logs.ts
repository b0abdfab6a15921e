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

/**
 * Brings log records and spans together by trace and span id, whichever comes first. Nothing is kept on disk here:
 * the requests that both came in stay in the queue until `events` and `offer` resolve.
 */
export interface JoinLogs {
  /**
   * The content of a span that has none itself, as events. Resolves soon after the model's answer has come, else when
   * the wait is over, with what is there. Undefined where the join was stopped: the span waits in the queue.
   */
  events(span: Span): Promise<readonly SpanEvent[] | undefined>;
  /** A span that came with its content: its records are of no use any more. */
  discard(span: Span): void;
  /** Takes records; resolves true when each was joined or has waited long enough, false where the join was stopped. */
  offer(records: readonly LogRecord[]): Promise<boolean>;
  /** Ends all waiting without a result. */
  stop(): void;
}

/** Records of one span that wait for it. */
interface Stored {
  readonly events: SpanEvent[];
  readonly done: ((joined: boolean) => void)[];
  readonly timer: Timer;
}

interface Waiting {
  readonly resolve: (events: readonly SpanEvent[] | undefined) => void;
  readonly timer: Timer;
}

/** How long a span goes on waiting after the answer: a second choice travels in the same request or in the next. */
const REST_MS = 100;

export function createJoinLogs({ clock }: { readonly clock: Clock }, settings: JoinSettings): JoinLogs {
  const stored = new Map<string, Stored>();
  const waiting = new Map<string, Waiting>();
  let isStopped = false;

  function take(id: string): readonly SpanEvent[] | undefined {
    const found = stored.get(id);
    if (!found) return undefined;
    stored.delete(id);
    found.timer.cancel();
    for (const done of found.done) done(true);
    return found.events;
  }

  function finish(id: string, events: readonly SpanEvent[] | undefined): void {
    const span = waiting.get(id);
    if (!span) return;
    waiting.delete(id);
    span.timer.cancel();
    span.resolve(events);
  }

  function store(id: string, event: SpanEvent, done: (joined: boolean) => void): void {
    const known = stored.get(id);
    if (known) {
      known.events.push(event);
      known.done.push(done);
    } else {
      stored.set(id, { events: [event], done: [done], timer: clock.after(settings.keepMs, () => take(id)) });
      const [oldest] = stored.keys();
      if (stored.size > settings.maxWaiting && oldest !== undefined) take(oldest);
    }
    const span = waiting.get(id);
    if (!span || !isAnswer(event)) return;
    span.timer.cancel();
    waiting.set(id, { ...span, timer: deadline(id, REST_MS) });
  }

  const deadline = (id: string, delayMs: number) => clock.after(delayMs, () => finish(id, take(id) ?? []));

  return {
    events(span) {
      if (isStopped) return Promise.resolve(undefined);
      const id = span.traceId + span.spanId;
      finish(id, []); // the same span sent twice: the one before has waited in vain
      return new Promise((resolve) => {
        const isAnswered = stored.get(id)?.events.some(isAnswer);
        waiting.set(id, { resolve, timer: deadline(id, isAnswered ? REST_MS : settings.waitMs) });
        const [oldest] = waiting.keys();
        if (waiting.size > settings.maxWaiting && oldest !== undefined) finish(oldest, take(oldest) ?? []);
      });
    },
    discard(span) {
      if (stored.size > 0) take(span.traceId + span.spanId);
    },
    async offer(records) {
      if (isStopped) return false;
      const joined = records.flatMap((record) => {
        const event = contentEvent(record);
        return event ? [new Promise<boolean>((done) => store(record.traceId + record.spanId, event, done))] : [];
      });
      return (await Promise.all(joined)).every((one) => one);
    },
    stop() {
      isStopped = true;
      for (const id of [...waiting.keys()]) finish(id, undefined);
      for (const [id, { done, timer }] of stored) {
        stored.delete(id);
        timer.cancel();
        for (const one of done) one(false);
      }
    },
  };
}
