import { describe, expect, it } from '@jest/globals';
import type { QueueEntry } from '../../src/core/ports.ts';
import { createPrepare } from '../../src/pipeline/prepare.ts';
import { project } from '../send/samples.ts';
import { decode, map, spanBody, spanOf, type TestSpan } from './world.ts';

const SPANS: readonly TestSpan[] = [1, 2, 3, 4].map((number) => ({ number, project: `team/${number % 2}` }));
const idOf = (number: number) => spanOf({ number }).spanId;

/** An entry of four spans, of which some are to be tried again. */
function again(numbers: readonly number[], spans = SPANS): QueueEntry {
  const only = numbers.map(idOf);
  const entry = { id: 1, acceptedAtMs: 0, signal: 'traces', encoding: 'json', project: null } as const;
  return { ...entry, spans: only.length, only, body: spanBody(spans) };
}

function prepare(entry: QueueEntry, blocked: readonly string[] = []) {
  const blockerOf = (to: string) => (blocked.some((name) => to.startsWith(name)) ? to : undefined);
  const deps = { decode, map, content: { discard: () => undefined }, blockerOf };
  return createPrepare(deps, { defaultProject: null })(entry);
}

it('a request that is damaged becomes a dead letter of all its spans, though it could be read', () => {
  const prepared = prepare({ ...again([1, 2]), damaged: 'its body is not what was stored' }, ['team']);
  expect(prepared).toEqual({
    ...{ status: 'prepared', calls: [], lacking: [], corrections: undefined, filtered: 0, deadSpans: 2 },
    dead: [{ spanId: '', reason: expect.stringContaining('its body is not what was stored') }],
  });
});

describe('a request that is tried again', () => {
  it('becomes calls of the spans that are dead, and of no others', () => {
    const prepared = prepare(again([2, 3]));
    expect(prepared).toMatchObject({ status: 'prepared', filtered: 0, deadSpans: 0 });
    expect(prepared.status === 'prepared' && prepared.calls.map(({ id }) => id)).toEqual([idOf(2), idOf(3)]);
  });

  it('says which of these lack their content', () => {
    const lacking = SPANS.map((span, call) => ({ call, span: { span: spanOf(span), project: project() } }));
    const deps = { decode, content: { discard: () => undefined }, blockerOf: () => undefined };
    const prepared = createPrepare(
      { ...deps, map: (spans) => ({ ...map(spans), lacking }) },
      { defaultProject: null },
    )(again([2, 4]));
    const found = prepared.status === 'prepared' ? prepared.lacking : [];
    expect(found.map(({ call, span }) => [call, span.span.spanId])).toEqual([
      [0, idOf(2)],
      [1, idOf(4)],
    ]);
  });

  it('waits for its own projects, and for none of the spans that were delivered', () => {
    expect(prepare(again([2, 4]), ['team/1']).status).toBe('prepared');
    expect(prepare(again([1, 3]), ['team/1'])).toEqual({ status: 'blocked', by: 'team/1' });
  });

  it('counts each of its spans once, whatever becomes of it', () => {
    const homeless = [{ number: 1 }, { number: 2 }, ...SPANS.slice(2)];
    const prepared = prepare(again([2, 3], homeless));
    expect(prepared).toMatchObject({
      deadSpans: 1,
      dead: [{ spanId: idOf(2) }],
      filtered: 0,
      calls: [{ id: idOf(3) }],
    });
    const deps = { decode, content: { discard: () => undefined }, blockerOf: () => undefined };
    const filtering = createPrepare(
      { ...deps, map: (spans) => ({ ...map(spans.slice(0, 2)), filtered: 2 }) },
      { defaultProject: null },
    );
    expect(filtering(again([2, 3]))).toMatchObject({ calls: [{ id: idOf(2) }], filtered: 1, deadSpans: 0 });
  });
});
