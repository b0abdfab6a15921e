/** What every network receiver is given, and what it gives back. */
import type { Clock } from '../core/clock.ts';
import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Accept, Encoding } from '../core/ports.ts';
import type { CheckResult } from '../decode/check.ts';
import type { Admit } from './admit.ts';
import type { TlsSettings } from './tls.ts';

/** Looks at a whole request before it is accepted: `checkRequest`. Never throws. */
export type Check = (body: Uint8Array, encoding: Encoding) => CheckResult;

export interface ReceiverDeps {
  readonly accept: Accept;
  readonly check: Check;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
}

export interface NetworkReceiverDeps extends ReceiverDeps {
  readonly admit: Admit;
}

/** What both receivers are told about where to listen and what to let in. */
export interface ReceiverSettings {
  /** A name or an address of this machine. `localhost` is 127.0.0.1. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Null: anybody on the way can read along. */
  readonly tls: TlsSettings | null;
  /** How long a TLS handshake may take. */
  readonly handshakeTimeoutMs: number;
  /** Whether spans that name no project have one to go to. */
  readonly defaultProjectKnown: boolean;
  /** Whether log records that hold the content of spans are kept for them. */
  readonly joinLogs: boolean;
  /** The largest body, before and after decompression. */
  readonly maxBodyBytes: number;
  /** The most that the bodies of all requests in work may hold together; one request alone is never refused for it. */
  readonly maxInFlightBytes: number;
  readonly maxConnections: number;
  /** How long a body may take to arrive. */
  readonly bodyTimeoutMs: number;
  /** How long `close` waits for requests in work before it cuts their connections. */
  readonly closeTimeoutMs: number;
}

/** What holds for both receivers unless a setting says otherwise. */
export const RECEIVER_LIMITS = {
  /** What OTLP recommends for both protocols: https://opentelemetry.io/docs/specs/otlp/ */
  maxBodyBytes: 64 * 1024 * 1024,
  maxInFlightBytes: 256 * 1024 * 1024,
  maxConnections: 4096,
  handshakeTimeoutMs: 10_000,
  bodyTimeoutMs: 60_000,
  closeTimeoutMs: 5_000,
} as const;

export interface Receiver {
  /** `host:port` as bound; `[host]:port` for IPv6. */
  readonly address: string;
  /**
   * Stops listening and ends each connection after the request on it is answered; what is not done
   * by the deadline is cut off. After it has resolved, `accept` is not called any more. Safe to call twice.
   */
  close(): Promise<void>;
}
