/** The thread that sends the last calls of a process: one attempt each, no retries. */
import { workerData } from 'node:worker_threads';
import type { Call } from '../core/call.ts';
import { systemClock } from '../core/clock.ts';
import { createCounters } from '../core/counters.ts';
import { silentLog } from '../core/log.ts';
import { createBatcher } from '../send/batcher.ts';
import { createFallback } from '../send/fallback.ts';
import { createAppClient, MAX_BODY_BYTES, RECHECK_ROUTE_MS } from './client.ts';
import type { LastCallData } from './last-call.ts';

const MAX_CALLS = 512;

const { client: settings, calls, cutOff, done } = workerData as LastCallData;
const clock = systemClock;
const client = await createAppClient({ clock, counters: createCounters() }, settings, { inBackground: false });
const newer = { clock, log: silentLog };
const complete = createFallback({ ...client, ...newer }, { recheckMs: RECHECK_ROUTE_MS });
const end = createFallback(
  { complete: client.end, upsertBatch: client.olderEnd, ...newer },
  { recheckMs: RECHECK_ROUTE_MS },
);
const { signal } = new AbortController();
const sent: Promise<unknown>[] = [];
const batcher = createBatcher<{ readonly call: Call }>(
  {
    clock,
    cut: (project, items) =>
      void sent.push(
        complete(
          project,
          items.map(({ call }) => call),
          signal,
        ),
      ),
  },
  { maxCalls: MAX_CALLS, maxBytes: MAX_BODY_BYTES, maxWaitMs: 0 },
);
for (const call of calls) batcher.add({ call: received(call) });
batcher.flush();
for (const call of cutOff) sent.push(end(call.projectId, [received(call)], signal));
await Promise.all(sent);
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);

/** A Buffer comes out of a message as a plain Uint8Array. */
function received(call: Call): Call {
  const { buffer, byteOffset, byteLength } = call.json;
  return { ...call, json: Buffer.from(buffer, byteOffset, byteLength) };
}
