import type { Call } from '../core/call.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { ReadableSpanLike } from '../decode/readable-span-like.ts';

/** Running spans that are followed at a time; one that starts beyond it is not shown before it ends. */
export const MAX_OPEN_SPANS = 10_000;
/** Starts that may be unanswered at a time. */
export const MAX_STARTS = 3;

export interface LiveDeps {
  /** The call of a span as far as it is known now; with `ended` as a call that was cut off. Undefined where none can be made. */
  readonly toCall: (span: ReadableSpanLike, ended: boolean) => Call | undefined;
  /** Shows a call. Resolves when nothing of that request is under way any more, whatever became of it. */
  readonly start: (call: Call) => Promise<void>;
  /** Ends a call that was shown. */
  readonly end: (call: Call) => Promise<void>;
  readonly clock: Clock;
}

export interface LiveSettings {
  /** A span that ends earlier is not shown while it runs. */
  readonly afterMs: number;
}

/**
 * Shows calls while their spans run:
 *
 *   started ─> young ─ afterMs ─> shown ─ ended ─> the complete call follows, and takes its place
 *                └ ended: nothing was sent    └ endAll: the process stops, the call ends with an exception
 *
 * One that is due while MAX_STARTS are unanswered stays young until one of them is: where Weave is slow, spans that end are
 * not kept waiting, nor do their starts pile up.
 */
export interface Live {
  started(span: ReadableSpanLike): void;
  /** A promise where the call is being shown, or was: the complete call must not overtake its start. */
  ended(span: ReadableSpanLike): Promise<void> | undefined;
  /**
   * Ends every call that is shown, with an exception, and shows none of the spans that run now. One whose span ends after
   * all is written whole.
   */
  endAll(): Promise<void>;
  /** How many calls are shown, and neither complete nor cut off. */
  running(): number;
  /** Those calls as `endAll` would end them: for a process that ends at once. */
  cutOff(): readonly Call[];
  stop(): void;
}

interface Young {
  readonly span: ReadableSpanLike;
  readonly dueMs: number;
}

interface Shown {
  readonly span: ReadableSpanLike;
  /** The last request about it. */
  last: Promise<void>;
  phase: 'running' | 'cut off';
}

export function createLive(deps: LiveDeps, settings: LiveSettings): Live {
  const { clock } = deps;
  /** In the order in which they started, and so in which they fall due. */
  const young = new Map<string, Young>();
  const shown = new Map<string, Shown>();
  let starts = 0;
  let timer: Timer | undefined;

  function arm(): void {
    if (timer || starts >= MAX_STARTS) return;
    const [next] = young.values();
    timer = next && clock.after(Math.max(0, next.dueMs - clock.monotonic()), showDue);
  }

  function showDue(): void {
    timer = undefined;
    for (const [key, { span, dueMs }] of young) {
      if (starts >= MAX_STARTS || dueMs > clock.monotonic()) break;
      young.delete(key);
      const call = deps.toCall(span, false);
      if (call) shown.set(key, { span, last: start(call), phase: 'running' });
    }
    arm();
  }

  async function start(call: Call): Promise<void> {
    starts += 1;
    try {
      await deps.start(call);
    } finally {
      starts -= 1;
      arm();
    }
  }

  function running(): readonly Shown[] {
    return [...shown.values()].filter(({ phase }) => phase === 'running');
  }

  function dropYoung(): void {
    timer?.cancel();
    timer = undefined;
    young.clear();
  }

  async function end(call: Call | undefined, started: Promise<void>): Promise<void> {
    await started;
    if (call) await deps.end(call);
  }

  return {
    started(span) {
      if (young.size + shown.size >= MAX_OPEN_SPANS) return;
      young.set(keyOf(span), { span, dueMs: clock.monotonic() + settings.afterMs });
      arm();
    },
    ended(span) {
      const key = keyOf(span);
      if (young.delete(key)) return undefined;
      const found = shown.get(key);
      shown.delete(key);
      return found?.last;
    },
    async endAll() {
      dropYoung();
      const open = running();
      for (const one of open) {
        one.phase = 'cut off';
        one.last = end(deps.toCall(one.span, true), one.last);
      }
      await Promise.all(open.map(({ last }) => last));
    },
    running: () => running().length,
    cutOff: () => running().flatMap(({ span }) => deps.toCall(span, true) ?? []),
    stop: dropYoung,
  };
}

function keyOf(span: ReadableSpanLike): string {
  const { traceId, spanId } = span.spanContext();
  return traceId + spanId;
}
