import { describe, expect, it } from '@jest/globals';
import { createCounters } from '../../src/core/counters.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

describe('the mapping counts', () => {
  it('tokens that are in a call, those that another span states already, and calls that were shortened', () => {
    const counters = createCounters();
    const map = createMapper({ version: '0', counters });
    const usage = { 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.output_tokens': 2 };
    const specs: readonly SpanSpec[] = [
      { id: '0000000000000002', parent: '0000000000000001', attributes: { 'gen_ai.operation.name': 'chat', ...usage } },
      { id: '0000000000000001', attributes: { 'gen_ai.operation.name': 'invoke_agent', ...usage } },
      { id: '0000000000000003', attributes: { 'input.value': 'x'.repeat(5_000_000) } },
    ];
    const spans = specs.map((spec) => ({ span: spanOf(spec), project: PROJECT }));
    map(spans);
    map(spans.slice(0, 2)); // tokens of a span that comes again have been counted
    const values = counters.all().map(({ name, labels, value }) => [name, ...Object.values(labels), value]);
    expect(values).toEqual([
      ['processor_tokens', 'input', 'counted', 5],
      ['processor_tokens', 'output', 'counted', 2],
      ['processor_tokens', 'input', 'left_out', 5],
      ['processor_tokens', 'output', 'left_out', 2],
      ['processor_shortened_calls', 1],
    ]);
  });
});
