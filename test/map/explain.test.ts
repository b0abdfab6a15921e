import { describe, expect, it } from '@jest/globals';
import { createExplainer, type Explanation } from '../../src/map/explain.ts';
import type { MapSettings } from '../../src/map/map-spans.ts';
import { J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

function explain(specs: readonly SpanSpec[], settings: Partial<MapSettings> = {}): readonly Explanation[] {
  const explainer = createExplainer({ version: '0', ...settings });
  return explainer(specs.map((spec) => ({ span: spanOf(spec), project: PROJECT })));
}

const CHAT: SpanSpec = {
  name: 'chat m',
  scope: 'some.instrumentation',
  scopeVersion: '1.2',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.input.messages': J([{ role: 'user', content: 'Hi' }]),
    'gen_ai.usage.input_tokens': 5,
    'gen_ai.usage.output_tokens': 2,
    'app.tenant': 't-1',
  },
};

describe('an explanation', () => {
  const [chat] = explain([CHAT]);

  it('names the span, what it becomes, and the convention with what gave it away', () => {
    expect(chat).toMatchObject({ span: 'chat m', scope: 'some.instrumentation@1.2', opName: 'chat', kind: 'llm' });
    expect(chat?.conventions[0]).toEqual({
      name: 'OpenTelemetry GenAI semantic conventions',
      because: 'attribute gen_ai.operation.name',
    });
  });

  it('tells where each field comes from', () => {
    const from = Object.fromEntries((chat?.fields ?? []).map((field) => [field.callField, field.from]));
    expect(from).toMatchObject({
      'inputs.model': ['gen_ai.request.model'],
      'inputs.messages': ['gen_ai.input.messages'],
      'summary.usage.*.input_tokens': ['gen_ai.usage.input_tokens'],
    });
  });

  it('tells what no rule has read', () => {
    expect(chat?.leftOver).toEqual(['app.tenant']);
  });

  it('names events that were read', () => {
    const [span] = explain([
      {
        attributes: { 'gen_ai.operation.name': 'chat' },
        events: [{ name: 'gen_ai.user.message', attributes: { content: 'Hi' } }],
      },
    ]);
    expect(span?.fields.find(({ callField }) => callField === 'inputs.messages')?.from).toEqual([
      'event gen_ai.user.message',
    ]);
  });

  it('says that a plain span is one', () => {
    expect(explain([{ name: 'work', attributes: { a: 1 } }])[0]).toMatchObject({
      conventions: [],
      fields: [],
      leftOver: ['a'],
    });
  });

  it('says whose tokens are counted elsewhere', () => {
    const [, agent] = explain([
      { ...CHAT, id: '2222222222222222', parent: '1111111111111111' },
      {
        id: '1111111111111111',
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.usage.input_tokens': 5,
          'gen_ai.usage.output_tokens': 2,
        },
      },
    ]);
    expect(agent?.notes).toEqual([expect.stringContaining('counted by another span')]);
  });

  it('says what was shortened, and what was left out', () => {
    const [long] = explain([{ attributes: { text: 'x'.repeat(5_000_000) } }]);
    expect(long?.notes[0]).toMatch(/^shortened: .* from 5000000 to \d+, since Weave stores 3\.5 MiB/);
    const [left] = explain([{ name: 'x' }], { shape: { keep: 'llm', include: [], exclude: [] } });
    expect(left).toMatchObject({ opName: '', notes: [expect.stringContaining('left out')] });
  });
});
