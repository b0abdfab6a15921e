import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createKeySource } from '../config/key-source.ts';
import type { Config } from '../config/options.ts';
import { systemSources } from '../config/sources.ts';
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/ports.ts';
import { createClient } from '../trigger/http/client.ts';
import { baseUrl, createBatchApi } from '../trigger/jobs/batch-api.ts';
import { createInputFiles } from '../trigger/jobs/input-file.ts';
import { createJobRunner, type JobRunner } from '../trigger/jobs/job-runner.ts';
import { createMatch, type Match } from '../trigger/match.ts';
import { ruleSet } from '../trigger/rule-set.ts';
import { createScoring } from '../trigger/scoring/scoring.ts';
import { openTriggerStore, type TriggerStore, triggersPath } from '../trigger/store/store.ts';
import { createTriggers } from '../trigger/triggers.ts';
import { createWeaveApi, type WeaveApi } from '../trigger/weave/weave-api.ts';
import { VERSION } from '../version.ts';
import { otherAgents, weaveAgents } from './way-out.ts';

/** After a lost answer: how long a score, or a batch, may take to show up before it is taken for one that is not there. */
const UNCLEAR_MS = 5 * 60_000;
const GRACE_MS = 60_000;
const MAX_POLL_MS = 5 * 60_000;
/** How soon `jobs resume` and `jobs cancel` are noticed. */
const MAX_SLEEP_MS = 5000;
/** Triggers never keep the delivery of calls from its connections. */
const MAX_SOCKETS = 4;
/** Large files of the batch API take their time. */
const BATCH_TIMEOUT_MS = 10 * 60_000;

export interface TriggerLineDeps {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

/** Everything behind the outbox: rules ─> triggers ─> scoring and jobs. */
export interface TriggerLine {
  /** Undefined where there are no rules. */
  readonly match: Match | undefined;
  start(): void;
  /** What is under way has so long to end. */
  close(graceMs?: number): Promise<void>;
}

/** Throws QUEUE_UNREADABLE or QUEUE_NEWER. What earlier rules have begun goes on, also where there are none any more. */
export function createTriggerLine(deps: TriggerLineDeps, config: Config): TriggerLine {
  const { clock, log, counters, outbox } = deps;
  const { dir, fsync, max_size: maxBytes } = config.queue;
  const rules = ruleSet(config.scoring, config.jobs.rules);
  if (rules.length === 0 && !existsSync(triggersPath(dir))) {
    return { match: undefined, start: () => undefined, close: () => Promise.resolve() };
  }
  const store = openTriggerStore({ clock, log }, { dir, fsync, maxBytes });
  for (const rule of rules) store.rules.register(rule);
  const weaveClient = createClient({
    url: config.weave.url,
    authorization: basicAuth(createKeySource(config, systemSources())),
    timeoutMs: config.weave.timeout,
    userAgent: `otel-weave-bridge/${VERSION}`,
    maxSockets: MAX_SOCKETS,
    agents: weaveAgents(config, systemSources(), MAX_SOCKETS),
  });
  const weave = createWeaveApi(weaveClient);
  const retry = { initialMs: config.retry.initial, maxMs: config.retry.max };
  const jobs = createJobs({ clock, log, counters, store, weave }, config);
  if (!jobs && store.jobs.nextDue(0) !== undefined) {
    log.warn('There are jobs that have not ended, and jobs.url is missing: they wait until it is there.');
  }
  const limits = new Map(rules.map(({ rule }) => [rule.name, rule.limit]));
  const triggers = createTriggers(
    {
      outbox,
      store,
      scoring: createScoring({ store, weave, clock, log, counters }, { retry, unclearMs: UNCLEAR_MS }),
      jobs: jobs?.runner ?? null,
      limitOf: (rule) => limits.get(rule) ?? {},
      clock,
      log,
      counters,
    },
    { maxSleepMs: MAX_SLEEP_MS },
  );
  return {
    match: rules.length === 0 ? undefined : createMatch({ clock, counters, log }, rules),
    start: triggers.start,
    async close(graceMs) {
      await triggers.close(graceMs);
      weaveClient.close();
      jobs?.close();
    },
  };
}

type JobsDeps = Omit<TriggerLineDeps, 'outbox'> & { readonly store: TriggerStore; readonly weave: WeaveApi };

/** Undefined where no batch API is configured. */
function createJobs(deps: JobsDeps, config: Config): { readonly runner: JobRunner; close(): void } | undefined {
  const { url, api_key: apiKey, poll } = config.jobs;
  if (url === undefined) return undefined;
  const client = createClient({
    url: baseUrl(url),
    authorization: () => (apiKey === undefined ? null : `Bearer ${apiKey.reveal()}`),
    timeoutMs: BATCH_TIMEOUT_MS,
    userAgent: `otel-weave-bridge/${VERSION}`,
    maxSockets: MAX_SOCKETS,
    agents: otherAgents(systemSources(), MAX_SOCKETS),
  });
  const files = createInputFiles({ items: deps.store.items, clock: deps.clock }, join(config.queue.dir, 'jobs'));
  const runner = createJobRunner(
    { ...deps, api: createBatchApi(client), files },
    {
      retry: { initialMs: config.retry.initial, maxMs: config.retry.max },
      poll: { initialMs: poll, maxMs: Math.max(poll, MAX_POLL_MS) },
      graceMs: GRACE_MS,
    },
  );
  return { runner, close: client.close };
}

/** https://docs.wandb.ai/weave: user `api`, the key is the password. */
function basicAuth(keyOf: () => string | null): () => string | null {
  return () => {
    const key = keyOf();
    return key === null ? null : `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;
  };
}
