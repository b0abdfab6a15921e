import type { AppSettings } from '../config/app-options.ts';
import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Admission } from '../otel/admission.ts';
import type { Intake } from '../otel/intake.ts';
import type { AppClientSettings } from './client.ts';
import { type Host, onEnding } from './host-end.ts';
import { MAX_LAST_BYTES, sendLast } from './last-call.ts';
import type { AppLine } from './line.ts';
import type { AppLive } from './live.ts';
import type { Within } from './within.ts';

/** For what is to be closed when the time is up. */
const CLOSING_MS = 1000;

export interface EndDeps {
  readonly admission: Admission;
  readonly intake: Intake;
  readonly live: AppLive | undefined;
  readonly opened: Promise<AppLine>;
  /** Undefined while the spool is being opened. */
  readonly line: () => AppLine | undefined;
  /** For a process that ends now: one without the spool where that is not open yet. */
  readonly lineAtOnce: () => AppLine;
  /** Does the work with the process kept alive, for no longer than timeoutMs. */
  readonly within: Within;
  readonly flush: (timeoutMs: number) => Promise<void>;
  /** Spans that Weave has taken so far. */
  readonly delivered: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: Host;
}

export interface End {
  /** Safe to call twice. */
  close(): Promise<void>;
  isClosed(): boolean;
}

/**
 * What becomes of spans when the process ends:
 *
 *   shutdown()                         delivered as long as Weave takes something, then closed
 *   nothing left to do (`beforeExit`)  the same, and not closed
 *   process.exit, uncaught (`exit`)    into the spool; without one, sent by a thread while this one waits,
 *                                      unless Weave is known not to take it
 */
export function createEnd(deps: EndDeps, settings: AppSettings, clientSettings: AppClientSettings): End {
  const { admission, intake, live, opened, within, clock, log, host } = deps;
  const { shutdownTimeoutMillis: timeoutMs } = settings;
  let state: 'open' | 'delivered in vain' | 'closing' | 'closed' = 'open';
  let closed: Promise<void> | undefined;

  function isIdle(): boolean {
    const { held } = admission.counts();
    const { waiting } = intake.counts();
    const line = deps.line();
    const left = (line?.queue.depth().spans ?? 0) + (line?.scoring?.waiting() ?? 0);
    return held + waiting + left + (live?.running() ?? 0) === 0;
  }

  /** Ends live calls, and delivers as long as Weave takes something in that time, though not for ever. */
  async function deliver(): Promise<void> {
    const ended = within(timeoutMs, async () => live?.endAll());
    const untilMs = clock.monotonic() + Math.max(timeoutMs, settings.exportTimeoutMillis);
    let before: number;
    do {
      before = deps.delivered();
      await deps.flush(timeoutMs);
    } while (!isIdle() && deps.delivered() > before && clock.monotonic() < untilMs);
    await ended;
  }

  async function close(): Promise<void> {
    // Spans that end meanwhile are delivered, too, and calls that came to be shown are ended.
    await deliver();
    admission.close();
    if (live?.running()) await within(CLOSING_MS, live.endAll);
    live?.stop();
    admission.release();
    const line = await opened;
    for (const request of intake.takeAll()) await line.queue.put(request);
    await within(CLOSING_MS, line.close);
    stopHearing();
    state = 'closed';
  }

  /** What is under way keeps the process alive, and when it is over this is called again. */
  function onBeforeExit(): void {
    if (state !== 'open' || isIdle()) return;
    void deliver().then(() => {
      if (state === 'open' && !isIdle()) state = 'delivered in vain';
    });
  }

  function onExit(): void {
    if (state === 'closed') return;
    try {
      leave(deps.lineAtOnce());
    } catch (thrown) {
      // Anything that is thrown here would change the exit code.
      log.error('The last spans could not be kept.', { reason: messageOf(thrown) });
    }
  }

  function leave(line: AppLine): void {
    admission.release();
    const requests = intake.takeAll();
    const cutOff = live?.cutOff() ?? [];
    const mayTake = state !== 'delivered in vain' && !line.inTrouble();
    const last = (calls: readonly Call[]): number =>
      mayTake && calls.length + cutOff.length > 0 ? sendLast({ client: clientSettings, calls, cutOff }, timeoutMs) : 0;
    if (line.isOnDisk) {
      for (const request of requests) void line.queue.put(request);
      void line.close();
      last([]);
      return;
    }
    line.scoring?.tellLost();
    const spans = requests.reduce((sum, request) => sum + request.spans, line.queue.depth().spans);
    const taken = last(mayTake ? line.callsOf([...line.queue.takeAll(), ...requests], MAX_LAST_BYTES) : []);
    if (spans <= taken) return;
    const kept = settings.spoolDir === null ? 'With spoolDir they are kept.' : 'The spool was not open yet.';
    log.warn(`The process ends before Weave has taken its last spans: they are lost. ${kept}`, {
      spans: spans - taken,
    });
  }

  const stopWaiting = onEnding(host, 'beforeExit', onBeforeExit);
  const stopHearing = onEnding(host, 'exit', onExit);
  return {
    close() {
      if (closed === undefined) {
        state = 'closing';
        stopWaiting();
        closed = close();
      }
      return closed;
    },
    isClosed: () => state === 'closed',
  };
}
