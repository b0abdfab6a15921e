import type { Call } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, Trigger } from '../core/ports.ts';
import type { ScoringRule } from '../core/rule.ts';
import { createAgents } from '../send/agents.ts';
import { createClient } from '../trigger/http/client.ts';
import { createMatch } from '../trigger/match.ts';
import { ruleSet, type VersionedRule } from '../trigger/rule-set.ts';
import { createScoring } from '../trigger/scoring/scoring.ts';
import { createMemoryOutbox, createMemoryStore } from '../trigger/store/memory-store.ts';
import type { ScoringStore } from '../trigger/store/store.ts';
import { createTriggers } from '../trigger/triggers.ts';
import { createWeaveApi } from '../trigger/weave/weave-api.ts';
import { VERSION } from '../version.ts';
import type { AppClientSettings } from './client.ts';
import type { Spool } from './queue.ts';

/** After a lost answer: how long a score may take to show up before it is taken for one that is not there. */
const UNCLEAR_MS = 60_000;
const RETRY = { initialMs: 500, maxMs: 30_000 };
const MAX_SLEEP_MS = 60_000;
const MAX_SOCKETS = 1;

export interface ScoringLineDeps {
  readonly rules: readonly ScoringRule[];
  readonly spool: Spool | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface ScoringLine {
  match(calls: readonly Call[]): readonly Trigger[];
  flush(over: AbortSignal): Promise<void>;
  waiting(): number;
  close(): Promise<void>;
}

/** The sidecar's way from accepted calls to `calls/score`. Triggers are kept in the spool, or else in memory. */
export async function startScoringLine(deps: ScoringLineDeps, settings: AppClientSettings): Promise<ScoringLine> {
  const { clock, log, counters } = deps;
  const rules = ruleSet(deps.rules, []);
  const match = createMatch({ clock, counters, log }, rules);
  const limits = new Map(rules.map(({ rule }) => [rule.name, rule.limit]));
  const kept = deps.spool ? await openSpool(deps.spool, rules, clock) : openMemory(rules);
  const { url, key, timeoutMillis: timeoutMs, headers, proxyEnv, ca, agent } = settings;
  const client = createClient({
    url,
    authorization: () => (key === null ? null : `Basic ${Buffer.from(`api:${key}`).toString('base64')}`),
    timeoutMs,
    userAgent: `otel-weave-bridge/${VERSION}`,
    maxSockets: MAX_SOCKETS,
    agents: { ...createAgents({ maxSockets: MAX_SOCKETS, proxyEnv, ca }), ...agent },
    headers,
    inBackground: true,
  });
  const { store, outbox } = kept;
  const scoring = createScoring(
    { store, weave: createWeaveApi(client), clock, log, counters },
    { retry: RETRY, unclearMs: UNCLEAR_MS },
  );
  const triggers = createTriggers(
    { outbox, store, scoring, jobs: null, limitOf: (rule) => limits.get(rule) ?? {}, clock, log, counters },
    { maxSleepMs: MAX_SLEEP_MS },
  );
  triggers.start();
  return {
    match: (calls) => kept.keep(match(calls)),
    flush: triggers.flush,
    waiting: kept.waiting,
    async close() {
      await triggers.close();
      client.close();
    },
  };
}

interface Kept {
  readonly store: ScoringStore;
  readonly outbox: Outbox;
  /** Answers those that the queue has to keep. */
  keep(triggers: readonly Trigger[]): readonly Trigger[];
  /** Those that end with the process. */
  waiting(): number;
}

function openMemory(rules: readonly VersionedRule[]): Kept {
  const store = createMemoryStore(rules);
  const outbox = createMemoryOutbox();
  return {
    store,
    outbox,
    keep(triggers) {
      outbox.add(triggers);
      return [];
    },
    waiting: () => outbox.size() + store.open(),
  };
}

async function openSpool({ dir, outbox }: Spool, rules: readonly VersionedRule[], clock: Clock): Promise<Kept> {
  // Here and not above: it loads the database.
  const { openTriggerStore } = await import('../trigger/store/store.ts');
  const store = openTriggerStore({ clock }, { dir, fsync: false });
  for (const rule of rules) store.rules.register(rule);
  return { store, outbox, keep: (triggers) => triggers, waiting: () => 0 };
}
