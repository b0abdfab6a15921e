import { describe, expect, it } from '@jest/globals';
import { createMapper } from '../../src/map/map-spans.ts';
import { PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const ids = (n: number) => n.toString(16).padStart(16, '0');
const span = (n: number, parent: number, model?: string, input = 0): SpanSpec => ({
  id: ids(n),
  parent: parent === 0 ? '' : ids(parent),
  attributes:
    model === undefined
      ? {}
      : {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': model,
          'gen_ai.usage.input_tokens': input,
          'gen_ai.usage.output_tokens': 1,
        },
});

function inputs(requests: readonly (readonly SpanSpec[])[]) {
  const map = createMapper({ version: '0', usage: 'rollup' });
  const calls = requests.flatMap((request) => {
    const { calls, corrections } = map(request.map((spec) => ({ span: spanOf(spec), project: PROJECT })));
    return [...calls, ...(corrections?.() ?? [])];
  });
  return Object.fromEntries(
    calls.map((call) => {
      const usage: Record<string, { input_tokens: number }> = JSON.parse(call.json.toString()).summary.usage ?? {};
      return [
        Number.parseInt(call.id, 16),
        Object.fromEntries(Object.entries(usage).map(([model, counts]) => [model, counts.input_tokens])),
      ];
    }),
  );
}

describe('usage rolled up', () => {
  const spans = [span(4, 2, 'a', 10), span(5, 2, 'b', 5), span(2, 1), span(3, 1, 'a', 7), span(1, 0)];
  const expected = { 4: { a: 10 }, 5: { b: 5 }, 2: { a: 10, b: 5 }, 3: { a: 7 }, 1: { a: 17, b: 5 } };

  it('stands on every span above, by model', () => {
    expect(inputs([spans])).toEqual(expected);
    expect(inputs([spans.toReversed()])).toEqual(expected);
  });

  it('also where each span comes in a request of its own', () => {
    expect(inputs(spans.map((one) => [one]))).toEqual(expected);
  });

  it('is no less than nothing where parents go round in a circle and the children of one are counted elsewhere', () => {
    const twin = (n: number, input: number): SpanSpec => {
      const one = span(n, 1, 'a', input);
      return { ...one, attributes: { ...one.attributes, 'gen_ai.response.id': 'r' } };
    };
    // 1 and 2 are each other's parents; 5 is the same call as 4, and says more
    const found = inputs([[twin(4, 10)], [span(1, 2)], [span(2, 1)], [twin(5, 30)]]);
    for (const sums of Object.values(found)) for (const sum of Object.values(sums)) expect([0, 10, 30]).toContain(sum);
  });
});
