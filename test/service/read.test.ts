import { describe, expect, it } from '@jest/globals';
import type { ProjectId } from '../../src/core/call.ts';
import type { RawRequest } from '../../src/core/ports.ts';
import { createSpanReader, type JoinedSpan, MAX_HELD, MAX_RECORD_BYTES } from '../../src/service/read.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const idOf = (number: number) => number.toString(16).padStart(16, '0');

/** A request as JSON; `spans` is of no use here. */
const request = (signal: RawRequest['signal'], document: object): RawRequest => ({
  ...{ signal, encoding: 'json', project: null, spans: 1 },
  body: Buffer.from(JSON.stringify(document)),
});
const spans = (...numbers: readonly number[]) =>
  request('traces', {
    resourceSpans: [
      { scopeSpans: [{ spans: numbers.map((n) => ({ traceId: TRACE, spanId: idOf(n), name: 'chat' })) }] },
    ],
  });
const record = (name: string, number: number, text = '') => ({
  ...{ traceId: TRACE, spanId: idOf(number), eventName: name },
  body: { stringValue: text },
});
const logs = (...logRecords: readonly object[]) => request('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
const question = (number: number) => record('gen_ai.user.message', number);
const answer = (number: number) => record('gen_ai.choice', number);

/** A reader whose spans all lack content; what it told of them, in order. */
function setUp() {
  const told: [number, readonly string[]][] = [];
  const { accept, finish } = createSpanReader((taken, all) => {
    if (all === 'may-come') return Promise.resolve(taken);
    for (const { span, logEvents } of taken) {
      expect(span.events).toEqual(logEvents);
      told.push([Number.parseInt(span.spanId, 16), logEvents.map(({ name }) => name)]);
    }
    return Promise.resolve<readonly JoinedSpan[]>([]);
  }, 'team/app' as ProjectId);
  return { accept, finish, told };
}

describe('spans and log records of files', () => {
  it('meet at the end, whatever comes first', async () => {
    const { accept, finish, told } = setUp();
    for (const one of [logs(question(1)), spans(1, 2, 3), logs(answer(2), answer(1))]) await accept(one);
    expect(told).toEqual([]);
    await finish();
    expect(told).toEqual([
      [1, ['gen_ai.user.message', 'gen_ai.choice']],
      [2, ['gen_ai.choice']],
      [3, []],
    ]);
  });

  it('meet at once where the answer is there', async () => {
    const { accept, told } = setUp();
    await accept(logs(question(1), answer(1)));
    await accept(spans(1));
    expect(told).toEqual([[1, ['gen_ai.user.message', 'gen_ai.choice']]]);
  });

  it('meet before the first look where they are evaluations, and are not told twice', async () => {
    const { accept, finish, told } = setUp();
    await accept(logs(record('gen_ai.evaluation.result', 1)));
    await accept(spans(1));
    await accept(logs(question(1)));
    await finish();
    expect(told).toEqual([[1, ['gen_ai.evaluation.result', 'gen_ai.user.message']]]);
  });

  it('do not wait in any number: the oldest span goes on without', async () => {
    const { accept, told } = setUp();
    await accept(spans(...Array.from({ length: MAX_HELD + 1 }, (_, at) => at + 1)));
    expect(told).toEqual([[1, []]]);
  });

  it('do not wait in any size: the oldest records are forgotten', async () => {
    const { accept, finish, told } = setUp();
    const text = 'x'.repeat(MAX_RECORD_BYTES / 2);
    for (const number of [1, 2]) await accept(logs(record('gen_ai.choice', number, text)));
    await accept(spans(1, 2));
    await finish();
    expect(told).toEqual([
      [2, ['gen_ai.choice']],
      [1, []],
    ]);
  });
});
