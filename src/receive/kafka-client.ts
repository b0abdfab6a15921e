/** Sessions with real brokers. */
import { once } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import {
  type Consumer,
  type ConsumerOptions,
  connectionOptions,
  type KafkaClientSettings,
  type LoadLibrary,
  loadLibrary,
  type Stream,
} from './kafka-library.ts';
import { reasonOf } from './kafka-reason.ts';
import type { KafkaMessage, KafkaSession, OpenSession } from './kafka-session.ts';

/** As the Collector's receiver has them: so long after a bridge was killed another one has its partitions. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 3_000;
/** How long a rebalance waits for members, and how long a member may be without a heartbeat before we give up on it. */
const REBALANCE_TIMEOUT_MS = 30_000;
/** How long a broker holds a fetch back where there is nothing new. */
const FETCH_WAIT_MS = 1_000;
/** Between the library's own tries, of which one step of a session has up to four. */
const RETRY_DELAY_MS = 250;
/** The library tries for longer; but a commit that is lost only brings messages again, and it must not hold up a stop. */
const COMMIT_TIMEOUT_MS = 2_000;
/** How long a client that never came to work may take to close; shorter where the bridge is stopping. */
const GIVE_UP_MS = 5_000;
const GIVE_UP_STOPPING_MS = 1_000;

interface ClientDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Loads the library. */
  readonly load?: LoadLibrary;
}

/** Throws PACKAGE_MISSING or TLS_UNUSABLE; connects to nobody yet. */
export async function createKafkaClient(deps: ClientDeps, settings: KafkaClientSettings): Promise<OpenSession> {
  const { clock, log, load } = deps;
  const { topics, initialOffset } = settings;
  const { Consumer } = await loadLibrary(load);
  const options = consumerOptions(settings);

  async function connect(consumer: Consumer, signal: AbortSignal): Promise<Stream> {
    const stream = await consumer.consume({
      topics: [...topics],
      mode: 'committed',
      fallbackMode: initialOffset,
      autocommit: false,
      // Counted in messages: a fetch is asked for when the one before it has been taken.
      highWaterMark: 1,
    });
    // Whoever iterates is told of an error, too; this is for the time before.
    stream.on('error', () => undefined);
    consumer.once('consumer:heartbeat:stalled', ({ lastError }) =>
      stream.destroy(lastError ?? new Error('the group was not heard of for too long')),
    );
    watchPartitions(consumer, stream, topics);
    await once(stream, 'offsets', { signal });
    return stream;
  }

  /** Resolves to false where that takes longer. */
  async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
    const timer = new AbortController();
    const late = clock.sleep(ms, timer.signal).then(() => false);
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      timer.abort();
    }
  }

  async function leave(consumer: Consumer, closeMs: number): Promise<void> {
    const failed = (thrown: unknown) =>
      log.debug('a Kafka client did not close in order', { reason: reasonOf(thrown) });
    await within(closeMs, consumer.close(true).catch(failed));
  }

  return async (signal) => {
    const consumer: Consumer = new Consumer(options);
    // Without a listener a failed rejoin would end the process; that it failed shows as a stalled heartbeat.
    consumer.on('error', (error) => log.debug('a Kafka client has an error', { reason: reasonOf(error) }));
    const over = new AbortController();
    // The library goes on with what it is at, whatever we are asked.
    const stopped = once(signal, 'abort', { signal: over.signal }).then(() => Promise.reject(signal.reason));
    try {
      const stream = await Promise.race([connect(consumer, signal), stopped]);
      const end = () => void stream.destroy();
      signal.addEventListener('abort', end, { once: true });
      return session(consumer, stream, signal, async (closeMs) => {
        signal.removeEventListener('abort', end);
        stream.destroy();
        await leave(consumer, closeMs);
      });
    } catch (thrown) {
      await leave(consumer, signal.aborted ? GIVE_UP_STOPPING_MS : GIVE_UP_MS);
      throw thrown;
    } finally {
      over.abort();
    }
  };

  function session(consumer: Consumer, stream: Stream, signal: AbortSignal, close: KafkaSession['close']) {
    return {
      messages: read(stream, signal),
      async commit(next) {
        // While the group is joined anew the library would answer a commit by joining once more.
        if (!consumer.isActive()) return false;
        try {
          const offsets = next.map((position) => ({ ...position }));
          return await within(COMMIT_TIMEOUT_MS, consumer.commit({ offsets }));
        } catch (thrown) {
          log.debug('offsets were not committed to Kafka', { reason: reasonOf(thrown) });
          return false;
        }
      },
      close,
    } satisfies KafkaSession;
  }
}

function consumerOptions(settings: KafkaClientSettings): ConsumerOptions {
  return {
    ...connectionOptions(settings),
    groupId: settings.group,
    retryDelay: RETRY_DELAY_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxWaitTime: FETCH_WAIT_MS,
    maxBytes: settings.maxFetchBytes,
  };
}

/** The library shares out the partitions that there are when a group is joined; of those that come later it says nothing. */
function watchPartitions(consumer: Consumer, stream: Stream, topics: readonly string[]): void {
  const count = () => topics.map((topic) => consumer.currentMetadata?.topics.get(topic)?.partitionsCount ?? 0);
  let joined = count();
  consumer.on('consumer:group:join', () => {
    joined = count();
  });
  stream.on('fetch', () => {
    if (count().some((now, at) => now > (joined[at] ?? 0)))
      stream.destroy(new Error('a topic has more partitions now'));
  });
}

async function* read(stream: Stream, signal: AbortSignal): AsyncGenerator<KafkaMessage> {
  try {
    for await (const { topic, partition, offset, leaderEpoch, value, headerEntries } of stream) {
      const [, project] = headerEntries.find(([name]) => String(name).toLowerCase() === 'project_id') ?? [];
      const projectHeader = project === undefined ? undefined : String(project);
      yield { topic, partition, offset, leaderEpoch, value: value ?? NOTHING, projectHeader };
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    return;
  }
  if (!signal.aborted) throw new Error('the stream of messages has ended');
}

const NOTHING = new Uint8Array();
