import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attributes, Span, SpanId, Value } from '../../src/core/span.ts';
import { CONVENTIONS } from '../../src/map/conventions/all.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { PROJECT, spanOf } from '../support/spans.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** Keys that rules read, whole or below a prefix, and keys that none reads. */
const KEYS = CONVENTIONS.flatMap(({ rules }) =>
  Object.values(rules).flatMap((list) => list.flatMap((rule) => rule.keys)),
);
const attributeKey = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(...KEYS.filter((key) => !key.startsWith('event ')))
      .map((key) => key.replace('*', '0.message.role')),
  },
  fc.constantFrom(
    'a',
    'a.b',
    'a.b.c',
    '__proto__',
    'constructor.prototype.x',
    '',
    '.',
    'user',
    'kind',
    'model',
    'weave.kind',
  ),
  fc.string({ maxLength: 12 }),
);
const eventName = fc.oneof(
  fc.constantFrom(
    ...KEYS.filter((key) => key.startsWith('event ')).map((key) => key.slice('event '.length)),
    'exception',
  ),
  fc.string({ maxLength: 12 }),
);

const message = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.string({ maxLength: 20 }),
    fc.integer(),
    fc.constantFrom(null, true, 1.5, '', '{}', '[', 'user', 'assistant', 'tool', 'text', 'tool_call', 'function_call'),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'role',
        'content',
        'parts',
        'type',
        'text',
        'tool_calls',
        'id',
        'name',
        'arguments',
        'function',
        'message',
        'lc',
        'kwargs',
        'choices',
        'usage',
        '__proto__',
      ),
      tie('any'),
      { maxKeys: 4 },
    ),
  ),
})).any;

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ maxLength: 30, unit: 'binary' }),
    message.map((data) => JSON.stringify(data) ?? 'null'),
    fc.constantFrom(
      'LLM',
      'TOOL',
      'chat',
      'execute_tool',
      'invoke_agent',
      'ai.generateText.doGenerate',
      '12',
      '-1',
      'NaN',
      '1e400',
    ),
    fc.integer(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.string({ maxLength: 5 }), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
})).value;

const attributes: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(attributeKey, value), { maxLength: 12 })
  .map((entries) => new Map(entries));

const span: fc.Arbitrary<Span> = fc
  .record({
    name: fc.string({ maxLength: 200, unit: 'binary' }),
    scope: fc.oneof(
      fc.constantFrom(
        'ai',
        'gen_ai',
        'strands-agents',
        'livekit-agents',
        'logfire',
        'com.anthropic.claude_code.tracing',
      ),
      fc.string({ maxLength: 20 }),
    ),
    attributes,
    events: fc.array(fc.tuple(eventName, attributes), { maxLength: 3 }),
    code: fc.integer({ min: 0, max: 3 }),
    message: fc.string({ maxLength: 20 }),
    startNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    endNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    parent: fc.constantFrom('', '1111111111111111', 'b7ad6b7169203331'),
  })
  .map(({ name, scope, attributes, events, code, message, startNs, endNs, parent }) => ({
    ...spanOf({ name, scope, parent, status: { code, message } }),
    startNs,
    endNs,
    attributes,
    events: events.map(([name, attributes]) => ({ name, timeNs: startNs, attributes, droppedAttributesCount: 0 })),
  }));

/** Everything a span holds, so that a change of any of it shows. */
const frozenText = (one: Span) =>
  JSON.stringify(one, (_key, inner) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    if (inner instanceof Map) return ['Map', ...inner];
    return inner instanceof Uint8Array ? ['bytes', ...inner] : inner;
  });

const TOKENS: readonly (readonly [string, Value])[] = [
  ['gen_ai.operation.name', 'chat'],
  ['gen_ai.usage.input_tokens', 5],
  ['gen_ai.usage.output_tokens', 7],
];

describe(`mapping any span (FUZZ_SEED=${SEED})`, () => {
  it('gives a call that Weave can take, the same bytes each time, and leaves the span as it was', () => {
    fc.assert(
      fc.property(span, (one) => {
        const before = frozenText(one);
        const failures: unknown[] = [];
        const map = () =>
          createMapper({ version: '0', onFailure: (reason) => failures.push(reason) })([
            { span: one, project: PROJECT },
          ]);
        const [call] = map().calls;
        const text = call?.json.toString() ?? '';
        const record = JSON.parse(text);
        expect(failures).toEqual([]);
        expect(record).toMatchObject({ id: one.spanId, trace_id: one.traceId, project_id: PROJECT });
        expect(record.op_name.length).toBeGreaterThan(0);
        expect(record.op_name.length).toBeLessThanOrEqual(128);
        expect((record.display_name ?? '').length).toBeLessThanOrEqual(1024);
        for (const field of ['attributes', 'inputs', 'summary', 'otel_dump']) {
          expect([field, typeof record[field], Array.isArray(record[field])]).toEqual([field, 'object', false]);
        }
        expect(record.started_at <= record.ended_at).toBe(true);
        if (one.status.code === 2) expect(record.exception).toMatch(/\S/);
        for (const counts of Object.values(record.summary.usage ?? {})) {
          for (const count of Object.values(counts as Record<string, unknown>))
            expect(Number.isSafeInteger(count)).toBe(true);
        }
        expect(map().calls[0]?.json.toString()).toBe(text);
        expect(frozenText(one)).toBe(before);
      }),
      { numRuns: 1500, seed: SEED },
    );
  });

  it('loses no attribute: each is in the dump', () => {
    fc.assert(
      fc.property(attributes, (given) => {
        const [call] = createMapper({ version: '0' })([
          { span: { ...spanOf(), attributes: given }, project: PROJECT },
        ]).calls;
        const dump = JSON.stringify(JSON.parse(call?.json.toString() ?? '').otel_dump.attributes);
        for (const key of given.keys()) for (const part of key.split('.')) expect(dump).toContain(JSON.stringify(part));
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('names the members of the attributes, but for what other spans decide to show, also in calls written anew', () => {
    const more = fc.subarray<readonly [string, Value]>([...TOKENS, ['wandb.attributes', '{"said":{"__proto__":1}}']]);
    const trace = fc.array(fc.record({ one: span, isBelow: fc.boolean(), more }), { maxLength: 4 });
    const settings = fc.record({
      captureContent: fc.boolean(),
      usage: fc.constantFrom('leaf' as const, 'rollup' as const),
      redact: fc.constantFrom([], [{ value: /[a-f]/, replacement: 'x.y' }], [{ key: /a/, replacement: '-' }]),
    });
    fc.assert(
      fc.property(trace, settings, (parts, given) => {
        const map = createMapper({ version: '0', ...given });
        const spans = parts.map(({ one, isBelow, more }, at) => ({
          ...one,
          spanId: idOf(at),
          parentSpanId: isBelow ? idOf(at + 1) : one.parentSpanId,
          attributes: new Map([...one.attributes, ...more]),
        }));
        for (const one of spans.toReversed()) {
          const { calls, corrections } = map([{ span: one, project: PROJECT }]);
          for (const { json, attributeNames } of [...calls, ...(corrections?.() ?? [])]) {
            if (attributeNames === undefined) continue;
            const { usage_repeated: _, ...written } = JSON.parse(json.toString()).attributes;
            expect([...attributeNames].filter((name) => name !== 'usage_repeated').toSorted()).toEqual(
              Object.keys(written).toSorted(),
            );
          }
        }
      }),
      { numRuns: 500, seed: SEED },
    );
  });
});

const idOf = (number: number) => number.toString(16).padStart(16, '1') as SpanId;
