/** The thread that sends the last calls of a process, again and again until Weave has them or the process is gone. */
import { workerData } from 'node:worker_threads';
import type { Call } from '../core/call.ts';
import { systemClock } from '../core/clock.ts';
import { createCounters } from '../core/counters.ts';
import { silentLog } from '../core/log.ts';
import { createDeliver } from '../send/deliver.ts';
import { createFallback } from '../send/fallback.ts';
import { createLimit } from '../send/limit.ts';
import type { GatedOutcome, Send } from '../send/outcome.ts';
import { CONCURRENCY, createAppClient, MAX_BODY_BYTES, RECHECK_ROUTE_MS } from './client.ts';
import { DONE, type LastCallData, SENDING, STAGE, TAKEN } from './last-call.ts';
import { shorten } from './shorten.ts';

const MAX_CALLS = 512;
/** Where the server names no time of its own. */
const AGAIN_MS = 300;

const { client: settings, calls, cutOff, told } = workerData as LastCallData;
const clock = systemClock;
const counters = createCounters();
const client = await createAppClient({ clock, counters }, settings, { inBackground: false });
const newer = { clock, log: silentLog };
const recheck = { recheckMs: RECHECK_ROUTE_MS };
const complete = createFallback({ ...client, ...newer }, recheck);
const end = createFallback({ complete: client.end, upsertBatch: client.olderEnd, ...newer }, recheck);
const { signal } = new AbortController();

let againMs = AGAIN_MS;
/** A key or a project that is not accepted stays so. */
let outlook: 'fair' | 'hopeless' = 'fair';

const send: Send<GatedOutcome> = async (...request) => {
  const outcome = await complete(...request);
  if (outcome.status === 'held') outlook = 'hopeless';
  if (outcome.status === 'retry') againMs = outcome.afterMs ?? AGAIN_MS;
  return outcome.status === 'held' || outcome.status === 'retry' ? { status: 'later', blockedBy: 'server' } : outcome;
};
const limit = createLimit({ concurrency: CONCURRENCY });
const { deliver, flush } = createDeliver(
  { send: limit(send), sendAlone: limit(send), clock, counters, shorten },
  { maxCalls: MAX_CALLS, maxBytes: MAX_BODY_BYTES, maxWaitMs: 0, concurrency: CONCURRENCY, maxElapsedMs: 0 },
);

async function deliverOne(call: Call): Promise<'again' | 'settled'> {
  const { delivered, released } = await deliver([call], clock.now());
  Atomics.add(told, TAKEN, delivered);
  return released ? 'again' : 'settled';
}

async function persist(given: readonly Call[]): Promise<void> {
  let left = given;
  while (left.length > 0) {
    const deliveries = left.map(deliverOne);
    flush();
    const outcomes = await Promise.all(deliveries);
    left = left.filter((_, at) => outcomes[at] === 'again');
    if (outlook === 'hopeless') return;
    if (left.length > 0) await clock.sleep(againMs);
  }
}

say(SENDING);
const ends = cutOff.map((call) => end(call.projectId, [received(call)], signal));
await Promise.all([persist(calls.map(received)), ...ends]);
say(DONE);

function say(stage: number): void {
  Atomics.store(told, STAGE, stage);
  Atomics.notify(told, STAGE);
}

/** A Buffer comes out of a message as a plain Uint8Array. */
function received(call: Call): Call {
  const { buffer, byteOffset, byteLength } = call.json;
  return { ...call, json: Buffer.from(buffer, byteOffset, byteLength) };
}
