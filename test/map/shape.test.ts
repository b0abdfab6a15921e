import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMapper } from '../../src/map/map-spans.ts';
import type { ShapeSettings } from '../../src/map/shape.ts';
import { createShape } from '../../src/map/shape.ts';
import { keyOf } from '../../src/map/span-key.ts';
import { type CallJson, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const ids = (n: number) => n.toString(16).padStart(16, '0');
const at = (n: number, parent: number) => ({ id: ids(n), parent: parent === 0 ? '' : ids(parent) });
const llm = (n: number, parent: number): SpanSpec => ({
  ...at(n, parent),
  name: 'chat',
  attributes: { 'gen_ai.operation.name': 'chat' },
});
const plain = (n: number, parent: number, name = 'work', scope = ''): SpanSpec => ({ ...at(n, parent), name, scope });

const settings = (change: Partial<ShapeSettings>): ShapeSettings => ({
  keep: 'all',
  include: [],
  exclude: [],
  ...change,
});

/** What Weave has in the end: the parent of each call. */
function arrive(shape: ShapeSettings, requests: readonly (readonly SpanSpec[])[]): Record<string, string | null> {
  const map = createMapper({ version: '0', shape });
  const stored = new Map<string, CallJson>();
  for (const request of requests) {
    const { calls, corrections, filtered } = map(request.map((spec) => ({ span: spanOf(spec), project: PROJECT })));
    expect(calls.length + filtered).toBe(request.length);
    for (const call of [...calls, ...(corrections?.() ?? [])]) stored.set(call.id, JSON.parse(call.json.toString()));
  }
  return Object.fromEntries(
    [...stored]
      .sort()
      .map(([id, call]) => [Number.parseInt(id, 16), call['parent_id'] && Number.parseInt(call['parent_id'], 16)]),
  );
}

const TRACES: readonly (readonly [string, ShapeSettings, readonly SpanSpec[], Record<string, number | null>])[] = [
  ['everything', settings({}), [llm(3, 2), plain(2, 1), plain(1, 0)], { 1: null, 2: 1, 3: 2 }],
  [
    'LLM spans and what is above them',
    settings({ keep: 'llm' }),
    [llm(4, 2), plain(3, 2), plain(2, 1), plain(1, 0), plain(5, 1)],
    { 1: null, 2: 1, 4: 2 },
  ],
  [
    'all but a scope, its children moved up',
    settings({ exclude: [{ scope: /^http/ }] }),
    [llm(3, 2), plain(2, 1, 'GET', 'http'), plain(1, 0)],
    { 1: null, 3: 1 },
  ],
  [
    'all but two in a row',
    settings({ exclude: [{ name: /^x/ }] }),
    [llm(4, 3), plain(3, 2, 'x1'), plain(2, 1, 'x2'), plain(1, 0)],
    { 1: null, 4: 1 },
  ],
  [
    'children of an excluded root as roots',
    settings({ exclude: [{ name: /^x/ }] }),
    [llm(2, 1), plain(1, 0, 'x')],
    { 2: null },
  ],
  [
    'only what is included, and what is above it',
    settings({ include: [{ name: /^chat/ }] }),
    [llm(3, 1), plain(2, 1), plain(1, 0)],
    { 1: null, 3: 1 },
  ],
  [
    'all without an attribute of that value',
    settings({ exclude: [{ attribute: { key: 'gen_ai.operation.name', value: /^chat$/ } }] }),
    [llm(2, 1), plain(1, 0)],
    { 1: null },
  ],
];

describe('shaping keeps', () => {
  it.each(TRACES)('%s, in one request', (_what, shape, spans, expected) => {
    expect(arrive(shape, [spans])).toEqual(expected);
    expect(arrive(shape, [spans.toReversed()])).toEqual(expected);
  });

  it.each(TRACES)('%s, a span a request, children first', (_what, shape, spans, expected) => {
    expect(
      arrive(
        shape,
        spans.map((span) => [span]),
      ),
    ).toEqual(expected);
  });

  it('no call whose parent was left out, also when the request that left it out has to be mapped again', () => {
    const map = createMapper({ version: '0', shape: settings({ exclude: [{ name: /^x/ }] }) });
    const send = (spec: SpanSpec) =>
      (map([{ span: spanOf(spec), project: PROJECT }]).corrections?.() ?? []).map(({ id }) => id);
    expect(send(llm(2, 1))).toEqual([]);
    expect(send(plain(1, 0, 'x'))).toEqual([ids(2)]);
    expect(send(plain(1, 0, 'x'))).toEqual([ids(2)]);
  });

  it('in mind which calls Weave has not had before', () => {
    const map = createMapper({ version: '0', shape: settings({ keep: 'llm' }) });
    const returned = (spec: SpanSpec) => {
      const { calls, corrections } = map([{ span: spanOf(spec), project: PROJECT }]);
      return [...calls, ...(corrections?.() ?? [])].map(({ id, returns }) => [id, returns]);
    };
    expect(returned(plain(1, 0))).toEqual([]);
    expect(returned(llm(2, 1))).toEqual([
      [ids(2), undefined],
      [ids(1), true],
    ]);
    expect(returned(llm(3, 1))).toEqual([[ids(3), undefined]]);
  });

  it('no call whose parent was left out, in any order of arrival', () => {
    const spans = [
      llm(7, 6),
      plain(6, 5, 'x'),
      plain(5, 4, 'x'),
      llm(8, 4),
      plain(4, 3),
      plain(3, 2, 'x'),
      plain(2, 1),
      plain(1, 0),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(spans, { minLength: spans.length }), (order) => {
        const parents = arrive(
          settings({ exclude: [{ name: /^x/ }] }),
          order.map((span) => [span]),
        );
        expect(parents).toEqual({ 1: null, 2: 1, 4: 2, 7: 4, 8: 4 });
      }),
      { numRuns: 100 },
    );
  });

  it('its pace where a deep trace comes again: no square of the depth', () => {
    const shape = createShape(settings({ keep: 'llm' }));
    const DEPTH = 100_000;
    const spans = Array.from({ length: DEPTH }, (_, at) => ({
      span: spanOf(plain(at + 1, at === 0 ? DEPTH : at)), // the first one is below the last one: a circle
      isLlm: at === DEPTH - 1,
    }));
    expect(shape.note(spans)).toEqual([]);
    expect(shape.note(spans)).toEqual([]);
    expect(shape.isKept(keyOf(spanOf(plain(1, 0))))).toBe(true);
  });
});
