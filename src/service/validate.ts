import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createKeySource } from '../config/key-source.ts';
import type { Config } from '../config/options.ts';
import { systemSources } from '../config/sources.ts';
import type { Clock } from '../core/clock.ts';
import { createCounters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { freeBytes } from '../queue/files.ts';
import { lookAtTopics } from '../receive/kafka-library.ts';
import { reasonOf } from '../receive/kafka-reason.ts';
import { createFallback } from '../send/fallback.ts';
import type { SendOutcome } from '../send/outcome.ts';
import { createWeaveClient } from '../send/weave-client.ts';
import { createClient } from '../trigger/http/client.ts';
import { baseUrl, createBatchApi } from '../trigger/jobs/batch-api.ts';
import { VERSION } from '../version.ts';
import { kafkaClientSettings } from './kafka.ts';
import { fileVerdicts, WEAVE_TLS } from './validate-files.ts';
import type { Verdict } from './verdict.ts';
import { otherAgents, wayOutSecrets, weaveAgents } from './way-out.ts';

const USER_AGENT = `otel-weave-bridge/${VERSION}`;

/** Checks what a config file cannot say of itself. Every request is empty: nothing is written anywhere. Never rejects. */
export async function checkOnline(config: Config, clock: Clock, signal: AbortSignal): Promise<readonly Verdict[]> {
  const files = fileVerdicts(config, clock);
  const canConnect = !files.some(({ status, about }) => status === 'failed' && about === WEAVE_TLS);
  return [
    queueVerdict(config),
    ...files,
    ...(canConnect ? [await weaveVerdict(config, clock, signal)] : []),
    ...(await jobsVerdicts(config, signal)),
    ...(await kafkaVerdicts(config)),
  ];
}

/** The directory itself, or the one that it would be created in. */
function queueVerdict({ queue }: Config): Verdict {
  const about = 'queue.dir';
  let dir = resolve(queue.dir);
  while (!existsSync(dir) && dirname(dir) !== dir) dir = dirname(dir);
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    const room = Math.floor((freeBytes(dir) + usedBytes(queue.dir)) / 2 ** 20);
    const wanted = Math.ceil((queue.max_size + queue.dead_letters.max_size) / 2 ** 20);
    if (room >= wanted) return { status: 'ok', about, text: `${queue.dir} can be written` };
    const text = `${queue.dir} can be written, but its disk has room for ${room} MiB, and queue.max_size and queue.dead_letters.max_size allow ${wanted}: senders are refused before that`;
    return { status: 'unclear', about, text };
  } catch (thrown) {
    return { status: 'failed', about, text: `${queue.dir} cannot be written: ${messageOf(thrown)}` };
  }
}

/** What the queue has of its disk already. */
function usedBytes(dir: string): number {
  if (!existsSync(dir)) return 0;
  return readdirSync(dir).reduce(
    (sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** Sends a batch of no calls, the way that calls would go. */
async function weaveVerdict(config: Config, clock: Clock, signal: AbortSignal): Promise<Verdict> {
  const { url, project, timeout: timeoutMs } = config.weave;
  if (project === undefined) {
    const text = 'not set: only spans that name a project are taken, and no project is there to be asked for';
    return { status: 'unclear', about: 'weave.project', text };
  }
  const sources = systemSources();
  const client = createWeaveClient(
    { clock, counters: createCounters() },
    {
      ...{ url, timeoutMs, userAgent: USER_AGENT, maxSockets: 1 },
      apiKey: createKeySource(config, sources),
      agents: weaveAgents(config, sources, 1),
      secrets: wayOutSecrets(config, sources),
    },
  );
  const send = createFallback({ ...client, clock, log: silentLog }, { recheckMs: timeoutMs });
  const outcome = await send(project, [], signal);
  client.close();
  return { about: 'weave.url, weave.api_key, weave.project', ...meaningOf(outcome, `${url} and ${project}`) };
}

function meaningOf(outcome: SendOutcome, who: string): Omit<Verdict, 'about'> {
  switch (outcome.status) {
    case 'accepted':
      return { status: 'ok', text: `${who}: the key is taken, and so are calls` };
    case 'refused':
    case 'too_large':
      return { status: 'unclear', text: `${who}: reached, but a batch of no calls is answered ${outcome.reason}` };
    case 'held':
      return { status: 'failed', text: `${who}: ${outcome.reason}. ${outcome.todo}` };
    case 'retry':
      return { status: 'failed', text: `${who}: ${outcome.reason}` };
    case 'aborted':
      return { status: 'unclear', text: `${who}: stopped before there was an answer` };
  }
}

/** Asks for the list of batches, where there is an API for them. */
async function jobsVerdicts({ jobs, weave }: Config, signal: AbortSignal): Promise<readonly Verdict[]> {
  if (jobs.url === undefined) return [];
  const key = jobs.api_key;
  const client = createClient({
    url: baseUrl(jobs.url),
    authorization: () => (key === undefined ? null : `Bearer ${key.reveal()}`),
    timeoutMs: weave.timeout,
    userAgent: USER_AGENT,
    maxSockets: 1,
    agents: otherAgents(systemSources(), 1),
  });
  const answer = await createBatchApi(client).list(null, signal);
  client.close();
  const about = 'jobs.url, jobs.api_key';
  switch (answer.status) {
    case 'done':
      return [{ status: 'ok', about, text: `${jobs.url}: the key is taken` }];
    case 'aborted':
      return [{ status: 'unclear', about, text: `${jobs.url}: stopped before there was an answer` }];
    default:
      return [{ status: 'failed', about, text: `${jobs.url}: ${answer.reason}` }];
  }
}

/** Asks for the topics, where there are brokers. */
async function kafkaVerdicts({ receive: { kafka } }: Config): Promise<readonly Verdict[]> {
  if (kafka.brokers.length === 0) return [];
  const about = 'receive.kafka';
  const settings = kafkaClientSettings(kafka);
  try {
    await lookAtTopics(settings);
    return [{ status: 'ok', about, text: `the brokers have ${settings.topics.join(' and ')}` }];
  } catch (thrown) {
    return [{ status: 'failed', about, text: reasonOf(thrown) }];
  }
}
