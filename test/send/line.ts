import { createCounters } from '../../src/core/counters.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import { createDeliver, type DeliverSettings } from '../../src/send/deliver.ts';
import { createFallback } from '../../src/send/fallback.ts';
import { createGate } from '../../src/send/gate.ts';
import { createLimit } from '../../src/send/limit.ts';
import { createWeaveClient } from '../../src/send/weave-client.ts';
import type { FakeClock } from '../support/fake-clock.ts';

export const LINE_SETTINGS: DeliverSettings = {
  maxCalls: 1000,
  maxBytes: 10 * 1024 * 1024,
  maxWaitMs: 200,
  concurrency: 4,
  maxElapsedMs: 0,
};

export interface LineOptions {
  readonly url: string;
  readonly clock: FakeClock;
  readonly log?: Log;
  readonly settings?: Partial<DeliverSettings & { timeoutMs: number }>;
  readonly wake?: () => void;
}

/** The whole way out as the bridge wires it, to a real socket. The shortener of these tests cuts the text `pad`. */
export function createLine({ url, clock, log = silentLog, settings = {}, wake = () => undefined }: LineOptions) {
  const all = { ...LINE_SETTINGS, timeoutMs: 30_000, ...settings };
  const counters = createCounters();
  const client = createWeaveClient(
    { clock, counters },
    { url, apiKey: () => null, timeoutMs: all.timeoutMs, userAgent: 'test', maxSockets: all.concurrency },
  );
  const fallback = createFallback({ ...client, clock, log }, { recheckMs: 60_000 });
  const gate = createGate({ send: fallback, clock, log, wake }, { initialMs: 1000, maxMs: 30_000 });
  const limit = createLimit(all);
  const sends = { send: limit(gate.send), sendAlone: limit(gate.sendAlone) };
  const deliverer = createDeliver({ ...sends, clock, counters, shorten: shortenPad }, all);
  return { deliverer, gate, counters, log, close: client.close };
}

/** Leaves out of `pad` what is too much, and counts how often that was done to a call; no other part can be left out. */
export function shortenPad(json: Buffer, maxBytes: number): Buffer {
  const call = JSON.parse(json.toString());
  const counted = { ...call, cuts: (call.cuts ?? 0) + 1 };
  const excess = Math.max(0, JSON.stringify(counted).length - maxBytes);
  return Buffer.from(JSON.stringify({ ...counted, pad: call.pad.slice(excess) }));
}
