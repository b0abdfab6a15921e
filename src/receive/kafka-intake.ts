/** Carries messages of Kafka into the queue, and tells Kafka how far it has come. */
import { parseProjectId } from '../core/call.ts';
import type { Timer } from '../core/clock.ts';
import type { Accept, Encoding } from '../core/ports.ts';
import { createHandleExport } from './handle-export.ts';
import type { KafkaMessage, KafkaSession, Position } from './kafka-session.ts';
import type { Outcome } from './outcomes.ts';
import type { ReceiverDeps } from './receiver.ts';

export interface KafkaIntakeSettings {
  /** Undefined: there is none. */
  readonly logsTopic: string | undefined;
  readonly encoding: 'otlp_proto' | 'otlp_json';
  readonly maxBodyBytes: number;
  /** Whether spans that name no project have one to go to. */
  readonly defaultProjectKnown: boolean;
  /** Whether log records that hold the content of spans are kept for them. */
  readonly joinLogs: boolean;
  /** Messages, and their bytes, that may wait for the queue at the same time; one alone may always. */
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly commitIntervalMs: number;
  /** A topic of nothing but bad messages must not fill the log: the next line comes this much later. */
  readonly logIntervalMs: number;
}

/**
 * Takes messages until the session ends or the signal aborts, and rejects with what ended the session. Each is offered
 * to the queue until that has room. An offset is committed only when the message and all before it in its partition are
 * durable, or can never be taken. When it has settled, nothing is offered any more and all that is durable is committed.
 */
export type KafkaIntake = (session: KafkaSession, signal: AbortSignal) => Promise<void>;

const ENCODINGS = { otlp_proto: 'protobuf', otlp_json: 'json' } as const satisfies Readonly<Record<string, Encoding>>;

export function createKafkaIntake(deps: ReceiverDeps, settings: KafkaIntakeSettings): KafkaIntake {
  const { counters } = deps;
  const { logsTopic, encoding, maxBodyBytes, defaultProjectKnown, joinLogs } = settings;
  const tell = createTeller(deps, settings);

  /** Resolves to whether the message is done with. Never rejects. */
  function createOffer(signal: AbortSignal): (message: KafkaMessage) => Promise<boolean> {
    const accept = patient(deps, signal);
    const handle = createHandleExport({ ...deps, accept }, { transport: 'kafka', defaultProjectKnown, joinLogs });
    const count = (outcome: string) => counters.add('receiver_requests', 1, { transport: 'kafka', outcome });

    return async (message) => {
      const { topic, value: body, projectHeader } = message;
      if (signal.aborted) return false;
      if (body.length > maxBodyBytes) {
        count('too_large');
        tell(message, 'it is larger than receive.max_body');
        return true;
      }
      const kind = topic === logsTopic ? 'logs' : 'traces';
      const outcome = await handle({ signal: kind, encoding: ENCODINGS[encoding], body, projectHeader });
      // Whoever is asked to come again here has been told to stop.
      if (outcome.retryAfterMs !== null) return false;
      count(outcome.status);
      if (outcome.status !== 'success') tell(message, reasonOf(outcome, message, encoding));
      return true;
    };
  }

  return async (session, signal) => {
    const stop = new AbortController();
    const offer = createOffer(AbortSignal.any([signal, stop.signal]));
    const commits = createCommits(session, deps, settings.commitIntervalMs);
    const window: { readonly bytes: number; readonly settled: Promise<void> }[] = [];
    let bytes = 0;
    let last: Promise<unknown> = Promise.resolve();
    let goesOn = true;

    async function settle(message: KafkaMessage, before: Promise<unknown>): Promise<void> {
      const [done] = await Promise.all([offer(message), before]);
      window.shift();
      bytes -= message.value.length;
      // Behind a message that was not taken nothing is committed: it has to come again.
      goesOn &&= done;
      if (goesOn) commits.reached(message);
    }

    try {
      for await (const message of session.messages) {
        const isFull = () =>
          window.length >= settings.maxInFlight || bytes + message.value.length > settings.maxInFlightBytes;
        while (window[0] !== undefined && isFull()) await window[0].settled;
        if (signal.aborted) break;
        const settled = settle(message, last);
        window.push({ bytes: message.value.length, settled });
        bytes += message.value.length;
        last = settled;
      }
    } finally {
      stop.abort();
      await last;
      await commits.close();
    }
  };
}

/** Commits what was reached, one commit at a time, some time after the first message that it is for. */
function createCommits(session: KafkaSession, { clock }: Pick<ReceiverDeps, 'clock'>, intervalMs: number) {
  let reached = new Map<string, Position>();
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();

  async function commit(): Promise<void> {
    const next = reached;
    if (next.size === 0) return;
    reached = new Map();
    if (await session.commit([...next.values()])) return;
    reached = new Map([...next, ...reached]);
    schedule();
  }

  function schedule(): void {
    timer ??= clock.after(intervalMs, () => {
      timer = undefined;
      running = running.then(commit);
    });
  }

  return {
    reached({ topic, partition, offset, leaderEpoch }: KafkaMessage): void {
      reached.set(`${topic} ${partition}`, { topic, partition, offset: offset + 1n, leaderEpoch });
      schedule();
    },
    async close(): Promise<void> {
      await running;
      await commit();
      timer?.cancel();
    },
  };
}

/** Kafka keeps what is not taken yet: a queue without room is asked again when it says so. */
function patient({ accept, clock }: Pick<ReceiverDeps, 'accept' | 'clock'>, signal: AbortSignal): Accept {
  return async (request) => {
    for (;;) {
      const outcome = await accept(request);
      if (outcome.status === 'accepted' || signal.aborted) return outcome;
      await clock.sleep(outcome.retryAfterMs, signal);
      if (signal.aborted) return outcome;
    }
  };
}

/** In words of our own: what a decoder says may hold a piece of the message. */
function reasonOf({ status, rejected }: Outcome, { projectHeader }: KafkaMessage, encoding: string): string {
  if (projectHeader !== undefined && parseProjectId(projectHeader) === undefined) {
    return 'its header project_id is not entity/project';
  }
  if (status === 'invalid') return `it is no export request of this topic's kind in ${encoding}`;
  if (status !== 'partial_success') return status;
  return `${rejected} of its spans have no valid ids or times, or name no project while weave.project is not set`;
}

function createTeller({ clock, log }: Pick<ReceiverDeps, 'clock' | 'log'>, { logIntervalMs }: KafkaIntakeSettings) {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return ({ topic, partition, offset }: Position, reason: string): void => {
    if (clock.monotonic() < quietUntilMs) {
      unsaid += 1;
      return;
    }
    const place = { topic, partition, offset: String(offset) };
    log.warn('A message from Kafka was not taken, or not all of it.', {
      ...place,
      reason,
      othersSinceLastLine: unsaid,
    });
    quietUntilMs = clock.monotonic() + logIntervalMs;
    unsaid = 0;
  };
}
