import type { Clock, Timer } from '../core/clock.ts';
import { contentEvent, isAnswer, isEvaluation, joinIdOfRecord, joinIdOfSpan } from '../core/content-log.ts';
import type { Log } from '../core/log.ts';
import type { LogRecord } from '../core/log-record.ts';
import type { Span, SpanEvent } from '../core/span.ts';
import { createGoneSpans, type GoneSpan } from './gone-spans.ts';
import { createRecordStore, type RecordEnd, type RecordStoreSettings, type WaitingRecord } from './record-store.ts';
import { eventsOnce } from './repeats.ts';
import { createSilence, kindOf } from './silence.ts';

export interface JoinDeps {
  readonly clock: Clock;
  readonly log: Log;
}

export interface JoinSettings extends RecordStoreSettings {
  /** How long a span without content waits for its log records. */
  readonly waitMs: number;
  /** Spans that may wait at the same time; the oldest go on without. What they take is little: they lack their content. */
  readonly maxSpans: number;
}

/** The content of a span, from its log records. */
export interface SpanContent {
  /** None where `outcome` is not `joined`. */
  readonly events: readonly SpanEvent[];
  readonly outcome: 'joined' | GoneSpan['why'];
  /** To be called when the call has its end: `offer` resolves with it, so that the records stay in the queue as long. */
  end(end: RecordEnd): void;
}

/**
 * Brings log records and spans together by their ids, whichever comes first. Nothing is kept on disk here:
 * the requests that both came in stay in the queue until `end` is called and `offer` resolves.
 */
export interface JoinLogs {
  /**
   * The content of a span that has none itself, as events. Resolves soon after the model's answer has come, else when
   * the wait is over, with what is there; at once where spans like it never get any (see `Silence`).
   * Undefined where the join was stopped: the span waits in the queue.
   */
  content(span: Span): Promise<SpanContent | undefined>;
  /** A span that came with its content: its records are of no use any more. Says whether evaluations of it are left. */
  discard(span: Span): boolean;
  /** Those evaluations. */
  evaluations(span: Span): SpanContent;
  /** Takes the records of a request of that many bytes; resolves when each that holds content has its end. */
  offer(records: readonly LogRecord[], bytes: number): Promise<readonly RecordEnd[]>;
  /** No more records will come: spans that wait go on at once, with what is there. */
  hurry(): void;
  /** Ends all waiting without a result. */
  stop(): void;
}

interface WaitingSpan {
  readonly span: Span;
  readonly resolve: (content: SpanContent | undefined) => void;
  readonly timer: Timer;
}

/** How long a span goes on waiting after the answer: a second choice travels in the same request or in the next. */
export const REST_MS = 100;

const LATE: Readonly<Record<GoneSpan['why'], string>> = {
  no_records: 'Log records came when their call had gone without them. Should it go on: raise map.join_logs.wait.',
  not_awaited: 'Log records came for calls that never had any: from now on these are waited for again.',
  crowded_out: 'Log records came when their call had gone without them, to make room for others.',
};
const CROWDED_SPANS = 'More calls wait for log records than may: the oldest go on without.';
const CROWDED_RECORDS = 'Log records that wait for their spans take more memory than they may: the oldest are dropped.';

export function createJoinLogs({ clock, log }: JoinDeps, settings: JoinSettings): JoinLogs {
  const records = createRecordStore(clock, settings);
  const waiting = new Map<string, WaitingSpan>();
  const silence = createSilence();
  const gone = createGoneSpans();
  const told = new Set<string>();
  let state: 'open' | 'stopped' = 'open';

  function warnOnce(message: string): void {
    if (told.has(message)) return;
    told.add(message);
    log.warn(message);
  }

  /** What there is for a span; `why` it may have gone without. */
  function contentOf(id: string, span: Span, why: GoneSpan['why']): SpanContent {
    const found = records.take(id);
    const kind = kindOf(span);
    if (found.length === 0) {
      gone.add(id, { kind, why });
      return { events: [], outcome: why, end: ({ status }) => status === 'released' && gone.forget(id) };
    }
    silence.heard(kind);
    return contentIn(found);
  }

  function finish(id: string, why: GoneSpan['why']): void {
    const one = waiting.get(id);
    if (!one) return;
    waiting.delete(id);
    one.timer.cancel();
    one.resolve(contentOf(id, one.span, why));
  }

  const rest = (id: string) => clock.after(REST_MS, () => finish(id, 'no_records'));

  function fullWait(id: string, span: Span): Timer {
    return clock.after(settings.waitMs, () => {
      if (records.isAnswered(id) === undefined) silence.inVain(kindOf(span), span);
      finish(id, 'no_records');
    });
  }

  function store(id: string, record: Omit<WaitingRecord, 'isLate'>): void {
    const late = gone.find(id);
    if (late) {
      silence.heard(late.kind);
      warnOnce(LATE[late.why]);
    }
    if (records.add(id, { ...record, isLate: late !== undefined })) warnOnce(CROWDED_RECORDS);
    const one = waiting.get(id);
    if (!one || !isAnswer(record.event)) return;
    one.timer.cancel();
    waiting.set(id, { ...one, timer: rest(id) });
  }

  return {
    content(span) {
      if (state === 'stopped') return Promise.resolve(undefined);
      const id = joinIdOfSpan(span);
      finish(id, 'no_records'); // the same span sent twice: the one before has waited in vain
      gone.forget(id);
      const isAnswered = records.isAnswered(id);
      if (isAnswered === undefined && silence.isSilent(kindOf(span))) {
        return Promise.resolve(contentOf(id, span, 'not_awaited'));
      }
      return new Promise((resolve) => {
        waiting.set(id, { span, resolve, timer: isAnswered ? rest(id) : fullWait(id, span) });
        const [oldest] = waiting.keys();
        if (waiting.size <= settings.maxSpans || oldest === undefined) return;
        warnOnce(CROWDED_SPANS);
        finish(oldest, 'crowded_out');
      });
    },
    discard(span) {
      if (records.isEmpty()) return false;
      const id = joinIdOfSpan(span);
      for (const { done } of records.take(id, ({ event }) => !isEvaluation(event))) done({ status: 'not_needed' });
      return records.isAnswered(id) !== undefined;
    },
    evaluations: (span) => contentIn(records.take(joinIdOfSpan(span))),
    async offer(offered, bytes) {
      if (state === 'stopped') return [{ status: 'released' }];
      const events = offered.flatMap((record) => {
        const event = contentEvent(record);
        return event ? [{ id: joinIdOfRecord(record), event }] : [];
      });
      const all = { request: {}, bytes: bytes / events.length };
      return Promise.all(
        events.map(({ id, event }) => new Promise<RecordEnd>((done) => store(id, { ...all, event, done }))),
      );
    },
    hurry() {
      for (const id of [...waiting.keys()]) finish(id, 'no_records');
    },
    stop() {
      state = 'stopped';
      for (const [id, { timer, resolve }] of [...waiting]) {
        waiting.delete(id);
        timer.cancel();
        resolve(undefined);
      }
      records.stop();
    },
  };
}

function contentIn(found: readonly WaitingRecord[]): SpanContent {
  return {
    events: eventsOnce(found),
    outcome: 'joined',
    end(end) {
      for (const { done } of found) done(end);
    },
  };
}
