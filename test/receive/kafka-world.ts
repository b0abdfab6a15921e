import type { Clock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import type { AcceptOutcome, RawRequest } from '../../src/core/ports.ts';
import { checkRequest } from '../../src/decode/check.ts';
import { KAFKA_LIMITS, type KafkaSettings, startKafkaReceiver } from '../../src/receive/kafka.ts';
import type { KafkaMessage, KafkaSession, OpenSession } from '../../src/receive/kafka-session.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';
import { asProtobuf, traceRequest } from './otlp.ts';

/** A partition of a topic, as Kafka keeps it: it knows what is committed, and gives from there on. */
export interface FakeKafka {
  readonly open: OpenSession;
  readonly messages: KafkaMessage[];
  /** The offset that the group goes on at, by `topic partition`. */
  readonly committed: Map<string, bigint>;
  /** Every commit, in order. */
  readonly commits: readonly bigint[];
  /** How many messages have been taken out, over all sessions. */
  taken(): number;
  opened(): number;
  closed(): number;
  /** Ends the session that is open. */
  lose(reason: string): void;
  /** From now on sessions cannot be opened; null: they can. */
  refuse(reason: string | null): void;
  /** From now on commits fail, or do not. */
  failCommits(fail: boolean): void;
}

export function createFakeKafka(values: readonly (Uint8Array | Partial<KafkaMessage>)[]): FakeKafka {
  const next = new Map<string, bigint>();
  const messages = values.map((given): KafkaMessage => {
    const message = given instanceof Uint8Array ? { value: given } : given;
    const { topic = 'otlp_spans', partition = 0 } = message;
    const offset = next.get(`${topic} ${partition}`) ?? 0n;
    next.set(`${topic} ${partition}`, offset + 1n);
    return { topic, partition, offset, leaderEpoch: 0, value: new Uint8Array(), projectHeader: undefined, ...message };
  });
  const committed = new Map<string, bigint>();
  const commits: bigint[] = [];
  let taken = 0;
  let opened = 0;
  let closed = 0;
  let refused: string | null = null;
  let failing = false;
  let lost: (reason: string) => void = () => undefined;

  async function* read(signal: AbortSignal, ended: Promise<string>): AsyncGenerator<KafkaMessage> {
    const from = new Map(committed);
    for (const message of messages) {
      if (message.offset < (from.get(`${message.topic} ${message.partition}`) ?? 0n)) continue;
      if (signal.aborted) return;
      taken += 1;
      yield message;
    }
    const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    const reason = signal.aborted ? undefined : await Promise.race([ended, stopped]);
    if (reason !== undefined) throw new Error(reason);
  }

  return {
    messages,
    committed,
    commits,
    taken: () => taken,
    opened: () => opened,
    closed: () => closed,
    lose: (reason) => lost(reason),
    refuse(reason) {
      refused = reason;
    },
    failCommits(fail) {
      failing = fail;
    },
    async open(signal) {
      if (refused !== null) throw new Error(refused);
      opened += 1;
      const ended = new Promise<string>((resolve) => {
        lost = resolve;
      });
      return {
        messages: read(signal, ended),
        async commit(positions) {
          if (failing) return false;
          for (const { topic, partition, offset } of positions) {
            committed.set(`${topic} ${partition}`, offset);
            commits.push(offset);
          }
          return true;
        },
        async close() {
          closed += 1;
        },
      } satisfies KafkaSession;
    },
  };
}

export const spans = (count: number): Buffer => asProtobuf(traceRequest({ spans: count }));

export interface RunSettings extends Partial<KafkaSettings> {
  /** What the queue answers; accepted where nothing is said. */
  readonly accept?: (request: RawRequest) => AcceptOutcome | Promise<AcceptOutcome>;
}

export function startKafka(kafka: FakeKafka, clock: Clock, { accept, ...settings }: RunSettings = {}) {
  const log: RecordingLog = recordingLog();
  const counters = createCounters();
  const accepted: RawRequest[] = [];
  const receiver = startKafkaReceiver(
    {
      async accept(request) {
        const outcome = (await accept?.(request)) ?? { status: 'accepted' };
        if (outcome.status === 'accepted') accepted.push(request);
        return outcome;
      },
      check: checkRequest,
      ...{ clock, log, counters, open: kafka.open },
    },
    {
      ...KAFKA_LIMITS,
      logsTopic: undefined,
      encoding: 'otlp_proto',
      maxBodyBytes: 2 ** 20,
      defaultProjectKnown: true,
      joinLogs: true,
      closeTimeoutMs: 5000,
      ...settings,
    },
  );
  const outcomes = () =>
    Object.fromEntries(
      counters
        .all()
        .filter(({ name }) => name === 'receiver_requests')
        .map(({ labels, value }) => [labels['outcome'], value]),
    );
  return { receiver, log, counters, accepted, outcomes };
}
