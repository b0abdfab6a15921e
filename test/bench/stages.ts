import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, ProjectId } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { silentLog } from '../../src/core/log.ts';
import type { RoutedSpan } from '../../src/core/ports.ts';
import { checkRequest } from '../../src/decode/check.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { openDiskQueue } from '../../src/queue/disk-queue.ts';
import { batchBody } from '../../src/send/batch-body.ts';
import type { Payload } from './payloads.ts';
import { createPlainWay, staticDecoder } from './plain-way.ts';

const PROJECT = 'bench/bench' as ProjectId;
const WARM_UP = 40;

/** Microseconds of CPU that each stage takes for one span, measured one after the other in this process; the plain way beside them. */
export async function measureStages(payload: Payload, spans: number): Promise<Readonly<Record<string, number>>> {
  const rounds = Math.max(10, Math.ceil(spans / payload.spansPerRequest));
  const bodies = Array.from({ length: rounds }, () => payload.next());
  const spent = async (run: (body: Buffer) => unknown) => {
    for (let round = 0; round < WARM_UP; round++) await run(bodies[round % bodies.length] ?? payload.next());
    const before = process.cpuUsage();
    for (const body of bodies) await run(body);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / (rounds * payload.spansPerRequest);
  };

  const routed = (body: Buffer): readonly RoutedSpan[] => {
    const decoded = decodeRequest(body, 'protobuf');
    if (decoded.status !== 'ok') throw new Error(decoded.message);
    return decoded.spans.map((span) => ({ span, project: PROJECT }));
  };
  const map = createMapper({ version: '0' });
  const plainWay = createPlainWay(await staticDecoder(), PROJECT, '0');
  sameCalls(plainWay(payload.next()), map(routed(payload.next())).calls);

  const dir = mkdtempSync(join(tmpdir(), 'otel-weave-stages-'));
  const queue = openDiskQueue(
    { clock: systemClock, log: silentLog, counters: createCounters() },
    { dir, maxBytes: 2 ** 30, fsync: false, onFull: 'refuse', retryAfterMs: 1000 },
  );
  try {
    const check = await spent((body) => checkRequest(body, 'protobuf'));
    const disk = await spent(async (body) => {
      await queue.put({ signal: 'traces', encoding: 'protobuf', project: null, spans: payload.spansPerRequest, body });
      queue.settle(queue.claim(1).map(({ id }) => ({ id, dead: [] })));
    });
    const decode = await spent((body) => decodeRequest(body, 'protobuf'));
    const decodeAndMap = await spent((body) => map(routed(body)));
    const whole = await spent((body) => batchBody(map(routed(body)).calls));
    const plain = await spent((body) => plainWay(body));
    return { check, queue: disk, decode, map: decodeAndMap - decode, batch: whole - decodeAndMap, 'plain way': plain };
  } finally {
    await queue.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The plain way is a reference only while it makes the same calls, but for the ids that differ from request to request. */
function sameCalls(plain: string, calls: readonly Call[]): void {
  const ids = /"(id|trace_id|span_id|parent_id|turn_id)":"[0-9a-f]*"/g;
  const mine: unknown[] = calls.map((call) => JSON.parse(call.json.toString().replace(ids, '"$1":""')));
  const theirs: unknown[] = JSON.parse(plain.replace(ids, '"$1":""')).batch;
  for (const [at, call] of mine.entries()) {
    if (sorted(call) !== sorted(theirs[at]))
      throw new Error(`the plain way makes another call:\n${sorted(call)}\n${sorted(theirs[at])}`);
  }
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
