import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/core/clock.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts';
import { decode, map, noLogs, spanBody } from '../pipeline/world.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeQueue } from './fake-queue.ts';
import { ACCEPT, type Behaviour, type FakeWeave, startFakeWeave } from './fake-weave.ts';
import { createLine } from './line.ts';
import { project } from './samples.ts';

/** Where the call stands that the trouble is about, in a batch of five, or alone. */
type Position = 'first' | 'middle' | 'last' | 'only';
const MARKED: Readonly<Record<Position, number>> = { first: 1, middle: 3, last: 5, only: 1 };
const CALLS: Readonly<Record<Position, readonly number[]>> = {
  first: [1, 2, 3, 4, 5],
  middle: [1, 2, 3, 4, 5],
  last: [1, 2, 3, 4, 5],
  only: [1],
};
const POSITIONS: readonly Position[] = ['first', 'middle', 'last', 'only'];

/** The numbers of the calls of each request, in the order in which the requests came. */
type Requests = Readonly<Record<Position, readonly (readonly number[])[]>>;

const ALL = [1, 2, 3, 4, 5];

/** It is about one call, and will be so again: halves, down to the one. */
const HALVED: Requests = {
  first: [ALL, [1, 2], [1], [2], [3, 4, 5]],
  middle: [ALL, [1, 2], [3, 4, 5], [3], [4, 5]],
  last: [ALL, [1, 2], [3, 4, 5], [3], [4, 5], [4], [5]],
  only: [[1]],
};

/** The one is too large, and is sent once more, shortened. */
const SHORTENED: Requests = {
  first: [ALL, [1, 2], [1], [1], [2], [3, 4, 5]],
  middle: [ALL, [1, 2], [3, 4, 5], [3], [3], [4, 5]],
  last: [ALL, [1, 2], [3, 4, 5], [3], [4, 5], [4], [5], [5]],
  only: [[1], [1]],
};

/** It passes after two requests that hold the marked call: back to the queue, one tries, then the others. */
const TRIED_AGAIN: Requests = {
  first: [ALL, [1], [2], [1, 3, 4, 5]],
  middle: [ALL, [1], [2, 3, 4, 5], [2], [3, 4, 5]],
  last: [ALL, [1], [2, 3, 4, 5], [2], [3, 4, 5]],
  only: [[1], [1], [1]],
};

/** It passes after two requests, whatever they hold. */
const CUT_TWICE: Requests = { ...TRIED_AGAIN, middle: TRIED_AGAIN.first, last: TRIED_AGAIN.first };

const answer = (status: number, body = '{"reason":"because"}', headers = {}): Behaviour => ({
  kind: 'answer',
  status,
  body,
  headers,
});

interface Trouble {
  readonly behaviour: Behaviour;
  readonly requests: Requests;
  /** Of the marked call. */
  readonly dead?: string;
  /** At least as long Weave is left alone after each failure. */
  readonly waitMs?: number;
  /** For how many requests it lasts. */
  readonly times?: number;
  /** Only requests with a body larger than this meet it. */
  readonly overBytes?: number;
  /** True: also requests that do not hold the marked call, since nobody has read them. */
  readonly blind?: boolean;
}

const refused = (status: number): Trouble => ({
  behaviour: answer(status),
  requests: HALVED,
  dead: `HTTP ${status}: because`,
});
const passing = (status: number, body?: string, headers?: object): Trouble => ({
  behaviour: answer(status, body, headers),
  requests: TRIED_AGAIN,
  times: 2,
  waitMs: 500,
});
const held = (status: number, body?: string): Trouble => ({ ...passing(status, body), waitMs: 15_000 });
const broken = (behaviour: Behaviour, blind = false): Trouble => ({
  behaviour,
  requests: blind ? CUT_TWICE : TRIED_AGAIN,
  times: 2,
  waitMs: 500,
  blind,
});

const TABLE: readonly (readonly [string, Trouble])[] = [
  ...[400, 406, 409, 411, 412, 414, 415, 418, 422, 431, 451].map((status) => [`${status}`, refused(status)] as const),
  ['400 that is not from Weave', held(400, '<html>Bad Request</html>')],
  ['422 without a body', held(422, '')],
  ...[301, 302, 307, 308, 401, 402, 403, 405, 407, 410].map((status) => [`${status}`, held(status)] as const),
  ['403 from a firewall', held(403, '<html>Forbidden</html>')],
  ['404 for a project that is not there', held(404, '{"detail":"Project not found"}')],
  ['404 of a load balancer', held(404, 'default backend - 404')],
  ...[408, 425, 429, 500, 501, 502, 503, 504, 529].map((status) => [`${status}`, passing(status)] as const),
  ['429 with a Retry-After', { ...passing(429, '', { 'retry-after': '9' }), waitMs: 9000 }],
  ['503 with a Retry-After', { ...passing(503, '', { 'retry-after': '9' }), waitMs: 9000 }],
  ['503 with a Retry-After of years', { ...passing(503, '', { 'retry-after': '999999999' }), waitMs: 300_000 }],
  ['429 with a negative Retry-After', passing(429, '', { 'retry-after': '-5' })],
  ['200 with a login page', passing(200, '<html>Sign in</html>')],
  ['200 with an error', passing(200, '{"error":"over quota"}')],
  ['200 with half an object', passing(200, '{"id":')],
  ['413 that stays', { behaviour: answer(413), requests: SHORTENED, dead: 'HTTP 413: because' }],
  [
    '413 that shortening helps',
    { behaviour: answer(413, '<html>too large</html>'), requests: SHORTENED, overBytes: 300 },
  ],
  ['a connection that is cut before the body is read', broken({ kind: 'cut_before' }, true)],
  ['a connection that is reset before the body is read', broken({ kind: 'reset' }, true)],
  ['a connection that is cut before the answer', broken({ kind: 'cut_after' })],
  ['half an answer of a stated length', broken({ kind: 'half_body', framing: 'content-length' })],
  ['half an answer in chunks', broken({ kind: 'half_body', framing: 'chunked' })],
  ['no answer in time', broken({ kind: 'hang' })],
];

let weave: FakeWeave;
let end: (() => Promise<void>) | undefined;

beforeEach(async () => {
  weave = await startFakeWeave();
});
afterEach(async () => {
  await end?.();
  await weave.close();
});

/** From the queue to the socket, with one entry for each call. */
function setUp(calls: readonly number[], more: { readonly maxElapsedMs?: number; readonly timeoutMs?: number } = {}) {
  const queue = createFakeQueue();
  const clock = createFakeClock({ dice: () => 0 });
  const line = createLine({ url: weave.url, clock, settings: more, wake: () => pipeline.wake() });
  const { counters, deliverer, gate } = line;
  const content = noLogs(deliverer);
  const pipeline: Pipeline = createPipeline(
    { queue, decode, map, deliverer, gate, content, clock, log: line.log, counters },
    { defaultProject: project(), maxInFlightBytes: 1024 * 1024, sliceMs: 5 },
  );
  for (const number of calls) queue.add({ body: spanBody([{ number }]), spans: 1 });
  end = async () => {
    await pipeline.close();
    line.close();
  };
  async function deliverAll(): Promise<void> {
    pipeline.start();
    while (queue.depth().entries > 0) await clock.advance(100);
  }
  const dead = () => queue.settled.flat().flatMap((settled) => settled.dead);
  return { clock, counters, dead, deliverAll };
}

/** Sockets are real, and so is the time they take: on a busy machine an answer may need its time, too. */
const HUNG_MS = 600;
const PATIENT_MS = 30_000;

const numbersOf = (ids: readonly string[]) => ids.map((id) => Number.parseInt(id, 16));
const idOf = (number: number) => number.toString(16).padStart(16, '0');

describe.each(TABLE)('%s', (_name, trouble) => {
  it.each(POSITIONS)('about the %s call', async (position) => {
    const { behaviour, requests, dead: reason, waitMs = 0, blind = false } = trouble;
    const { times = Number.POSITIVE_INFINITY, overBytes = 0 } = trouble;
    const timeoutMs = behaviour.kind === 'hang' ? HUNG_MS : PATIENT_MS;
    const { clock, counters, dead, deliverAll } = setUp(CALLS[position], { timeoutMs });
    const marked = idOf(MARKED[position]);
    const begun: number[] = [];
    let met = 0;
    weave.behave(({ ids, bytes }) => {
      const isRead = ids.length > 0;
      if (!isRead) begun.push(clock.monotonic());
      const isMeant = blind ? !isRead : ids.includes(marked) && bytes > overBytes;
      if (met >= times || !isMeant) return ACCEPT;
      met += 1;
      return behaviour;
    });
    await deliverAll();

    const seen = weave.requests.map(({ ids }) => numbersOf(ids));
    // A request that is cut before it was read is not among those that came.
    expect(blind ? [...requests[position].slice(0, 2), ...seen] : seen).toEqual(requests[position]);
    expect(dead()).toEqual(reason === undefined ? [] : [{ spanId: marked, reason }]);
    const others = CALLS[position].map(idOf).filter((id) => id !== marked || reason === undefined);
    expect([...weave.stored].toSorted()).toEqual(others);
    expect(counters.total('exporter_sent_spans')).toBe(others.length);
    expect(counters.total('dead_letter_spans')).toBe(reason === undefined ? 0 : 1);
    expect(versionsOf(seen.flat())).toBe(requests === SHORTENED ? CALLS[position].length + 1 : CALLS[position].length);
    if (waitMs > 0) expect((begun[1] ?? 0) - (begun[0] ?? 0)).toBeGreaterThanOrEqual(waitMs);
  });
});

/** How many different texts of calls were sent: what is sent again is the same call, byte for byte. */
function versionsOf(numbers: readonly number[]): number {
  const texts = weave.requests.flatMap(({ body }) =>
    JSON.parse(body).batch.map((call: object) => JSON.stringify(call)),
  );
  expect(texts).toHaveLength(numbers.length);
  return new Set(texts).size;
}

describe('an older server', () => {
  const isComplete = (path: string) => path.endsWith('/calls/complete');
  const NO_ROUTE = answer(404, '{"detail":"Not Found"}');

  it.each(POSITIONS)('gets starts and ends, and refuses the %s call there', async (position) => {
    const { dead, deliverAll } = setUp(CALLS[position]);
    const marked = idOf(MARKED[position]);
    weave.behave(({ path, ids }) => (isComplete(path) ? NO_ROUTE : ids.includes(marked) ? answer(400) : ACCEPT));
    await deliverAll();
    const [first, ...others] = weave.requests;
    expect([first?.path, others.map(({ path }) => path).filter(isComplete)]).toEqual([
      '/v2/team/app/calls/complete',
      [],
    ]);
    expect(others.map(({ ids }) => numbersOf(ids))).toEqual(HALVED[position]);
    expect(dead()).toEqual([{ spanId: marked, reason: 'HTTP 400: because' }]);
  });

  it('gets complete calls where it is none any more and the project takes nothing else', async () => {
    const { counters, deliverAll } = setUp(ALL);
    const completeOnly = answer(400, '{"reason":"upgrade","error_code":"CALLS_COMPLETE_MODE_REQUIRED"}');
    let upgraded = false;
    weave.behave(({ path, ids }) => {
      if (ids.length === 0) return ACCEPT;
      if (isComplete(path)) return upgraded ? ACCEPT : NO_ROUTE;
      upgraded = true;
      return completeOnly;
    });
    await deliverAll();
    expect(weave.requests.map(({ path }) => isComplete(path))).toEqual([true, false, true]);
    expect(counters.total('exporter_sent_spans')).toBe(5);
  });
});

it('goes on where nobody listened for a while', async () => {
  const { counters, deliverAll } = setUp(ALL);
  const { port } = new URL(weave.url);
  await weave.close();
  const delivered = deliverAll();
  while (counters.total('exporter_send_failed_requests') < 2) await systemClock.sleep(5);
  weave = await startFakeWeave(Number(port));
  await delivered;
  expect(counters.all()).toContainEqual(
    expect.objectContaining({ name: 'exporter_send_failed_requests', labels: { reason: 'ECONNREFUSED' } }),
  );
  expect(numbersOf([...weave.stored]).toSorted()).toEqual(ALL);
});

it.each(POSITIONS)('gives a batch up, undivided, once it is too old: about the %s call', async (position) => {
  const { dead, deliverAll } = setUp(CALLS[position], { maxElapsedMs: 1000 });
  weave.behave(() => answer(503));
  await deliverAll();
  expect(dead()).toEqual(
    CALLS[position].map((number) => ({ spanId: idOf(number), reason: 'given up: HTTP 503: because' })),
  );
  expect(weave.requests).toHaveLength(1);
});
