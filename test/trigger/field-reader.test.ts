import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FieldPath, parseFieldPath, valuesAt } from '../../src/core/field-path.ts';
import { createMapper } from '../../src/map/map-spans.ts';
import { createFieldReader } from '../../src/trigger/field-reader.ts';
import { behindIds } from '../../src/trigger/sections.ts';
import { J, PROJECT, spanOf } from '../support/spans.ts';

function path(text: string): FieldPath {
  const parsed = parseFieldPath(text);
  if (!parsed) throw new Error(`no path: ${text}`);
  return parsed;
}

/** Reads the paths of a call as the reader does, all with one reader. */
function readAll(texts: readonly string[], json: string): Record<string, readonly unknown[]> {
  const reader = createFieldReader(texts.map(path));
  reader.open({ json: Buffer.from(json) });
  return Object.fromEntries(texts.map((text, at) => [text, reader.values(at)]));
}

const CALL = {
  id: '00000000000000aa',
  parent_id: null,
  op_name: 'chat',
  attributes: { weave: { kind: 'llm' }, 'odd "key"': 1, deep: { list: [{ a: 1 }, { a: [2, 3] }, 'x'] }, empty: {} },
  inputs: {
    messages: [
      { role: 'user', content: 'Grüß "dich" \\ \n' },
      { role: 'assistant', content: '…' },
    ],
  },
  output: 12.5,
  summary: { usage: { 'gpt-4.1': { total_tokens: 7 }, other: { total_tokens: 9 } } },
};

describe('the field reader', () => {
  it.each([
    ['op_name', ['chat']],
    ['parent_id', [null]],
    ['exception', []],
    ['attributes.weave.kind', ['llm']],
    ['attributes.weave', [{ kind: 'llm' }]],
    ['attributes.empty.x', []],
    ['attributes.deep.list.1.a.0', [2]],
    ['attributes.deep.list.*.a', [1, [2, 3]]],
    ['attributes.deep.list.7', []],
    ['inputs.messages.0.content', ['Grüß "dich" \\ \n']],
    ['inputs.messages.*.role', ['user', 'assistant']],
    ['output', [12.5]],
    ['output.0', []],
    ['summary.usage."gpt-4.1".total_tokens', [7]],
    ['summary.usage.*.total_tokens', [7, 9]],
  ])('finds the values at %s', (text, expected) => {
    const json = JSON.stringify(CALL);
    expect(readAll([text], json)[text]).toEqual(expected);
    expect(valuesAt(CALL, path(text))).toEqual(expected);
  });

  it('finds the same as a parser, whatever the call holds and however its values are spaced', () => {
    const key = fc.constantFrom('a', 'b', '0', '1', 'é"\\', 'long key that goes on and on and on and on and on and on');
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    const texts = ['x.a', 'x.*', 'x.*.b', 'x.b.0', 'x.b.*.a', 'x.1.1', 'y', 'y.a.a', 'z'];
    const reader = createFieldReader(texts.map(path));
    fc.assert(
      fc.property(fc.record({ x: value, y: value }), fc.constantFrom('', ' ', '\n\t'), ({ x, y }, space) => {
        const json = `{"x":${JSON.stringify(x, null, space)},"y":${JSON.stringify(y, null, space)}}`;
        reader.open({ json: Buffer.from(json) });
        const call: unknown = JSON.parse(json);
        for (const [at, text] of texts.entries()) {
          expect([...reader.values(at)].map(sortable).sort()).toEqual(valuesAt(call, path(text)).map(sortable).sort());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('forgets one call when it opens the next', () => {
    const reader = createFieldReader(['op_name', 'output', 'attributes.a'].map(path));
    reader.open({ json: Buffer.from('{"op_name":"one","attributes":{"a":"x"},"output":1}') });
    expect([0, 1, 2].map((at) => reader.values(at))).toEqual([['one'], [1], ['x']]);
    reader.open({ json: Buffer.from('{"op_name":"one","attributes":{}}') });
    expect([2, 1, 0].map((at) => reader.values(at))).toEqual([[], [], ['one']]);
  });

  it.each([
    ['plain', true],
    ['°C', true],
    ['nowhere', false],
  ])('knows without parsing whether %s may stand in a text', (needle, expected) => {
    const reader = createFieldReader([path('output')]);
    reader.open({ json: Buffer.from(JSON.stringify({ output: 'plain text, 18°C' })) });
    expect(reader.mayHold(0, Buffer.from(needle))).toBe(expected);
  });

  it.each([
    ['first', true],
    ['third', true],
    ['nowhere', false],
  ])('knows of %s in one of many texts', (needle, expected) => {
    const reader = createFieldReader([path('output.*.text')]);
    reader.open({
      json: Buffer.from(JSON.stringify({ output: ['first', 'second', 'third'].map((text) => ({ text })) })),
    });
    expect(reader.mayHold(0, Buffer.from(needle))).toBe(expected);
  });

  it('does not trust bytes where letters are escaped', () => {
    const reader = createFieldReader([path('output')]);
    reader.open({ json: Buffer.from('{"output":"pl\\u0061in"}') });
    expect(reader.mayHold(0, Buffer.from('plain'))).toBe(true);
    expect(reader.values(0)).toEqual(['plain']);
  });

  /** Calls as the bridge writes them, plain and with letters of several bytes before the summary. */
  const mapped = ['plain', 'Grüße 18°C 你好 👋'].flatMap((said) => {
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 5, said, input: J({ said }) };
    const span = spanOf({ attributes, status: { code: 2, message: said } });
    return createMapper({ version: '1' })([{ span, project: PROJECT }]).calls;
  });

  it('may stop at the dump of the span, which the bridge writes last', () => {
    for (const { json } of mapped) expect(Object.keys(JSON.parse(json.toString())).at(-1)).toBe('otel_dump');
  });

  it('may begin at the summary or the attributes, which the bridge says the places of', () => {
    expect(mapped).toHaveLength(2);
    for (const { json, attributesAt, summaryAt } of mapped) {
      expect(json.subarray(attributesAt, (attributesAt ?? 0) + 15).toString()).toBe(',"attributes":{');
      const front = Object.keys(JSON.parse(`${json.subarray(0, attributesAt)}}`));
      expect(front).toEqual(expect.arrayContaining(['op_name', 'started_at', 'inputs', 'output']));
      expect(json.subarray(summaryAt, (summaryAt ?? 0) + 12).toString()).toBe(',"summary":{');
    }
  });

  it('may look for nothing that is not among the names of the attributes', () => {
    for (const { json, attributeNames } of mapped) {
      expect([...(attributeNames ?? [])]).toEqual(Object.keys(JSON.parse(json.toString()).attributes));
    }
  });

  it('shares the names between calls of one form, and says none where they may be others', () => {
    const map = createMapper({ version: '1' });
    const namesOf = (attributes: Record<string, string>) =>
      map([{ span: spanOf({ attributes }), project: PROJECT }]).calls[0]?.attributeNames;
    expect(namesOf({ said: 'one' })?.has('said')).toBe(true);
    expect(namesOf({ said: 'two' })).toBe(namesOf({ said: 'one' }));
    expect(namesOf({ 'wandb.attributes': J({ said: 'one' }) })).toBeUndefined();
  });

  it('finds what other spans decide to show, which is not named', () => {
    const json = Buffer.from(J({ attributes: { model: 'm', usage_repeated: { m: { requests: 1 } } }, summary: {} }));
    const [attributesAt, summaryAt] = ['"attributes"', ',"summary"'].map((key) => json.indexOf(key));
    const reader = createFieldReader(['attributes.usage_repeated.m.requests', 'attributes.model'].map(path));
    for (const name of ['model', 'other']) {
      reader.open({ json, attributesAt, summaryAt, attributeNames: new Set([name]) });
      expect(reader.values(0)).toEqual([1]);
      expect(reader.values(1)).toEqual(name === 'model' ? ['m'] : []);
    }
  });

  it('reads each member of a field once, however many paths lead into it', () => {
    const reader = createFieldReader(['attributes.weave.kind', 'attributes.model', 'attributes.weave.eval'].map(path));
    reader.open({ json: Buffer.from(J({ attributes: { weave: { kind: 'llm', eval: 'e' }, model: 'm' } })) });
    expect([0, 1, 2].map((number) => reader.values(number))).toEqual([['llm'], ['m'], ['e']]);
  });

  it('may begin behind the ids, whose lengths are known', () => {
    for (const call of mapped) {
      expect(call.json.subarray(0, behindIds(call)).toString()).toBe(
        `{"project_id":"${call.projectId}","id":"${call.id}","trace_id":"${call.traceId}"`,
      );
      expect(behindIds({ ...call, json: Buffer.from(`{ ${call.json.toString().slice(1)}`) })).toBe(1);
    }
  });

  it.each([
    ['with the ids', ['id', 'trace_id', 'project_id']],
    ['without the ids', []],
  ])('finds the same from the front as from the summary, in any order, %s', (_, ids) => {
    const texts = [
      ...ids,
      'parent_id',
      'exception',
      'attributes.said',
      'summary.status_counts.error',
      'op_name',
      'inputs.no',
      'output',
      'summary',
      'thread_id',
      'attributes.no',
      'otel_dump.name',
    ];
    for (const { json, projectId, attributesAt, summaryAt, attributeNames } of mapped) {
      const whole: unknown = JSON.parse(json.toString());
      const reader = createFieldReader(texts.map(path));
      const places = { json, projectId, attributesAt, summaryAt };
      for (const call of [{ ...places, attributeNames }, places, { json }]) {
        for (const order of [texts, texts.toReversed()]) {
          reader.open(call);
          const found = order.map((text) => reader.values(texts.indexOf(text)));
          expect(found).toEqual(order.map((text) => valuesAt(whole, path(text))));
        }
      }
    }
  });
});

/** Members of an object come in no order. */
const sortable = (value: unknown) => JSON.stringify(value);
