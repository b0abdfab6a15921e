import { describe, expect, it } from '@jest/globals';
import { type Log, silentLog } from '../../src/core/log.ts';
import { createGate, MAX_TROUBLES } from '../../src/send/gate.ts';
import type { GatedOutcome, Send, SendOutcome } from '../../src/send/outcome.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { project } from './samples.ts';

const RUNNING = new AbortController().signal;
const ACCEPTED: SendOutcome = { status: 'accepted' };
const BUSY: SendOutcome = { status: 'retry', reason: 'HTTP 503' };
const FORBIDDEN: SendOutcome = {
  status: 'held',
  httpStatus: 403,
  concerns: 'project',
  reason: 'HTTP 403',
  todo: 'Check the key.',
};
const BAD_KEY: SendOutcome = { ...FORBIDDEN, httpStatus: 401, concerns: 'server', reason: 'HTTP 401' };

/** Requests end when the test says so, or at once with `always`. */
function setUp(always?: SendOutcome) {
  const clock = createFakeClock({ dice: () => 0 });
  const said: string[] = [];
  const log: Log = {
    ...silentLog,
    info: (message, fields) => said.push(`info ${fields?.['blocked']} ${message}`),
    warn: (_, fields) => said.push(`warn ${fields?.['blocked']} ${fields?.['attempts']} ${fields?.['reason']}`),
    error: (message, fields) => said.push(`error ${fields?.['blocked']} ${fields?.['reason']}: ${message}`),
  };
  const ends: ((outcome: SendOutcome) => void)[] = [];
  const send: Send<SendOutcome> = () =>
    always ? Promise.resolve(always) : new Promise((resolve) => ends.push(resolve));
  let wakes = 0;
  const wake = () => {
    wakes += 1;
  };
  const gate = createGate({ send, clock, log, wake }, { initialMs: 1000, maxMs: 30_000 });
  const begin = (name = 'team/app'): Promise<GatedOutcome> => gate.send(project(name), [], RUNNING);

  /** One request from its start to its end. */
  async function request(outcome: SendOutcome, name?: string): Promise<GatedOutcome> {
    const begun = begin(name);
    const end = ends.pop();
    if (end === undefined) return begun;
    end(outcome);
    return begun;
  }
  return { clock, said, gate, ends, begin, request, wakes: () => wakes };
}

describe('the gate', () => {
  it.each<SendOutcome>([
    ACCEPTED,
    { status: 'too_large', reason: 'HTTP 413' },
    { status: 'refused', httpStatus: 400, reason: 'HTTP 400' },
    { status: 'aborted' },
  ])('lets $status through and stays open', async (outcome) => {
    const { request, gate } = setUp();
    expect(await request(outcome)).toBe(outcome);
    expect(gate.blocker(project())).toBeUndefined();
    expect(gate.callUp('team/app')).toBe('all');
  });

  it('sends nothing of a project that has just failed, until its time has come, and then one try', async () => {
    const { clock, gate, ends, begin, request, wakes } = setUp();
    expect(await request(BUSY)).toEqual({
      status: 'later',
      blockedBy: 'team/app',
      failure: 'HTTP 503',
      trouble: 1,
    });
    await clock.advance(499);
    expect(await begin()).toEqual({ status: 'later', blockedBy: 'team/app' });
    expect([gate.blocker(project()), gate.callUp('team/app'), wakes()]).toEqual(['team/app', 'none', 0]);

    await clock.advance(1);
    expect([gate.blocker(project()), wakes()]).toEqual([undefined, 1]);
    expect([gate.callUp('team/app'), gate.callUp('team/app')]).toEqual(['one', 'none']);
    const trying = begin();
    expect(await begin()).toEqual({ status: 'later', blockedBy: 'team/app' });
    expect(ends).toHaveLength(1);

    ends[0]?.(ACCEPTED);
    expect(await trying).toBe(ACCEPTED);
    expect([gate.blocker(project()), gate.callUp('team/app'), wakes()]).toEqual([undefined, 'all', 2]);
    expect(clock.waiting()).toBe(0);
  });

  it('waits longer after each failure in a row, and begins anew after a success', async () => {
    const { clock, gate, request } = setUp();
    const waits: number[] = [];
    for (const outcome of [BUSY, BUSY, BUSY, ACCEPTED, BUSY]) {
      await request(outcome);
      let waited = 0;
      while (gate.blocker(project()) !== undefined) {
        await clock.advance(250);
        waited += 250;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1000, 2000, 0, 500]);
  });

  it.each<SendOutcome>([
    { status: 'too_large', reason: 'HTTP 413' },
    { status: 'refused', httpStatus: 400, reason: 'HTTP 400' },
  ])('is opened by a try that is answered with $status: Weave works', async (outcome) => {
    const { clock, gate, request } = setUp();
    await request(BUSY);
    await clock.advance(500);
    expect(await request(outcome)).toBe(outcome);
    expect(gate.callUp('team/app')).toBe('all');
  });

  it('calls another one up where nobody came who was called', async () => {
    const { clock, gate, request } = setUp();
    await request(BUSY);
    await clock.advance(500);
    expect(gate.callUp('team/app')).toBe('one');
    await clock.advance(29_999);
    expect(gate.callUp('team/app')).toBe('none');
    await clock.advance(1);
    expect(gate.callUp('team/app')).toBe('one');
  });

  it('takes requests that fail together for one failure, and the longest wait that is asked for', async () => {
    const { clock, gate, ends, begin, request } = setUp();
    const together = [begin(), begin(), begin()];
    const outcomes = [BUSY, { ...BUSY, afterMs: 9000 }, BUSY];
    for (const [at, outcome] of outcomes.entries()) ends[at]?.(outcome);
    await Promise.all(together);
    await clock.advance(8999);
    expect(gate.blocker(project())).toBe('team/app');
    expect(gate.troubles()).toMatchObject([{ attempts: 1 }]);
    await clock.advance(1);
    ends.length = 0;
    expect(await request(ACCEPTED)).toBe(ACCEPTED);
  });

  it('is not opened by a success that began before the failure', async () => {
    const { gate, ends, begin } = setUp();
    const [early, failing] = [begin(), begin()];
    ends[1]?.(BUSY);
    await failing;
    ends[0]?.(ACCEPTED);
    expect(await early).toBe(ACCEPTED);
    expect(gate.blocker(project())).toBe('team/app');
  });

  it('keeps one project back and no other', async () => {
    const { gate, request } = setUp();
    await request(FORBIDDEN, 'team/one');
    expect(await request(ACCEPTED, 'team/other')).toBe(ACCEPTED);
    expect([gate.callUp('team/one'), gate.callUp('team/other')]).toEqual(['none', 'all']);
  });

  it('keeps all projects back where the key is refused, with one try for all of them', async () => {
    const { clock, gate, ends, begin, request } = setUp();
    expect(await request(BAD_KEY, 'team/one')).toEqual({ status: 'later', blockedBy: 'server', trouble: 1 });
    expect(await begin('team/other')).toEqual({ status: 'later', blockedBy: 'server' });
    expect(ends).toHaveLength(0);
    await clock.advance(15_000);
    expect([gate.callUp('team/other'), gate.callUp('team/one'), gate.callUp('server')]).toEqual([
      'one',
      'none',
      'none',
    ]);
    const trying = begin('team/other');
    expect(await begin('team/one')).toEqual({ status: 'later', blockedBy: 'server' });
    ends[0]?.(ACCEPTED);
    await trying;
    expect([gate.callUp('team/one'), gate.blocker(project('team/one'))]).toEqual(['all', undefined]);
  });

  it('lets a project in trouble wait for the server, too', async () => {
    const { clock, gate, request } = setUp();
    await request(BUSY, 'team/one');
    await clock.advance(500);
    await request(BAD_KEY, 'team/one');
    await clock.advance(14_999);
    expect([gate.callUp('team/one'), gate.troubles().length]).toEqual(['none', 2]);
    await clock.advance(15_000);
    expect(gate.callUp('team/one')).toBe('one');
    await request(ACCEPTED, 'team/one');
    expect(gate.troubles()).toEqual([]);
  });

  it('is loud where a person has to act, says what to do, and says when it is over', async () => {
    const { clock, gate, said, request } = setUp();
    await request(BUSY);
    await clock.advance(500);
    await request(FORBIDDEN);
    expect(gate.troubles()).toMatchObject([
      { blocked: 'team/app', attempts: 2, reason: 'HTTP 403', todo: 'Check the key.' },
    ]);
    await clock.advance(15_000);
    await request(ACCEPTED);
    expect(said).toEqual([
      'warn team/app 1 HTTP 503',
      'error team/app HTTP 403: Weave turns the bridge away; nothing is lost, its calls wait. Check the key.',
      'info team/app Weave takes calls again.',
    ]);
  });

  it('gives all failures between two successes one number', async () => {
    const { clock, request } = setUp();
    const numbers: unknown[] = [];
    for (const outcome of [BUSY, BUSY, ACCEPTED, BUSY, FORBIDDEN]) {
      const gated = await request(outcome);
      numbers.push(gated.status === 'later' ? gated.trouble : 'open');
      await clock.advance(60_000);
    }
    expect(numbers).toEqual([1, 1, 'open', 2, 2]);
  });

  it('lets suspects by, and after a failure keeps back only them, for longer each time', async () => {
    const { clock, gate, ends, request } = setUp();
    await request(BUSY);
    const failures = [];
    for (const outcome of [BUSY, FORBIDDEN]) {
      const alone = gate.sendAlone(project(), [], RUNNING);
      ends.pop()?.(outcome);
      failures.push(await alone);
    }
    expect(failures).toEqual([
      { status: 'later', blockedBy: 'suspects', failure: 'HTTP 503', trouble: 2 },
      { status: 'later', blockedBy: 'suspects', trouble: 2 },
    ]);
    await clock.advance(500);
    expect([gate.callUp('team/app'), gate.callUp('suspects')]).toEqual(['one', 'none']);
    await clock.advance(14_500);
    expect(gate.callUp('suspects')).toBe('one');
    const accepted = gate.sendAlone(project(), [], RUNNING);
    ends.pop()?.(ACCEPTED);
    expect(await accepted).toBe(ACCEPTED);
    expect(gate.callUp('suspects')).toBe('none');
  });

  it('keeps suspects back, too, where the key is refused, and opens for all when one of them is answered otherwise', async () => {
    const { clock, gate, ends, begin, request } = setUp();
    await request(BAD_KEY);
    expect(await gate.sendAlone(project(), [], RUNNING)).toEqual({ status: 'later', blockedBy: 'server' });
    expect(ends).toEqual([]);
    await clock.advance(15_000);
    const alone = gate.sendAlone(project(), [], RUNNING);
    expect(await begin()).toEqual({ status: 'later', blockedBy: 'server' });
    ends.pop()?.(BUSY);
    expect(await alone).toMatchObject({ status: 'later', blockedBy: 'suspects' });
    expect(await request(ACCEPTED)).toBe(ACCEPTED);
  });

  it('tells of no trouble that nothing waits for', async () => {
    const { clock, gate, request } = setUp();
    await request(BUSY);
    expect(gate.troubles()).toHaveLength(1);
    await clock.advance(500);
    expect(gate.troubles()).toEqual([]);
  });

  it('remembers no more projects in trouble than it may', async () => {
    const { gate, begin } = setUp(FORBIDDEN);
    for (let number = 0; number <= MAX_TROUBLES; number += 1) await begin(`team/p${number}`);
    expect(gate.troubles()).toHaveLength(MAX_TROUBLES);
    expect(gate.blocker(project('team/p0'))).toBeUndefined();
    expect(gate.blocker(project(`team/p${MAX_TROUBLES}`))).toBeDefined();
  });

  it('leaves no timer behind', async () => {
    const { clock, gate, begin } = setUp(BUSY);
    await begin('team/one');
    await begin('team/other');
    expect(clock.waiting()).toBe(2);
    gate.stop();
    expect(clock.waiting()).toBe(0);
  });
});
