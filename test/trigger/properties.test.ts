/** The rules against the plainest way to say the same: the call parsed as a whole, each condition asked for itself. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/core/call.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createCounters } from '../../src/core/counters.ts';
import { valuesAt } from '../../src/core/field-path.ts';
import { silentLog } from '../../src/core/log.ts';
import type { Trigger } from '../../src/core/ports.ts';
import type { Condition, FieldTest, ScoringRule } from '../../src/core/rule.ts';
import type { TraceId } from '../../src/core/span.ts';
import { createMatch } from '../../src/trigger/match.ts';
import { ruleSet } from '../../src/trigger/rule-set.ts';
import { isSampled } from '../../src/trigger/sampling.ts';
import { callIdOf, field, PROJECT, pathOf, scoringRule } from './world.ts';

const LONG = `${'a long text with "quotes" and \\ '.repeat(40)}refund`;
const TEXTS = ['llm', 'gpt-4o', 'tenant-1', 'refund é\u0001', '7', '7.0', '', ' ', 'true', LONG] as const;
const NUMBERS = [0, 7, -1.5, 8000] as const;

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const word = fc.constantFrom(...TEXTS);
const scalar = fc.oneof(word, fc.constantFrom(...NUMBERS), fc.boolean(), fc.constant(null));
const time = fc.constantFrom('08:00:00.000001Z', '08:00:01.500000Z', '08:00:12Z', '09:59:59.999999+02:00', 'never');
const at = time.map((text) => `2026-11-20T${text}`);

/** What stands before the attributes, these, and what stands behind, as the bridge writes them. */
const fields = fc.record({
  head: fc.record({
    parent_id: fc.constantFrom(null, 'aa'),
    op_name: word,
    started_at: at,
    ended_at: at,
    inputs: fc.record({ messages: maybe(fc.array(fc.record({ content: scalar }), { maxLength: 3 })) }),
    output: scalar,
  }),
  attributes: fc.record({
    weave: fc.record({ kind: maybe(word), eval: maybe(fc.constantFrom(...Array(9).fill(null), { run: 1 })) }),
    model: maybe(scalar),
    app: maybe(fc.record({ tenant: maybe(scalar) })),
    tags: maybe(fc.array(scalar, { maxLength: 3 })),
    otel_weave_bridge: maybe(fc.record({ rule: fc.constantFrom(null, 'judge') })),
  }),
  rest: fc.record({
    summary: fc.record({ usage: maybe(fc.dictionary(fc.constantFrom('a', 'gpt-4.1'), fc.record({ total: scalar }))) }),
    exception: maybe(word),
  }),
});

/** Where the sections begin is known of some calls only, and what the attributes are named of some of these. */
const call = fc
  .tuple(fields, fc.nat({ max: 5 }), fc.nat({ max: 99_999 }), fc.constantFrom('nothing', 'places', 'names'))
  .map(([{ head, attributes, rest }, trace, number, known]): Call => {
    const traceId = trace.toString(16).padStart(32, '0') as TraceId;
    const id = callIdOf(number);
    const front = JSON.stringify({ project_id: PROJECT, id, trace_id: traceId, ...head }).slice(0, -1);
    const middle = `,"attributes":${JSON.stringify(attributes)}`;
    const attributesAt = Buffer.byteLength(front);
    const json = Buffer.from(`${front}${middle},${JSON.stringify(rest).slice(1)}`);
    const places = { attributesAt, summaryAt: attributesAt + Buffer.byteLength(middle) };
    const names = known === 'names' ? { attributeNames: new Set(Object.keys(attributes)) } : {};
    return { projectId: PROJECT, id, traceId, json, ...(known !== 'nothing' && { ...places, ...names }) };
  });

const path = fc.constantFrom(
  ...['id', 'parent_id', 'op_name', 'duration_ms', 'output', 'inputs.messages.*.content', 'inputs.messages.1.content'],
  ...['attributes.weave.kind', 'attributes.model', 'attributes.app.tenant', 'attributes.tags', 'attributes.tags.0'],
  ...['attributes.*.kind', 'attributes.nothing', 'summary.usage.*.total', 'summary.usage."gpt-4.1".total', 'exception'],
);
const test: fc.Arbitrary<FieldTest> = fc.oneof(
  fc.record({ operator: fc.constant('eq' as const), value: word }),
  fc.record({
    operator: fc.constantFrom('ne' as const, 'contains' as const, 'starts_with' as const, 'ends_with' as const),
    value: word,
  }),
  fc.record({
    operator: fc.constantFrom('gt' as const, 'gte' as const, 'lt' as const, 'lte' as const),
    value: fc.constantFrom(...NUMBERS),
  }),
  fc.record({ operator: fc.constant('in' as const), value: fc.array(word, { maxLength: 3 }) }),
  fc.record({ operator: fc.constant('matches' as const), value: fc.constantFrom(/^t/, /refund$/, /\d/) }),
  fc.record({ operator: fc.constant('exists' as const), value: fc.boolean() }),
);
const condition = fc.letrec<{ node: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.tuple(path, test).map(([text, one]) => field(text, one)),
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.record({
      type: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('not' as const), of: tie('node') }),
  ),
})).node;

const rules = fc
  .array(
    fc.record({
      when: condition,
      sample: fc.constantFrom(1, 1, 0.5, 0),
      sampleBy: fc.constantFrom('trace' as const, 'call' as const),
      salt: fc.constantFrom('', 's'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) => all.map((one, number) => scoringRule({ name: `rule-${number}`, ...one })));

const isText = (value: unknown) => typeof value === 'string';
const isSame = (value: unknown, text: string) =>
  typeof value === 'number'
    ? String(value) === text || (text.trim() !== '' && Number(text) === value)
    : (isText(value) || typeof value === 'boolean') && String(value) === text;
const numberOf = (value: unknown) =>
  typeof value === 'number' || (isText(value) && value.trim() !== '') ? Number(value) : Number.NaN;

function passes(value: unknown, { operator, value: wanted }: FieldTest): boolean {
  switch (operator) {
    case 'eq':
    case 'ne':
      return isSame(value, wanted);
    case 'in':
      return wanted.some((text) => isSame(value, text));
    case 'contains':
      return Array.isArray(value)
        ? value.some((item) => isSame(item, wanted))
        : isText(value) && value.includes(wanted);
    case 'starts_with':
      return isText(value) && value.startsWith(wanted);
    case 'ends_with':
      return isText(value) && value.endsWith(wanted);
    case 'matches':
      return isText(value) && wanted.test(value.slice(0, 1000));
    case 'gt':
      return numberOf(value) > wanted;
    case 'gte':
      return numberOf(value) >= wanted;
    case 'lt':
      return numberOf(value) < wanted;
    case 'lte':
      return numberOf(value) <= wanted;
    case 'exists':
      return value !== null;
  }
}

type Parsed = Readonly<Record<string, unknown>>;

function isMet(one: Condition, parsed: Parsed): boolean {
  switch (one.type) {
    case 'all':
      return one.of.every((part) => isMet(part, parsed));
    case 'any':
      return one.of.some((part) => isMet(part, parsed));
    case 'not':
      return !isMet(one.of, parsed);
    case 'field':
      return isFieldMet(one, parsed);
  }
}

function isFieldMet({ field: path, test: wanted }: Extract<Condition, { type: 'field' }>, parsed: Parsed): boolean {
  const duration = Date.parse(String(parsed['ended_at'])) - Date.parse(String(parsed['started_at']));
  const values = path.text === 'duration_ms' ? [duration] : valuesAt(parsed, path);
  const isPassed = values.some((value) => passes(value, wanted));
  const isOpposite = wanted.operator === 'ne' || (wanted.operator === 'exists' && !wanted.value);
  return isOpposite ? !isPassed : isPassed;
}

const has = (parsed: Parsed, text: string) => valuesAt(parsed, pathOf(text)).some((value) => value !== null);

/** What the rules pick of the calls of one request. */
function expectedOf(calls: readonly Call[], all: readonly ScoringRule[]): readonly string[] {
  const parsed = calls.map(({ json }): Parsed => JSON.parse(json.toString()));
  const evaluations = new Set(calls.flatMap(({ traceId }, n) => (has(parsed[n] ?? {}, EVAL) ? [traceId] : [])));
  return calls.flatMap(({ id, traceId }, number) => {
    const one = parsed[number] ?? {};
    if (evaluations.has(traceId) || has(one, 'attributes.otel_weave_bridge.rule')) return [];
    return all.flatMap(({ name, when, sample, sampleBy, salt }) =>
      isSampled(sampleBy === 'trace' ? traceId : traceId + id, salt, sample) && isMet(when, one)
        ? [`${name} ${id}`]
        : [],
    );
  });
}

const EVAL = 'attributes.weave.eval';
/** Of one call the rules may come in any order. */
const picksOf = (triggers: readonly Trigger[]) => triggers.map(({ rule, callId }) => `${rule} ${callId}`).toSorted();

describe('the rules', () => {
  it('pick what the plainest reading of them picks, and count each call once a rule', () => {
    let picked = 0;
    fc.assert(
      fc.property(rules, fc.array(call, { minLength: 1, maxLength: 12 }), (all, calls) => {
        const counters = createCounters();
        const match = createMatch({ clock: systemClock, counters, log: silentLog }, ruleSet(all, []));
        const expected = expectedOf(calls, all).toSorted();
        // Again: what is kept of earlier calls changes nothing.
        for (const _ of [1, 2]) expect(picksOf(match(calls))).toEqual(expected);
        picked += expected.length;
        for (const { name } of all) {
          const own = counters.all().filter(({ labels }) => labels['rule'] === name);
          const matched = own.find(({ labels }) => labels['outcome'] === 'matched')?.value;
          expect(matched).toBe(2 * expected.filter((pick) => pick.startsWith(`${name} `)).length);
          expect(own.reduce((sum, { value }) => sum + value, 0)).toBe(2 * calls.length);
        }
      }),
      { numRuns: 1000 },
    );
    expect(picked).toBeGreaterThan(1000);
  });
});
