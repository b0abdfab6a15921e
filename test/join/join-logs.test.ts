import { describe, expect, it } from '@jest/globals';
import type { LogRecord } from '../../src/core/log-record.ts';
import { createJoinLogs, type RecordsEnd, type SpanContent } from '../../src/join/join-logs.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { attributesOf, spanOf } from '../support/spans.ts';

const WAIT_MS = 5_000;
const KEEP_MS = 60_000;
const span = spanOf({});

function record(eventName: string, body: Record<string, unknown>, spanId: string = span.spanId): LogRecord {
  return {
    traceId: span.traceId,
    spanId,
    eventName,
    timeNs: 1n,
    body: attributesOf(body),
    attributes: new Map(),
    scopeName: '',
  };
}
const question = record('gen_ai.user.message', { content: 'Hi?' });
const answer = record('gen_ai.choice', { message: { content: 'Hi!' } });

function setUp(maxWaiting = 100) {
  const clock = createFakeClock();
  return { clock, join: createJoinLogs({ clock }, { waitMs: WAIT_MS, keepMs: KEEP_MS, maxWaiting }) };
}

/** Whether and with what a promise has settled by now. */
function look<T>(promise: Promise<T>): { done: boolean; value?: T } {
  const state: { done: boolean; value?: T } = { done: false };
  void promise.then((value) => {
    state.done = true;
    state.value = value;
  });
  return state;
}

const names = (content: SpanContent | undefined) => content?.events.map((event) => event.name);
const USED: RecordsEnd = { status: 'used' };

describe('joining logs to spans', () => {
  it('gives a span the records that came before it', async () => {
    const { clock, join } = setUp();
    const offered = look(join.offer([question, answer]));
    await clock.advance(30_000);
    expect(offered.done).toBe(false);
    const events = look(join.content(span));
    await clock.advance(100);
    expect(names(events.value)).toEqual(['gen_ai.user.message', 'gen_ai.choice']);
    expect(offered.done).toBe(false);
    events.value?.end(USED);
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: USED });
    expect(clock.waiting()).toBe(0);
  });

  it('gives a span the records that come after it, as soon as the answer is there', async () => {
    const { clock, join } = setUp();
    const events = look(join.content(span));
    await clock.advance(1_000);
    const offered = look(join.offer([question]));
    await clock.advance(1_000);
    expect(events.done).toBe(false);
    void join.offer([answer]);
    await clock.advance(100);
    expect(names(events.value)).toEqual(['gen_ai.user.message', 'gen_ai.choice']);
    expect(offered.done).toBe(false);
    events.value?.end(USED);
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: USED });
    expect(clock.waiting()).toBe(0);
  });

  it('lets a span go on without an answer when it has waited long enough, with what is there', async () => {
    const { clock, join } = setUp();
    const alone = look(join.content(span));
    await clock.advance(WAIT_MS - 1);
    expect(alone.done).toBe(false);
    await clock.advance(1);
    expect(names(alone.value)).toEqual([]);

    const asked = look(join.content(span));
    void join.offer([question]);
    await clock.advance(WAIT_MS);
    expect(names(asked.value)).toEqual(['gen_ai.user.message']);
  });

  it('gives up records whose span never comes', async () => {
    const { clock, join } = setUp();
    const offered = look(join.offer([question]));
    await clock.advance(KEEP_MS);
    expect(offered).toEqual({ done: true, value: { status: 'unclaimed' } });
    expect(clock.waiting()).toBe(0);
  });

  it.each<[string, RecordsEnd, RecordsEnd]>([
    ['the call of one span still waits', { status: 'released', blockedBy: 'a/b' }, { status: 'unclaimed' }],
    ['one span never came', { status: 'unclaimed' }, USED],
  ])('says of records of several spans that %s', async (_, expected, other) => {
    const { clock, join } = setUp();
    const ids = ['1', '2', '3'].map((n) => n.repeat(16));
    const offered = look(join.offer(ids.map((id) => record('gen_ai.choice', {}, id))));
    const contents = ids.map((id) => look(join.content(spanOf({ id }))));
    await clock.advance(100);
    for (const [at, end] of [USED, other, expected].entries()) contents[at]?.value?.end(end);
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: expected });
  });

  it('lets go of the records of a span that has content itself', async () => {
    const { clock, join } = setUp();
    const offered = look(join.offer([question, answer]));
    join.discard(span);
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: USED });
    expect(clock.waiting()).toBe(0);
  });

  it('lets spans go on at once when no more records will come', async () => {
    const { clock, join } = setUp();
    const content = look(join.content(span));
    void join.offer([question]);
    join.hurry();
    await clock.advance(0);
    expect(names(content.value)).toEqual(['gen_ai.user.message']);
  });

  it('says on stop that neither spans nor records are done', async () => {
    const { clock, join } = setUp();
    const offered = look(join.offer([record('gen_ai.choice', {}, 'aaaaaaaaaaaaaaaa')]));
    const events = look(join.content(span));
    join.stop();
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: { status: 'released' } });
    expect(events).toEqual({ done: true, value: undefined });
    expect(clock.waiting()).toBe(0);
    expect(await join.content(span)).toBeUndefined();
    expect(await join.offer([answer])).toEqual({ status: 'released' });
  });

  it('holds no more than its limit: the oldest go on', async () => {
    const { clock, join } = setUp(2);
    const spans = ['1', '2', '3'].map((n) => look(join.content(spanOf({ id: n.repeat(16) }))));
    const records = ['4', '5', '6'].map((n) => look(join.offer([record('gen_ai.choice', {}, n.repeat(16))])));
    await clock.advance(0);
    expect(spans.map(({ done }) => done)).toEqual([true, false, false]);
    expect(records.map(({ done }) => done)).toEqual([true, false, false]);
    join.stop();
  });

  it('takes no notice of records without content or without a span', async () => {
    const { join, clock } = setUp();
    const useless = [record('app.started', {}), { ...answer, spanId: '' }, { ...answer, traceId: '' }];
    expect(await join.offer(useless)).toEqual(USED);
    expect(clock.waiting()).toBe(0);
  });
});
