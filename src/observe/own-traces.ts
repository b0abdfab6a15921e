import got from 'got';
import type { Clock, Timer } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** One request in so long: however the spans come back, in a circle through others, there are never more of them. */
const SEND_EVERY_MS = 5000;
/** Of one request. What is noted beyond it within one interval is dropped and counted. */
export const MAX_WAITING = 2048;
const TIMEOUT_MS = 10_000;
const SCOPE = { name: 'otel-weave-bridge' };

export interface Work {
  readonly name: 'receive' | 'deliver';
  /** When it began, by the monotonic clock. */
  readonly startedMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** What went wrong, if anything. */
  readonly error?: string | undefined;
}

/** Tells of the bridge's own work in spans. */
export interface OwnTraces {
  /** Notes work that has just ended. */
  note(work: Work): void;
  /** Sends what is left. Safe to call twice. */
  close(): Promise<void>;
}

export interface OwnTracesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface OwnTracesSettings {
  /** The whole URL: `http://collector:4318/v1/traces`. */
  readonly endpoint: string;
  readonly version: string;
}

/** Sends them as OTLP/JSON, each request once: they are of use now or not at all. */
export function createOwnTraces(deps: OwnTracesDeps, { endpoint, version }: OwnTracesSettings): OwnTraces {
  const { clock, log, counters } = deps;
  let waiting: object[] = [];
  let target: 'working' | 'failing' = 'working';
  let timer: Timer = clock.after(SEND_EVERY_MS, onTime);
  let closed: Promise<void> | undefined;

  function onTime(): void {
    timer = clock.after(SEND_EVERY_MS, onTime);
    void send();
  }

  async function send(): Promise<void> {
    if (waiting.length === 0) return;
    const spans = waiting;
    waiting = [];
    const attributes = [attribute('service.name', SCOPE.name), attribute('service.version', version)];
    const resourceSpans = [{ resource: { attributes }, scopeSpans: [{ scope: { ...SCOPE, version }, spans }] }];
    try {
      await got.post(endpoint, { json: { resourceSpans }, retry: { limit: 0 }, timeout: { request: TIMEOUT_MS } });
      target = 'working';
    } catch (thrown) {
      counters.add('telemetry_dropped_spans', spans.length);
      if (target === 'working') log.warn("the bridge's own spans cannot be sent", { error: messageOf(thrown) });
      target = 'failing';
    }
  }

  function spanOf({ name, startedMs, attributes, error }: Work): object {
    const [endMs, lastedMs] = [clock.now(), clock.monotonic() - startedMs];
    return {
      traceId: hex(32),
      spanId: hex(16),
      name,
      kind: name === 'receive' ? 2 : 3,
      startTimeUnixNano: nanos(endMs - lastedMs),
      endTimeUnixNano: nanos(endMs),
      attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      status: error === undefined ? {} : { code: 2, message: error },
    };
  }

  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(clock.random() * 16).toString(16)).join('');

  return {
    note(work) {
      if (closed || waiting.length >= MAX_WAITING) counters.add('telemetry_dropped_spans', 1);
      else waiting.push(spanOf(work));
    },
    close() {
      timer.cancel();
      closed ??= send();
      return closed;
    },
  };
}

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
});

const nanos = (ms: number) => `${BigInt(Math.round(ms * 1000)) * 1000n}`;
