import { describe, expect, it } from '@jest/globals';
import type { Log } from '../../src/core/log.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Send, SendOutcome } from '../../src/send/outcome.ts';
import { type Attempt, createRetry, MAX_RETRY_AFTER_MS, type RetrySettings, retryDelay } from '../../src/send/retry.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { project } from './samples.ts';

const SETTINGS: RetrySettings = { initialMs: 1000, maxMs: 30_000, maxElapsedMs: 0 };
const RETRY: SendOutcome = { status: 'retry', reason: 'HTTP 500' };
const HELD: SendOutcome = { status: 'held', httpStatus: 401, reason: 'HTTP 401', todo: 'Check the key.' };
const BODY = Buffer.from('{}');
const RUNNING = new AbortController().signal;

function delayOf(attempt: Partial<Attempt>, settings: Partial<RetrySettings> = {}): number | undefined {
  return retryDelay({ outcome: RETRY, number: 1, elapsedMs: 0, dice: 0, ...attempt }, { ...SETTINGS, ...settings });
}

describe('retryDelay', () => {
  it.each([
    [1, 0, 500],
    [1, 0.999, 999.5],
    [2, 0, 1000],
    [3, 0.5, 3000],
    [5, 0, 8000],
    [6, 0, 15_000],
    [500, 0.5, 22_500],
  ])('waits, after attempt %i with dice at %d, %d ms', (number, dice, expected) => {
    expect(delayOf({ number, dice })).toBe(expected);
  });

  it.each([
    ['more than the backoff', 1, 7000, 7000],
    ['less than the backoff', 6, 7000, 15_000],
    ['more than it is granted', 1, MAX_RETRY_AFTER_MS * 10, MAX_RETRY_AFTER_MS],
  ])('takes the greater of both where the server asks for %s', (_, number, afterMs, expected) => {
    expect(delayOf({ number, outcome: { ...RETRY, afterMs } })).toBe(expected);
  });

  it.each([
    ['goes on up to the limit', 59_500, 500],
    ['gives up where the wait would pass the limit', 59_501, undefined],
  ])('%s', (_, elapsedMs, expected) => {
    expect(delayOf({ elapsedMs }, { maxElapsedMs: 60_000 })).toBe(expected);
  });

  it('counts the wait that the server asks for against the limit', () => {
    expect(delayOf({ outcome: { ...RETRY, afterMs: 61_000 } }, { maxElapsedMs: 60_000 })).toBeUndefined();
  });

  it('never gives up without a limit', () => {
    expect(delayOf({ elapsedMs: Number.MAX_SAFE_INTEGER })).toBe(500);
  });

  it('holds at a slow pace and without an end, whatever the limit', () => {
    expect(delayOf({ outcome: HELD, elapsedMs: 1e12 }, { maxElapsedMs: 60_000 })).toBe(15_000);
  });

  it.each<SendOutcome>([
    { status: 'accepted' },
    { status: 'too_large', reason: 'HTTP 413' },
    { status: 'refused', httpStatus: 400, reason: 'HTTP 400' },
    { status: 'aborted' },
  ])('takes $status for the last word', (outcome) => {
    expect(delayOf({ outcome })).toBeUndefined();
  });
});

/** Answers with each outcome in turn, then with `accepted`; notes the bodies. */
function scripted(...outcomes: readonly SendOutcome[]) {
  const bodies: Buffer[] = [];
  const send: Send = (_, body) => {
    bodies.push(body);
    return Promise.resolve(outcomes[bodies.length - 1] ?? { status: 'accepted' });
  };
  return { send, bodies };
}

describe('createRetry', () => {
  it('sends the same bytes until they are accepted', async () => {
    const clock = createFakeClock({ dice: () => 0, skipSleeps: true });
    const { send, bodies } = scripted(RETRY, HELD, RETRY);
    const outcome = await createRetry({ send, clock, log: silentLog }, SETTINGS)(project(), BODY, RUNNING);
    expect(outcome).toEqual({ status: 'accepted' });
    expect(bodies).toEqual([BODY, BODY, BODY, BODY]);
    expect(clock.sleeps).toEqual([500, 15_000, 2000]);
  });

  it('passes on a final outcome at once', async () => {
    const clock = createFakeClock();
    const refused = { status: 'refused', httpStatus: 400, reason: 'HTTP 400' } as const;
    const { send, bodies } = scripted(refused);
    expect(await createRetry({ send, clock, log: silentLog }, SETTINGS)(project(), BODY, RUNNING)).toBe(refused);
    expect(bodies).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });

  it('gives the last outcome when the time is up', async () => {
    const clock = createFakeClock({ dice: () => 0, skipSleeps: true });
    const { send, bodies } = scripted(...Array<SendOutcome>(10).fill(RETRY));
    const retry = createRetry({ send, clock, log: silentLog }, { ...SETTINGS, maxElapsedMs: 4000 });
    expect(await retry(project(), BODY, RUNNING)).toBe(RETRY);
    expect(clock.sleeps).toEqual([500, 1000, 2000]);
    expect(bodies).toHaveLength(4);
  });

  it('is cut short in its wait by the signal, and sends no more', async () => {
    const clock = createFakeClock();
    const { send, bodies } = scripted(RETRY);
    const stopping = new AbortController();
    const outcome = createRetry({ send, clock, log: silentLog }, SETTINGS)(project(), BODY, stopping.signal);
    await clock.untilWaiting();
    stopping.abort();
    expect(await outcome).toEqual({ status: 'aborted' });
    expect(bodies).toHaveLength(1);
    expect(clock.waiting()).toBe(0);
  });

  it('warns of each attempt that failed, and is loud where a person has to act', async () => {
    const said: string[] = [];
    const log: Log = {
      ...silentLog,
      warn: (message, fields) => said.push(`warn ${message} ${fields?.['reason']} ${fields?.['attempt']}`),
      error: (message, fields) => said.push(`error ${message} ${fields?.['reason']} ${fields?.['attempt']}`),
    };
    const { send } = scripted(RETRY, HELD);
    const clock = createFakeClock({ skipSleeps: true });
    await createRetry({ send, clock, log }, SETTINGS)(project(), BODY, RUNNING);
    expect(said).toEqual([
      'warn Weave did not take a batch; it is sent again. HTTP 500 1',
      'error Weave turns the bridge away; nothing is lost, its calls wait. Check the key. HTTP 401 2',
    ]);
  });
});
