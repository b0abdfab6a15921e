import { describe, expect, it } from '@jest/globals';
import type { LogRecord } from '../../src/core/log-record.ts';
import { createJoinLogs, type JoinSettings, REST_MS, type SpanContent } from '../../src/join/join-logs.ts';
import { RECORD_BYTES, type RecordEnd } from '../../src/join/record-store.ts';
import { VAIN_WAITS } from '../../src/join/silence.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { recordingLog } from '../support/recording-log.ts';
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

function setUp(settings: Partial<JoinSettings> = {}) {
  const clock = createFakeClock();
  const log = recordingLog();
  const all = { waitMs: WAIT_MS, keepMs: KEEP_MS, maxSpans: 1000, maxBytes: 1024 * 1024, ...settings };
  const join = createJoinLogs({ clock, log }, all);
  return { clock, log, join, offer: (records: readonly LogRecord[], bytes = 100) => join.offer(records, bytes) };
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
const JOINED: RecordEnd = { status: 'joined' };
const idOf = (number: number) => number.toString(16).padStart(16, '0');

describe('joining logs to spans', () => {
  it('gives a span the records that came before it', async () => {
    const { clock, join, offer } = setUp();
    const offered = look(offer([question, answer]));
    await clock.advance(30_000);
    expect(offered.done).toBe(false);
    const events = look(join.content(span));
    await clock.advance(100);
    expect(names(events.value)).toEqual(['gen_ai.user.message', 'gen_ai.choice']);
    expect(offered.done).toBe(false);
    events.value?.end(JOINED);
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: [JOINED, JOINED] });
    expect(clock.waiting()).toBe(0);
  });

  it('gives a span once what a sender has sent again, and twice what it has logged twice', async () => {
    const { clock, join, offer } = setUp();
    const ends = [[question, question], [question, question, answer], [{ ...answer, timeNs: 2n }]].map((records) =>
      look(offer(records)),
    );
    const content = look(join.content(span));
    await clock.advance(REST_MS);
    const [asked, answered] = ['gen_ai.user.message', 'gen_ai.choice'];
    expect(names(content.value)).toEqual([asked, asked, answered, answered]);
    content.value?.end(JOINED);
    await clock.advance(0);
    expect(ends.map(({ value }) => value)).toEqual([2, 3, 1].map((count) => Array(count).fill(JOINED)));
  });

  it('gives a span the records that come after it, as soon as the answer is there', async () => {
    const { clock, join, offer } = setUp();
    const events = look(join.content(span));
    await clock.advance(1_000);
    const offered = look(offer([question]));
    await clock.advance(1_000);
    expect(events.done).toBe(false);
    void offer([answer]);
    await clock.advance(100);
    expect(names(events.value)).toEqual(['gen_ai.user.message', 'gen_ai.choice']);
    expect(offered.done).toBe(false);
    events.value?.end(JOINED);
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: [JOINED] });
    expect(clock.waiting()).toBe(0);
  });

  it('lets a span go on without an answer when it has waited long enough, with what is there', async () => {
    const { clock, join, offer } = setUp();
    const alone = look(join.content(span));
    await clock.advance(WAIT_MS - 1);
    expect(alone.done).toBe(false);
    await clock.advance(1);
    expect(names(alone.value)).toEqual([]);

    const asked = look(join.content(span));
    void offer([question]);
    await clock.advance(WAIT_MS);
    expect(names(asked.value)).toEqual(['gen_ai.user.message']);
  });

  it('gives up records whose span never comes', async () => {
    const { clock, offer } = setUp();
    const offered = look(offer([question]));
    await clock.advance(KEEP_MS);
    expect(offered).toEqual({ done: true, value: [{ status: 'unclaimed' }] });
    expect(clock.waiting()).toBe(0);
  });

  it('tells of each record what became of it', async () => {
    const { clock, join, offer } = setUp();
    const [one, other, missing, full] = [1, 2, 3, 4].map(idOf);
    const offered = look(offer([one, other, missing, full].map((id) => record('gen_ai.choice', {}, id))));
    join.discard(spanOf({ id: full ?? '' }));
    const contents = [one, other].map((id) => look(join.content(spanOf({ id: id ?? '' }))));
    await clock.advance(REST_MS);
    contents[0]?.value?.end(JOINED);
    contents[1]?.value?.end({ status: 'released', blockedBy: 'a/b' });
    await clock.advance(KEEP_MS);
    expect(offered.value).toEqual([
      JOINED,
      { status: 'released', blockedBy: 'a/b' },
      { status: 'unclaimed' },
      { status: 'not_needed' },
    ]);
  });

  it('lets go of the records of a span that has content itself', async () => {
    const { clock, join, offer } = setUp();
    const offered = look(offer([question, answer]));
    join.discard(span);
    await clock.advance(0);
    expect(offered.value).toEqual([{ status: 'not_needed' }, { status: 'not_needed' }]);
    expect(clock.waiting()).toBe(0);
  });

  it('keeps evaluations of a span that has content itself', async () => {
    const { clock, join, offer } = setUp();
    const offered = look(
      offer([answer, record('gen_ai.evaluation.result', { 'gen_ai.evaluation.name': 'relevance' })]),
    );
    expect([join.discard(spanOf({ id: idOf(1) })), join.discard(span)]).toEqual([false, true]);
    const judged = join.evaluations(span);
    expect(names(judged)).toEqual(['gen_ai.evaluation.result']);
    judged.end(JOINED);
    await clock.advance(0);
    expect(offered.value).toEqual([{ status: 'not_needed' }, JOINED]);
    expect([clock.waiting(), join.discard(span)]).toEqual([0, false]);
  });

  it('lets spans go on at once when no more records will come', async () => {
    const { clock, join, offer } = setUp();
    const content = look(join.content(span));
    void offer([question]);
    join.hurry();
    await clock.advance(0);
    expect(names(content.value)).toEqual(['gen_ai.user.message']);
  });

  it('says on stop that neither spans nor records are done', async () => {
    const { clock, join, offer } = setUp();
    const offered = look(offer([record('gen_ai.choice', {}, 'aaaaaaaaaaaaaaaa')]));
    const events = look(join.content(span));
    join.stop();
    await clock.advance(0);
    expect(offered).toEqual({ done: true, value: [{ status: 'released' }] });
    expect(events).toEqual({ done: true, value: undefined });
    expect(clock.waiting()).toBe(0);
    expect(await join.content(span)).toBeUndefined();
    expect(await offer([answer])).toEqual([{ status: 'released' }]);
  });

  it('lets the span go on that has waited longest when too many wait, and says so once', async () => {
    const { clock, log, join, offer } = setUp({ maxSpans: 2 });
    const spans = [1, 2, 3, 4].map((number) => look(join.content(spanOf({ id: idOf(number) }))));
    await clock.advance(0);
    expect(spans.map(({ value }) => value?.outcome)).toEqual(['crowded_out', 'crowded_out', undefined, undefined]);
    expect(log.lines.map(({ level, message }) => [level, message.slice(0, 41)])).toEqual([
      ['warn', 'More calls wait for log records than may:'],
    ]);

    const offered = look(offer([record('gen_ai.choice', {}, idOf(1))]));
    await clock.advance(KEEP_MS);
    expect(offered.value).toEqual([{ status: 'late' }]);
  });

  it('drops the records that have waited longest when they take too much memory, and says so once', async () => {
    const { clock, log, offer } = setUp({ maxBytes: 2 * (100 + RECORD_BYTES) });
    const offers = [1, 2, 3, 4].map((number) => look(offer([record('gen_ai.choice', {}, idOf(number))])));
    await clock.advance(0);
    const dropped = [{ status: 'crowded_out' }];
    expect(offers.map(({ value }) => value)).toEqual([dropped, dropped, undefined, undefined]);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('keeps the records of one span however large they are', async () => {
    const { clock, join, offer } = setUp({ maxBytes: 1000 });
    void offer([question, answer], 1_000_000);
    const content = look(join.content(span));
    await clock.advance(REST_MS);
    expect(names(content.value)).toEqual(['gen_ai.user.message', 'gen_ai.choice']);
  });

  it('takes no notice of records without content or without a span', async () => {
    const { clock, offer } = setUp();
    const useless = [record('app.started', {}), { ...answer, spanId: '' }, { ...answer, traceId: '' }];
    expect(await offer(useless)).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });
});

describe('records that come too late', () => {
  it('are told from those whose span never came, with a warning that says what to do', async () => {
    const { clock, log, join, offer } = setUp();
    const alone = look(join.content(span));
    await clock.advance(WAIT_MS);
    expect(alone.value).toMatchObject({ events: [], outcome: 'no_records' });
    const offered = look(offer([question, answer]));
    await clock.advance(KEEP_MS);
    expect(offered.value).toEqual([{ status: 'late' }, { status: 'late' }]);
    expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('map.join_logs.wait') }]);
  });

  it.each<[string, RecordEnd]>([
    ['since its call could not be delivered', { status: 'released', blockedBy: 'a/b' }],
    ['since its sender has sent it twice', JOINED],
  ])('are in time for a span that comes again, %s', async (_why, end) => {
    const { clock, log, join, offer } = setUp();
    const first = look(join.content(span));
    await clock.advance(WAIT_MS);
    first.value?.end(end);
    const again = look(join.content(span));
    const offered = look(offer([answer]));
    await clock.advance(REST_MS);
    expect(names(again.value)).toEqual(['gen_ai.choice']);
    again.value?.end(JOINED);
    await clock.advance(0);
    expect([offered.value, log.lines]).toEqual([[JOINED], []]);
  });

  it('are in time, too, while the call waits for Weave to take it', async () => {
    const { clock, log, join, offer } = setUp();
    const first = look(join.content(span));
    await clock.advance(WAIT_MS);
    first.value?.end({ status: 'released', blockedBy: 'a/b' });
    void offer([answer]);
    const again = look(join.content(span));
    await clock.advance(REST_MS);
    expect([names(again.value), log.lines]).toEqual([['gen_ai.choice'], []]);
  });
});

describe('a kind of span that never gets log records', () => {
  const FAILED = { status: { code: 2 } };

  /** So many spans of a kind, one after the other, that all wait their full time for nothing. */
  async function inVain({ clock, join }: ReturnType<typeof setUp>, count: number, spec = {}) {
    for (let number = 0; number < count; number += 1) {
      void join.content(spanOf({ id: idOf(1000 + number), ...spec }));
      await clock.advance(WAIT_MS);
    }
  }

  it('is not waited for after many of it have waited in vain, unlike others', async () => {
    const world = setUp();
    await inVain(world, VAIN_WAITS - 1);
    const last = look(world.join.content(spanOf({ id: idOf(1) })));
    await world.clock.advance(WAIT_MS - 1);
    expect(last.done).toBe(false);
    await world.clock.advance(1);

    expect(await world.join.content(span)).toMatchObject({ events: [], outcome: 'not_awaited' });
    const others = [{ name: 'other' }, { scope: 'other' }, { resource: { 'service.name': 'other' } }];
    const waits = others.map((spec, at) => look(world.join.content(spanOf({ id: idOf(10 + at), ...spec }))));
    await world.clock.advance(WAIT_MS - 1);
    expect(waits.map(({ done }) => done)).toEqual([false, false, false]);
  });

  it('is given records that came before its span all the same', async () => {
    const world = setUp();
    await inVain(world, VAIN_WAITS);
    void world.offer([question]);
    const content = look(world.join.content(span));
    await world.clock.advance(REST_MS);
    expect(content.done).toBe(false);
    void world.offer([answer]);
    await world.clock.advance(REST_MS);
    expect(names(content.value)).toEqual(['gen_ai.user.message', 'gen_ai.choice']);
  });

  it.each([
    ['a record comes for a span that has gone', true],
    ['a record comes before its span', false],
  ])('is waited for again once %s', async (_what, isGone) => {
    const world = setUp();
    await inVain(world, VAIN_WAITS);
    if (isGone) await world.join.content(span);
    void world.offer([answer]);
    if (!isGone) void world.join.content(span);
    await world.clock.advance(REST_MS);
    const next = look(world.join.content(spanOf({ id: idOf(1) })));
    await world.clock.advance(WAIT_MS - 1);
    expect(next.done).toBe(false);
  });

  it('is not told by calls that failed: they may have had nothing to log', async () => {
    const world = setUp();
    await inVain(world, VAIN_WAITS, FAILED);
    const next = look(world.join.content(span));
    await world.clock.advance(WAIT_MS - 1);
    expect(next.done).toBe(false);
  });

  it('is not told by waits that were cut short', async () => {
    const world = setUp();
    for (let number = 0; number < VAIN_WAITS; number += 1) {
      void world.join.content(spanOf({ id: idOf(number) }));
      world.join.hurry();
    }
    const next = look(world.join.content(span));
    await world.clock.advance(WAIT_MS - 1);
    expect(next.done).toBe(false);
  });
});
