/** OTLP requests out of Kafka: keeps a session for as long as the bridge runs, whatever becomes of the brokers. */
import { createKafkaIntake, type KafkaIntakeSettings } from './kafka-intake.ts';
import { reasonOf } from './kafka-reason.ts';
import type { OpenSession } from './kafka-session.ts';
import type { ReceiverDeps } from './receiver.ts';

export interface KafkaSettings extends KafkaIntakeSettings {
  /** The first wait before a lost session is opened anew; it doubles each time up to the longest. */
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  /** How long `close` may take. */
  readonly closeTimeoutMs: number;
}

export const KAFKA_LIMITS = {
  maxFetchBytes: 8 * 1024 * 1024,
  maxInFlight: 64,
  maxInFlightBytes: 16 * 1024 * 1024,
  commitIntervalMs: 1_000,
  logIntervalMs: 10_000,
  initialBackoffMs: 1_000,
  maxBackoffMs: 30_000,
} as const;

export interface KafkaReceiver {
  /** Why nothing is read now, for a person; undefined while it is. */
  trouble(): string | undefined;
  /**
   * Takes no message more, commits what is durable, and leaves the group, as far as that can be done in time. After it
   * has resolved, `accept` is not called any more. Safe to call twice.
   */
  close(): Promise<void>;
}

/** Starts reading. Brokers that cannot be reached are told in the log, once, and tried again. */
export function startKafkaReceiver(
  deps: ReceiverDeps & { readonly open: OpenSession },
  settings: KafkaSettings,
): KafkaReceiver {
  const { clock, log, open } = deps;
  const { initialBackoffMs, maxBackoffMs, closeTimeoutMs } = settings;
  const intake = createKafkaIntake(deps, settings);
  const stop = new AbortController();
  let trouble: string | undefined = 'not connected yet';
  let isTold = false;
  let deadlineMs = Number.POSITIVE_INFINITY;

  /** One session; answers why it ended. */
  async function once(): Promise<string> {
    try {
      const session = await open(stop.signal);
      log.info(isTold ? 'Kafka is there again.' : 'Kafka is read from.');
      trouble = undefined;
      isTold = false;
      try {
        await intake(session, stop.signal);
      } finally {
        await session.close(Math.min(closeTimeoutMs, Math.max(0, deadlineMs - clock.monotonic())));
      }
      return 'stopped';
    } catch (thrown) {
      return reasonOf(thrown);
    }
  }

  async function run(): Promise<void> {
    let backoffMs = initialBackoffMs;
    while (!stop.signal.aborted) {
      const startMs = clock.monotonic();
      const reason = await once();
      if (stop.signal.aborted) return;
      trouble = reason;
      if (!isTold) log.warn('Kafka cannot be read from; it is tried again until it can.', { reason });
      isTold = true;
      if (clock.monotonic() - startMs > maxBackoffMs) backoffMs = initialBackoffMs;
      await clock.sleep(backoffMs, stop.signal);
      backoffMs = Math.min(maxBackoffMs, backoffMs * 2);
    }
  }

  const running = run();

  /** A broker that says nothing any more must not keep the bridge from stopping. */
  async function end(): Promise<void> {
    deadlineMs = clock.monotonic() + closeTimeoutMs;
    stop.abort();
    const timer = new AbortController();
    await Promise.race([running, clock.sleep(closeTimeoutMs, timer.signal)]);
    timer.abort();
  }

  let closing: Promise<void> | undefined;
  return {
    trouble: () => trouble,
    close() {
      closing ??= end();
      return closing;
    },
  };
}
