import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Span } from '../../src/core/span.ts';
import { decodeRequest } from '../../src/decode/request.ts';
import { createMapper, type MapSettings } from '../../src/map/map-spans.ts';
import { type CallJson, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const CORPUS = join(import.meta.dirname, '../fixtures/corpus');

const id = (n: number) => (n + 1).toString(16).padStart(16, '0');

/** Spans that repeat each other in all the ways there are: few token counts and response ids, so that they collide. */
const anySpan = fc.record({
  kind: fc.constantFrom('chat', 'chat', 'invoke_agent', 'execute_tool', 'step', undefined),
  tokens: fc.constantFrom(undefined, 10, 20, 30),
  model: fc.constantFrom('a', 'b'),
  response: fc.constantFrom(undefined, 'r1', 'r2'),
  scope: fc.constantFrom('app', 'x'),
  /** Which of the spans before it in the list is its parent. */
  parent: fc.nat(),
});

const anyTrace = fc.array(anySpan, { minLength: 1, maxLength: 9 }).map((spans) =>
  spans.map(
    ({ kind, tokens, model, response, scope, parent }, n): SpanSpec => ({
      id: id(n),
      parent: n === 0 ? '' : id(parent % n),
      scope,
      ...(kind === 'step' && { name: 'llm:step' }),
      attributes: {
        // it counts where the agent above, which sums up such ones, says nothing
        ...(kind === 'step' && { 'entity.type': 'agent', 'span.type': 'llm', 'llm.model': model }),
        ...(kind !== undefined && kind !== 'step' && { 'gen_ai.operation.name': kind, 'gen_ai.request.model': model }),
        ...(kind === 'chat' && response !== undefined && { 'gen_ai.response.id': response }),
        ...(tokens !== undefined && { 'gen_ai.usage.input_tokens': tokens, 'gen_ai.usage.output_tokens': 1 }),
      },
    }),
  ),
);

/** A trace, and the same in another order, cut into requests, of which some come twice. */
const anyArrival = anyTrace.chain((spans) =>
  fc.record({
    spans: fc.constant(spans),
    requests: fc
      .tuple(
        fc.shuffledSubarray(spans, { minLength: spans.length }),
        fc.array(fc.boolean(), { minLength: spans.length, maxLength: spans.length }),
      )
      .map(([order, cuts]) => {
        const requests: SpanSpec[][] = [[]];
        for (const [at, span] of order.entries()) {
          if (cuts[at]) requests.push([]);
          requests.at(-1)?.push(span);
        }
        return requests;
      })
      .chain((requests) =>
        fc
          .array(fc.nat({ max: requests.length - 1 }), { maxLength: 3 })
          .map((again) => [...requests, ...again.map((at) => requests[at] ?? [])]),
      ),
  }),
);

/** What Weave has in the end of each span. */
function mapped(settings: Partial<MapSettings>, requests: readonly (readonly Span[])[]): Record<string, CallJson> {
  const map = createMapper({ version: '0', ...settings });
  const calls = new Map<string, CallJson>();
  for (const request of requests) {
    const result = map(request.map((span) => ({ span, project: PROJECT })));
    for (const call of [...result.calls, ...(result.corrections?.() ?? [])]) {
      calls.set(call.id, JSON.parse(call.json.toString()));
    }
  }
  return Object.fromEntries([...calls].sort());
}

const stored = (settings: Partial<MapSettings>, requests: readonly (readonly SpanSpec[])[]) =>
  mapped(
    settings,
    requests.map((request) => request.map(spanOf)),
  );

function totals(calls: Readonly<Record<string, CallJson>>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const call of Object.values(calls)) {
    for (const [name, count] of Object.values(call['summary'].usage ?? {}).flatMap((counts) =>
      Object.entries(counts as object),
    )) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

/** Of two spans that state the same of one response the first one counts. Here no two are of the same. */
const withOwnResponses = (spans: readonly SpanSpec[]) =>
  spans.map((span) => ({ ...span, attributes: { ...span.attributes, 'gen_ai.response.id': span.id } }));

const check = (property: (arrival: { spans: SpanSpec[]; requests: SpanSpec[][] }) => void) =>
  fc.assert(fc.property(anyArrival, property), { numRuns: 200 });

describe('whatever the order in which the spans of a trace arrive', () => {
  it('as many tokens are counted', () => {
    check(({ spans, requests }) => expect(totals(stored({}, requests))).toEqual(totals(stored({}, [spans]))));
  });

  it('a call is the same as if it had come with all the others', () => {
    const settings = { shape: { keep: 'all', include: [], exclude: [{ scope: /^x/ }] } } as const;
    check(({ spans, requests }) => {
      expect(stored(settings, requests.map(withOwnResponses))).toEqual(stored(settings, [withOwnResponses(spans)]));
    });
  });

  it('sums are the same on every span above', () => {
    const settings = { usage: 'rollup' } as const;
    check(({ spans, requests }) => {
      expect(stored(settings, requests.map(withOwnResponses))).toEqual(stored(settings, [withOwnResponses(spans)]));
    });
  });

  it('the same spans are kept, under the same parents', () => {
    for (const shape of [
      { keep: 'llm', include: [], exclude: [] },
      { keep: 'llm', include: [], exclude: [{ scope: /^x/ }] },
      { keep: 'all', include: [{ name: /chat/ }, { attribute: { key: 'gen_ai.response.id' } }], exclude: [] },
    ] as const) {
      const parents = (calls: Readonly<Record<string, CallJson>>) =>
        Object.fromEntries(Object.entries(calls).map(([key, call]) => [key, call['parent_id']]));
      check(({ spans, requests }) => {
        expect(parents(stored({ shape }, requests))).toEqual(parents(stored({ shape }, [spans])));
      });
    }
  });

  it.each(readdirSync(CORPUS, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])))(
    'as many tokens are counted of what %s has recorded',
    (scenario) => {
      const recorded = readdirSync(join(CORPUS, scenario))
        .filter((name) => /^\d+\.(pb|json)$/.test(name))
        .flatMap((name) => {
          const body = readFileSync(join(CORPUS, scenario, name));
          const decoded = decodeRequest(body, name.endsWith('.pb') ? 'protobuf' : 'json');
          return decoded.status === 'invalid' ? [] : decoded.spans;
        });
      const tokens = totals(mapped({}, [recorded]));
      expect(
        totals(
          mapped(
            {},
            recorded.map((span) => [span]),
          ),
        ),
      ).toEqual(tokens);
      expect(
        totals(
          mapped(
            {},
            recorded.toReversed().map((span) => [span]),
          ),
        ),
      ).toEqual(tokens);
      fc.assert(
        fc.property(fc.shuffledSubarray(recorded, { minLength: recorded.length }), (order) => {
          expect(
            totals(
              mapped(
                {},
                order.map((span) => [span]),
              ),
            ),
          ).toEqual(tokens);
        }),
        { numRuns: 5 },
      );
    },
  );
});
