import { describe, expect, it } from '@jest/globals';
import { createExplainer, type Explanation } from '../../src/map/explain.ts';
import type { MapSettings } from '../../src/map/map-spans.ts';
import { J, PROJECT, type SpanSpec, spanOf } from '../support/spans.ts';

const fromOf = (found: Explanation | undefined) =>
  Object.fromEntries((found?.fields ?? []).map(({ callField, from }) => [callField, from]));

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
    expect(chat?.conventions).toEqual([
      {
        name: 'gen_ai',
        title: 'OpenTelemetry GenAI semantic conventions',
        because: 'attribute gen_ai.operation.name',
      },
    ]);
  });

  it('tells where each field comes from', () => {
    expect(fromOf(chat)).toMatchObject({
      op_name: ['span name'],
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
    const [plain] = explain([{ name: 'work', attributes: { a: 1 } }]);
    expect(plain).toMatchObject({ conventions: [], leftOver: ['a'], passedOver: [], notes: [] });
    expect(fromOf(plain)).toEqual({ op_name: ['span name'], display_name: ['span name'] });
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
    expect(fromOf(agent)).toMatchObject({
      'attributes.usage_repeated.*.input_tokens': ['gen_ai.usage.input_tokens'],
    });
  });

  it('says what was shortened, and what was left out', () => {
    const [long] = explain([{ attributes: { text: 'x'.repeat(5_000_000) } }]);
    expect(long?.notes[0]).toMatch(/^shortened: .* from 5000000 to \d+ characters, since Weave stores 3\.5 MiB/);
    const [left] = explain([{ name: 'x' }], { shape: { keep: 'llm', include: [], exclude: [] } });
    expect(left).toMatchObject({ opName: '', notes: [expect.stringContaining('left out')] });
  });

  it('names of several spellings the one that counted, and those that did not', () => {
    const [span] = explain([
      {
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'ls',
          'gen_ai.tool.call.arguments': '{}',
          'input.value': '<REDACTED>',
          'session.id': 's-1',
          'gen_ai.conversation.id': 'c-1',
        },
      },
    ]);
    expect(fromOf(span)).toMatchObject({ inputs: ['gen_ai.tool.call.arguments'], thread_id: ['session.id'] });
    expect(span?.passedOver).toContain('gen_ai.conversation.id');
    expect(span?.passedOver).not.toContain('session.id');
    expect(span?.leftOver).not.toContain('gen_ai.conversation.id');
  });

  it.each([
    ['a tool', 'execute_tool', 'gen_ai.tool.call.arguments', '{"a":1}', 'inputs'],
    ['a model call', 'chat', 'gen_ai.input.messages', J([{ role: 'user', content: 'Hi' }]), 'inputs.messages'],
    ['a search', 'retrieval', 'gen_ai.retrieval.query.text', 'Paris', 'inputs.query'],
  ])('shows of %s what went in once, and from where', (_what, operation, key, value, place) => {
    const attributes = { 'gen_ai.operation.name': operation, [key]: value, 'input.value': 'the same' };
    const { fields, passedOver } = explain([{ attributes }])[0] as Explanation;
    const inputs = fields.filter(({ callField }) => /^inputs(\.|$)/.test(callField));
    expect(inputs).toMatchObject([{ callField: place, from: [key] }]);
    expect(passedOver).toEqual(['input.value']);
  });

  it('shows no field that the call does not have', () => {
    const { fields } = explain([
      {
        parent: '1111111111111111',
        scope: 'com.anthropic.claude_code.tracing',
        attributes: { 'span.type': 'llm_request', 'session.id': 's-1', stop_reason: 'end_turn' },
      },
    ])[0] as Explanation;
    const places = fields.map(({ callField }) => callField);
    expect(places).toContain('thread_id');
    expect(places).not.toContain('turn_id');
    expect(places).not.toContain('output.choices[].finish_reason');
  });

  it.each<[string, SpanSpec, string[]]>([
    ['an event', { events: [{ name: 'exception', attributes: { 'exception.message': 'no' } }] }, ['event exception']],
    ['the status', { status: { code: 2, message: 'no' } }, ['status message']],
    ['an attribute', { attributes: { 'error.type': 'timeout' } }, ['status, error.*']],
  ])('says that the exception comes from %s', (_where, spec, from) => {
    const [failed] = explain([{ status: { code: 2 }, ...spec }]);
    expect(fromOf(failed)).toMatchObject({ exception: from });
  });

  it('tells log records from events, and says where one may be missing', () => {
    const source: SpanSpec = { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' } };
    const [alone] = explain([source]);
    expect([alone?.lacksContent, alone?.notes]).toEqual([true, [expect.stringContaining('log records may')]]);

    const span = spanOf({ ...source, events: [{ name: 'gen_ai.choice', attributes: { content: 'Hi!' } }] });
    const [joined] = createExplainer({ version: '0' })([{ span, project: PROJECT, logEvents: span.events }]);
    expect(fromOf(joined)).toMatchObject({ 'output.choices': ['log record gen_ai.choice'] });
    expect([joined?.lacksContent, joined?.notes]).toEqual([false, []]);
  });

  it('says what was left out because the config says so', () => {
    const [bare] = explain([CHAT], { captureContent: false });
    expect(bare?.notes).toEqual(['left out, since map.capture_content is false: inputs.messages']);
    expect(fromOf(bare)).not.toHaveProperty('inputs.messages');

    const events = [{ name: 'note', attributes: { text: 't-1' } }];
    const [redacted] = explain([{ ...CHAT, events, status: { code: 2, message: 'for t-1' } }], {
      redact: [{ value: /t-1/, replacement: '-' }],
    });
    expect(redacted?.notes).toEqual(['redacted by map.redact: app.tenant, the status message, event note']);
    const failed = { ...CHAT, status: { code: 2 } };
    expect(explain([failed], { redact: [{ value: /nothing/, replacement: '-' }] })[0]?.notes).toEqual([]);
  });

  it('says what the sender had dropped', () => {
    const span = { ...spanOf({}), droppedAttributesCount: 3, droppedEventsCount: 1 };
    const [found] = createExplainer({ version: '0' })([{ span, project: PROJECT }]);
    expect(found?.notes).toEqual(['the sender had dropped 3 attributes, 1 events before it sent the span']);
  });
});
