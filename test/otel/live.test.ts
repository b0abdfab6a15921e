import { describe, expect, it } from '@jest/globals';
import type { Call, ProjectId } from '../../src/core/call.ts';
import type { SpanId, TraceId } from '../../src/core/span.ts';
import type { ReadableSpanLike } from '../../src/decode/readable-span-like.ts';
import { createLive, MAX_OPEN_SPANS, MAX_STARTS } from '../../src/otel/live.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { readableSpan } from '../support/readable-span.ts';

const answers: (() => void)[] = [];
const whenAnswered = () => new Promise<void>((resolve) => answers.push(resolve));

function world(answered: () => Promise<void> = whenAnswered) {
  const clock = createFakeClock();
  const said: string[] = [];
  answers.length = 0;
  const live = createLive(
    {
      toCall: (span, ended) => (span.name === 'span 99' ? undefined : callOf(span, ended)),
      start: (call) => {
        said.push(`start ${call.json}`);
        return answered();
      },
      end: (call) => {
        said.push(`end ${call.json}`);
        return answered();
      },
      clock,
    },
    { afterMs: 1000 },
  );
  return { clock, said, live, answerAll: () => answers.splice(0).forEach((answer) => void answer()) };
}

function callOf({ name }: ReadableSpanLike, ended: boolean): Call {
  const json = Buffer.from(ended ? `${name}, cut off` : name);
  return { projectId: 'a/b' as ProjectId, id: 'b' as SpanId, traceId: 'a' as TraceId, json };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('live calls', () => {
  it('shows a call when its span has run for a while, and nothing of shorter ones', async () => {
    const { clock, live, said } = world();
    live.started(readableSpan(1));
    await clock.advance(600);
    live.started(readableSpan(2));
    live.started(readableSpan(3));
    expect(live.ended(readableSpan(2))).toBeUndefined();
    await clock.advance(400);
    expect(said).toEqual(['start span 1']);
    await clock.advance(600);
    expect(said).toEqual(['start span 1', 'start span 3']);
    expect(live.running()).toBe(2);
    expect(clock.waiting()).toBe(0);
  });

  it('lets the complete call of a shown one wait until its start has been answered', async () => {
    const { answerAll, clock, live } = world();
    live.started(readableSpan(1));
    await clock.advance(1000);
    let done = false;
    const waiting = live.ended(readableSpan(1))?.then(() => {
      done = true;
    });
    await turn();
    expect(done).toBe(false);
    answerAll();
    await waiting;
    expect(done).toBe(true);
    expect(live.running()).toBe(0);
    expect(live.ended(readableSpan(1))).toBeUndefined();
  });

  it('shows no call that cannot be made', async () => {
    const { clock, live, said } = world();
    live.started(readableSpan(99));
    await clock.advance(1000);
    expect(said).toEqual([]);
    expect(live.ended(readableSpan(99))).toBeUndefined();
  });

  it('ends what is shown when the process stops, after its start, once', async () => {
    const { answerAll, clock, live, said } = world();
    live.started(readableSpan(1));
    await clock.advance(1000);
    live.started(readableSpan(2));
    const ended = live.endAll();
    await turn();
    expect(said).toEqual(['start span 1']);
    answerAll();
    await turn();
    expect(said).toEqual(['start span 1', 'end span 1, cut off']);
    answerAll();
    await ended;
    await live.endAll();
    expect(said).toHaveLength(2);
    expect(live.running()).toBe(0);
  });

  it('lets the complete call of one that was ended too early wait for that end', async () => {
    const { answerAll, clock, live } = world();
    live.started(readableSpan(1));
    await clock.advance(1000);
    answerAll();
    const ending = live.endAll();
    await turn();
    let done = false;
    void live.ended(readableSpan(1))?.then(() => {
      done = true;
    });
    await turn();
    expect(done).toBe(false);
    answerAll();
    await ending;
    await turn();
    expect(done).toBe(true);
  });

  it('says how shown calls end, for a process that stops at once', async () => {
    const { clock, live } = world();
    live.started(readableSpan(1));
    live.started(readableSpan(2));
    await clock.advance(1000);
    void live.ended(readableSpan(2));
    live.started(readableSpan(3));
    expect(live.cutOff().map(({ json }) => String(json))).toEqual(['span 1, cut off']);
  });

  it('keeps only so many starts under way: what ends meanwhile was never shown, and waits for nothing', async () => {
    const { answerAll, clock, live, said } = world();
    for (let n = 1; n <= MAX_STARTS + 2; n += 1) live.started(readableSpan(n));
    await clock.advance(1000);
    expect(said).toHaveLength(MAX_STARTS);
    expect(live.ended(readableSpan(MAX_STARTS + 1))).toBeUndefined();
    expect(clock.waiting()).toBe(0);
    answerAll();
    await turn();
    await clock.advance(0);
    expect(said.slice(MAX_STARTS)).toEqual([`start span ${MAX_STARTS + 2}`]);
  });

  it(`follows no more than ${MAX_OPEN_SPANS} spans at a time`, async () => {
    const { clock, live, said } = world(() => Promise.resolve());
    for (let n = 1; n <= MAX_OPEN_SPANS + 10; n += 1) live.started(readableSpan(100 + n));
    await clock.advance(1000);
    expect(said).toHaveLength(MAX_OPEN_SPANS);
  });

  it('leaves no timer behind', async () => {
    const { clock, live, said } = world();
    live.started(readableSpan(1));
    live.stop();
    expect(clock.waiting()).toBe(0);
    await clock.advance(5000);
    expect(said).toEqual([]);
  });
});
