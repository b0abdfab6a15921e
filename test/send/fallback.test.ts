import { describe, expect, it } from '@jest/globals';
import { type Log, silentLog } from '../../src/core/log.ts';
import { createFallback, MISSING_MS } from '../../src/send/fallback.ts';
import type { EndpointOutcome, Send } from '../../src/send/outcome.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { project, sampleCalls } from './samples.ts';

const RECHECK_MS = 60_000;
const RUNNING = new AbortController().signal;
const CALLS = sampleCalls(2);
const ACCEPTED: EndpointOutcome = { status: 'accepted' };
const NO_ROUTE: EndpointOutcome = { status: 'no_route', reason: 'HTTP 404: Not Found', todo: 'Check weave.url.' };
const COMPLETE_ONLY: EndpointOutcome = { status: 'complete_only' };
const BAD: EndpointOutcome = { status: 'refused', httpStatus: 400, reason: 'HTTP 400: bad' };

/** Each endpoint answers with its outcomes in turn, the last one again and again. */
function setUp(complete: EndpointOutcome[], upsertBatch: EndpointOutcome[] = [ACCEPTED]) {
  const clock = createFakeClock();
  const asked: string[] = [];
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: () => said.push('warn'), info: () => said.push('info') };
  const endpoint =
    (name: string, outcomes: EndpointOutcome[]): Send<EndpointOutcome> =>
    async (_, calls) => {
      expect(calls).toBe(CALLS);
      asked.push(name);
      return (outcomes.length > 1 ? outcomes.shift() : outcomes[0]) ?? ACCEPTED;
    };
  const deps = { complete: endpoint('complete', complete), upsertBatch: endpoint('upsert', upsertBatch) };
  const fallback = createFallback({ ...deps, clock, log }, { recheckMs: RECHECK_MS });
  const send = (name = 'team/app') => fallback(project(name), CALLS, RUNNING);
  return { clock, asked, said, send };
}

describe('the fallback', () => {
  it.each([ACCEPTED, BAD, { status: 'retry', reason: 'HTTP 503' } as const])(
    'goes to calls/complete and no further where that answers: $status',
    async (outcome) => {
      const { send, asked } = setUp([outcome]);
      expect(await send()).toBe(outcome);
      expect(asked).toEqual(['complete']);
    },
  );

  it('goes to the older endpoint where the route is missing, and remembers it for every project', async () => {
    const { send, asked, said } = setUp([NO_ROUTE]);
    expect(await send()).toBe(ACCEPTED);
    expect(await send('team/other')).toBe(ACCEPTED);
    expect(asked).toEqual(['complete', 'upsert', 'upsert']);
    expect(said).toEqual(['warn']);
  });

  it('passes on what the older endpoint says', async () => {
    const { send } = setUp([NO_ROUTE], [BAD]);
    expect(await send()).toBe(BAD);
  });

  it('asks again after a while, and stays with calls/complete once it is there', async () => {
    const { send, asked, said, clock } = setUp([NO_ROUTE, NO_ROUTE, ACCEPTED]);
    await send();
    await clock.advance(RECHECK_MS - 1);
    await send();
    await clock.advance(1);
    await send();
    await send();
    await clock.advance(RECHECK_MS);
    await send();
    await send();
    expect(asked).toEqual(['complete', 'upsert', 'upsert', 'complete', 'upsert', 'upsert', 'complete', 'complete']);
    expect(said).toEqual(['warn', 'info']);
  });

  it('goes back to calls/complete at once where a project takes nothing else', async () => {
    const { send, asked } = setUp([NO_ROUTE, ACCEPTED], [ACCEPTED, COMPLETE_ONLY]);
    await send();
    expect(await send()).toBe(ACCEPTED);
    expect(await send()).toBe(ACCEPTED);
    expect(asked).toEqual(['complete', 'upsert', 'upsert', 'complete', 'complete']);
  });

  it('takes a 404 for a rollout where the route has been there, and for an older server only when that lasts', async () => {
    const { send, asked, said, clock } = setUp([ACCEPTED, NO_ROUTE, ACCEPTED, NO_ROUTE]);
    const rollout = { status: 'retry', reason: expect.stringContaining('two versions') };
    await send();
    expect(await send()).toMatchObject(rollout);
    await clock.advance(MISSING_MS);
    expect(await send()).toBe(ACCEPTED);
    expect(await send()).toMatchObject(rollout);
    await clock.advance(MISSING_MS - 1);
    expect(await send()).toMatchObject(rollout);
    expect([asked.includes('upsert'), said]).toEqual([false, []]);
    await clock.advance(1);
    expect(await send()).toBe(ACCEPTED);
    expect([asked.at(-1), said]).toEqual(['upsert', ['warn']]);
  });

  it('tries again later where servers of two versions stand behind one address', async () => {
    const { send, asked } = setUp([NO_ROUTE], [COMPLETE_ONLY]);
    expect(await send()).toMatchObject({ status: 'retry', reason: expect.stringContaining('two versions') });
    expect(asked).toEqual(['complete', 'upsert', 'complete']);
  });

  it('holds the calls where neither endpoint is there', async () => {
    const { send } = setUp([NO_ROUTE], [NO_ROUTE]);
    expect(await send()).toEqual({
      status: 'held',
      httpStatus: 404,
      concerns: 'project',
      reason: 'HTTP 404: Not Found',
      todo: 'Check weave.url.',
    });
  });
});
