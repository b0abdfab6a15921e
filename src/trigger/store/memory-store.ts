import type { Outbox, StoredTrigger, Trigger } from '../../core/ports.ts';
import type { Selection } from '../../core/rule.ts';
import type { VersionedRule } from '../rule-set.ts';
import type { Taken } from './intake.ts';
import { type RuleSettings, settingsOf } from './rules.ts';
import type { Scoring } from './scorings.ts';
import { dayOf } from './spending.ts';
import type { ScoringStore } from './store.ts';

/** Calls that wait for their scorers, and calls that are remembered so that none is scored twice. */
export const MAX_WAITING = 10_000;
const MAX_DONE = 10_000;

interface Open {
  scoring: Scoring;
  dueAtMs: number | null;
}

/** Of a process that keeps nothing on disk: what has not been sent when it ends never is. */
export interface MemoryStore extends ScoringStore {
  /** Calls that wait or are being asked for. */
  open(): number;
}

/** Holds scorings as the store on disk does, within bounds: beyond them a call is `over_budget`. */
export function createMemoryStore(rules: readonly VersionedRule[]): MemoryStore {
  const settings = new Map<string, RuleSettings>(
    rules.map((versioned) => [keyOf(versioned.rule.name, versioned.version), settingsOf(versioned)]),
  );
  const open = new Map<string, Open>();
  const done = new Set<string>();
  const used = new Map<string, { readonly day: string; calls: number }>();
  let lastId = 0;

  const keyOfCall = ({ project, callId, rule, version }: Pick<Scoring, 'project' | 'callId' | 'rule' | 'version'>) =>
    keyOf(project, callId, rule, version);

  function takeOne(trigger: Trigger, limit: Selection['limit'], nowMs: number): Taken {
    const { project, callId, rule, version, acceptedAtMs } = trigger;
    const found = settings.get(keyOf(rule, version));
    if (found?.kind !== 'scoring') return 'failed';
    const key = keyOfCall(trigger);
    if (open.has(key) || done.has(key)) return 'duplicate';
    const day = dayOf(nowMs);
    const known = used.get(rule);
    const today = known?.day === day ? known : { day, calls: 0 };
    if (today.calls >= (limit.callsPerDay ?? Infinity) || open.size >= MAX_WAITING) return 'over_budget';
    today.calls += 1;
    used.set(rule, today);
    lastId += 1;
    const { scorers, delayMs } = found;
    const scoring: Scoring = {
      ...{ id: lastId, project, callId, rule, version, scorers },
      ...{ state: 'waiting', attempts: 0, sweeps: 0 },
    };
    open.set(key, { scoring, dueAtMs: acceptedAtMs + delayMs });
    return 'taken';
  }

  function forget(key: string): void {
    open.delete(key);
    done.add(key);
    const [oldest] = done;
    if (done.size > MAX_DONE && oldest !== undefined) done.delete(oldest);
  }

  return {
    rules: { find: (name, version) => settings.get(keyOf(name, version)) },
    intake: { take: (triggers, limitOf, nowMs) => triggers.map((one) => takeOne(one, limitOf(one.rule), nowMs)) },
    scorings: {
      due(nowMs, max) {
        const due = [...open.values()].filter(({ dueAtMs }) => dueAtMs !== null && dueAtMs <= nowMs);
        return due.slice(0, max).map(({ scoring }) => scoring);
      },
      nextDue(afterMs) {
        let next: number | undefined;
        for (const { dueAtMs } of open.values())
          if (dueAtMs !== null && dueAtMs > afterMs && dueAtMs < (next ?? Infinity)) next = dueAtMs;
        return next;
      },
      interrupted: () => [],
      hurry(nowMs) {
        for (const one of open.values())
          if (one.scoring.state === 'waiting') one.dueAtMs = Math.min(one.dueAtMs ?? nowMs, nowMs);
      },
      move(scorings, change) {
        for (const scoring of scorings) {
          const { dueAtMs, reason: _reason, ...changed } = change(scoring);
          const key = keyOfCall(scoring);
          if (dueAtMs === null && changed.state !== 'sending') forget(key);
          else open.set(key, { scoring: { ...scoring, ...changed }, dueAtMs });
        }
      },
    },
    purge: () => undefined,
    trim: () => undefined,
    close: () => undefined,
    open: () => open.size,
  };
}

const keyOf = (...parts: readonly string[]) => parts.join(' ');

export interface MemoryOutbox extends Outbox {
  add(triggers: readonly Trigger[]): void;
  size(): number;
}

/** Triggers of calls that Weave has just accepted, until they are taken over. */
export function createMemoryOutbox(): MemoryOutbox {
  let waiting: readonly StoredTrigger[] = [];
  let arrival = Promise.withResolvers<void>();
  let lastId = 0;
  return {
    add(triggers) {
      const stored = triggers.map((trigger) => {
        lastId += 1;
        return { ...trigger, id: lastId };
      });
      waiting = [...waiting, ...stored];
      arrival.resolve();
      arrival = Promise.withResolvers();
    },
    size: () => waiting.length,
    read: (max) => waiting.slice(0, max),
    forget(throughId) {
      waiting = waiting.filter(({ id }) => id > throughId);
    },
    ready(signal) {
      if (waiting.length > 0 || signal.aborted) return Promise.resolve();
      const { promise: aborted, resolve } = Promise.withResolvers<void>();
      const done = () => resolve();
      signal.addEventListener('abort', done, { once: true });
      return Promise.race([arrival.promise, aborted]).finally(() => signal.removeEventListener('abort', done));
    },
  };
}
