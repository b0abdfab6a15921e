import type { Clock, Timer } from '../core/clock.ts';
import type { Lane } from '../core/lane.ts';
import type { Log, LogFields } from '../core/log.ts';
import { type BackoffSettings, backoffMs } from './backoff.ts';
import type { Failure, GatedOutcome, Later, Send, SendOutcome } from './outcome.ts';

/** Projects in trouble that are remembered; beyond it the oldest one may send again, and will be in trouble anew. */
export const MAX_TROUBLES = 10_000;

/** Stands for every project. None is called so: they have a slash. */
export const SERVER = 'server';
/** Stands for calls that fail while others get through. */
export const SUSPECTS = 'suspects';

export type GateSettings = BackoffSettings;

export interface GateDeps {
  readonly send: Send<SendOutcome>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when something that was in the way may be gone: the time to ask `callUp`. */
  readonly wake: () => void;
}

/** What is in the way of a project, or of all. */
export interface Trouble {
  readonly blocked: string;
  /** Failed in a row. */
  readonly attempts: number;
  readonly reason: string;
  /** What a person has to do about it; undefined where it may pass by itself. */
  readonly todo: string | undefined;
}

/**
 * Keeps requests back from a project that takes none now. After a failure one request at a time may try, at growing
 * intervals; the first that is answered opens the gate for all. What is kept back waits elsewhere, not in memory.
 *
 *   open ─ failure ─> waiting ─ time ─> due ─ callUp ─> called ─ send ─> trying ─┬─ answered ─> open
 *                        ^                └──────── send ───────────────^        └─ failure ─> waiting
 */
export interface Gate {
  readonly send: Send<GatedOutcome>;
  /**
   * For suspects: passes by what keeps their project back, and after a failure keeps back no project but other suspects.
   * Where the server turns the bridge away they wait like all.
   */
  readonly sendAlone: Send<GatedOutcome>;
  /** What keeps this lane from sending now, if anything. */
  blocker(lane: Lane): string | undefined;
  /** How much of what is kept back by this may be sent: `one` is a try, and is not said again before it has had its time. */
  callUp(blocked: string): 'all' | 'one' | 'none';
  troubles(): readonly Trouble[];
  /** Cancels all timers. */
  stop(): void;
}

interface State extends Trouble {
  readonly number: number;
  phase: 'waiting' | 'due' | 'called' | 'trying';
  /** When the wait is over (monotonic). */
  dueMs: number;
  timer: Timer;
}

export function createGate(deps: GateDeps, settings: GateSettings): Gate {
  const { clock, log, wake } = deps;
  const troubles = new Map<string, State>();
  let lastNumber = 0;

  function blocker(lane: Lane): string | undefined {
    return keepsBack(troubles.get(SERVER)) ?? keepsBack(troubles.get(lane));
  }

  function wait(blocked: string, delayMs: number): Timer {
    return clock.after(delayMs, () => {
      const state = troubles.get(blocked);
      if (state === undefined) return;
      // Should nobody come when called, somebody else is called later.
      state.timer = wait(blocked, settings.maxMs);
      state.phase = 'due';
      wake();
    });
  }

  function begin(...keys: readonly string[]): readonly State[] {
    const tries = keys.flatMap((key) => troubles.get(key) ?? []);
    for (const state of tries) {
      state.timer.cancel();
      state.phase = 'trying';
    }
    return tries;
  }

  function forget({ blocked, timer }: State): void {
    timer.cancel();
    troubles.delete(blocked);
    wake();
  }

  function end(state: State): void {
    forget(state);
    log.info('Weave takes calls again.', { blocked: state.blocked, attempts: state.attempts });
  }

  /** Answers the number of the trouble. */
  function fail(blocked: string, failure: Failure, tries: readonly State[]): number {
    const known = troubles.get(blocked);
    if (known && !tries.includes(known)) {
      extend(known, failure);
      return known.number;
    }
    const number = known?.number ?? ++lastNumber;
    const attempts = (known?.attempts ?? 0) + 1;
    const delayMs = backoffMs(failure, attempts, clock.random(), settings);
    const { reason } = failure;
    const todo = failure.status === 'held' ? failure.todo : undefined;
    const dueMs = clock.monotonic() + delayMs;
    const timer = wait(blocked, delayMs);
    troubles.set(blocked, { number, blocked, attempts, reason, todo, phase: 'waiting', dueMs, timer });
    report(log, failure, { blocked, attempts, delayMs: Math.round(delayMs), reason });
    const [oldest] = troubles.values();
    if (troubles.size > MAX_TROUBLES && oldest) forget(oldest);
    return number;
  }

  /** One more of the requests that were on the wire when the trouble began: only what the server asks for counts. */
  function extend(state: State, failure: Failure): void {
    if (failure.status !== 'retry' || state.phase !== 'waiting') return;
    const delayMs = backoffMs(failure, 1, 0, { initialMs: 0, maxMs: 0 });
    if (clock.monotonic() + delayMs <= state.dueMs) return;
    state.timer.cancel();
    state.dueMs = clock.monotonic() + delayMs;
    state.timer = wait(state.blocked, delayMs);
  }

  return {
    blocker,
    async send(lane, calls, signal) {
      const blockedBy = blocker(lane);
      if (blockedBy !== undefined) return { status: 'later', blockedBy };
      const tries = begin(SERVER, lane);
      const outcome = await deps.send(lane, calls, signal);
      switch (outcome.status) {
        case 'accepted':
        case 'too_large':
        case 'refused':
          for (const state of tries) end(state);
          return outcome;
        case 'retry':
        case 'held': {
          const blocked = isTurnedAway(outcome) ? SERVER : lane;
          for (const state of tries) if (state.blocked !== blocked) fail(state.blocked, outcome, tries);
          return later(blocked, outcome, fail(blocked, outcome, tries));
        }
        case 'aborted':
          return outcome;
      }
    },
    async sendAlone(lane, calls, signal) {
      if (keepsBack(troubles.get(SERVER)) !== undefined) return { status: 'later', blockedBy: SERVER };
      const tries = begin(SERVER);
      const outcome = await deps.send(lane, calls, signal);
      if (outcome.status === 'aborted') return outcome;
      const hasFailed = outcome.status === 'retry' || outcome.status === 'held';
      if (hasFailed && isTurnedAway(outcome)) return later(SERVER, outcome, fail(SERVER, outcome, tries));
      // Any other failure says nothing of the server: whether it takes others they find out themselves.
      for (const state of tries) end(state);
      if (!hasFailed) return outcome;
      const known = troubles.get(SUSPECTS);
      known?.timer.cancel();
      return later(SUSPECTS, outcome, fail(SUSPECTS, outcome, known ? [known] : []));
    },
    callUp(blocked) {
      const [server, own] = [troubles.get(SERVER), troubles.get(blocked)];
      if (server === undefined && own === undefined) return 'all';
      if ((server ?? own)?.phase !== 'due' || (own ?? server)?.phase !== 'due') return 'none';
      for (const state of [server, own]) if (state) state.phase = 'called';
      return 'one';
    },
    // One that stays due has nothing that waits for it.
    troubles: () => [...troubles.values()].filter(({ phase }) => phase !== 'due'),
    stop() {
      for (const { timer } of troubles.values()) timer.cancel();
    },
  };
}

function keepsBack(state: State | undefined): string | undefined {
  return state?.phase === 'waiting' || state?.phase === 'trying' ? state.blocked : undefined;
}

/** By the server, whatever the project. */
function isTurnedAway(failure: Failure): boolean {
  return failure.status === 'held' && failure.concerns === 'server';
}

function later(blockedBy: string, failure: Failure, trouble: number): Later {
  if (failure.status === 'held') return { status: 'later', blockedBy, trouble };
  return { status: 'later', blockedBy, trouble, failure: failure.reason, ...(failure.broke && { broke: true }) };
}

function report(log: Log, failure: Failure, fields: LogFields): void {
  switch (failure.status) {
    case 'retry':
      log.warn('Weave did not take a batch; it is sent again.', fields);
      break;
    case 'held':
      log.error(`Weave turns the bridge away; nothing is lost, its calls wait. ${failure.todo}`, fields);
  }
}
