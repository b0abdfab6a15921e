import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';
import type { Live } from './live.ts';

/** Bit of the trace flags: https://opentelemetry.io/docs/specs/otel/trace/api/#spancontext */
const SAMPLED = 1;

export interface AdmissionDeps {
  /** Takes what is to be sent. */
  readonly add: (span: ReadableSpanLike) => void;
  readonly live: Live | undefined;
  /** Undefined: whatever ends. */
  readonly isWanted: ((span: ReadableSpanLike) => boolean) | undefined;
  readonly log: Log;
}

/** Decides which spans go on. Nothing of it throws: the app's own code is waiting. */
export interface Admission {
  started(span: ReadableSpanLike): void;
  ended(span: ReadableSpanLike): void;
  /** Resolves when no span waits for the start of its call any more. */
  settled(): Promise<void>;
  /** Lets go on at once what waits for the start of its call. */
  release(): void;
  /** From now on spans are dropped. */
  close(): void;
  counts(): { readonly ended: number; readonly held: number; readonly filtered: number; readonly dropped: number };
}

export function createAdmission({ add, live, isWanted, log }: AdmissionDeps): Admission {
  /** Spans of calls that are being shown, until the start has been answered. */
  const held = new Map<Promise<void>, ReadableSpanLike>();
  let state: 'open' | 'closed' = 'open';
  /** Whether there is nothing to choose: nothing is shown, and everything is wanted. */
  let takesAll = live === undefined && isWanted === undefined;
  let ended = 0;
  let filtered = 0;
  let dropped = 0;

  function hold(shown: Promise<void>, span: ReadableSpanLike): void {
    const done: Promise<void> = shown.then(() => {
      if (held.delete(done)) add(span);
    });
    held.set(done, span);
  }

  function choose(span: ReadableSpanLike): void {
    const shown = live?.ended(span);
    if (state === 'closed') dropped += 1;
    // What was shown while it ran is completed, whatever is thought of it by now.
    else if (shown) hold(shown, span);
    else if (isWanted === undefined || isWanted(span)) add(span);
    else filtered += 1;
  }

  function report(thrown: unknown): void {
    log.error('A span could not be taken.', { reason: messageOf(thrown) });
  }

  return {
    started(span) {
      if (live === undefined || state === 'closed') return;
      try {
        if (isSampled(span)) live.started(span);
      } catch (thrown) {
        report(thrown);
      }
    },
    ended(span) {
      try {
        if (!isSampled(span)) return;
        ended += 1;
        if (takesAll) add(span);
        else choose(span);
      } catch (thrown) {
        report(thrown);
      }
    },
    async settled() {
      await Promise.all(held.keys());
    },
    release() {
      const spans = [...held.values()];
      held.clear();
      for (const span of spans) add(span);
    },
    close() {
      state = 'closed';
      takesAll = false;
    },
    counts: () => ({ ended, held: held.size, filtered, dropped }),
  };
}

function isSampled(span: ReadableSpanLike): boolean {
  return (span.spanContext().traceFlags & SAMPLED) !== 0;
}
