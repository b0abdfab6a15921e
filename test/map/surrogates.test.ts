import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mayHoldHalves, withoutHalves } from '../../src/map/surrogates.ts';
import { attributesOf, J, mapOne, type SpanSpec, spanOf } from '../support/spans.ts';

const HALVES = /\\u[dD][89a-fA-F]/;
/** As a sender writes it whose JSON library does not look at what it writes. */
const cut = (text: string) => J({ text }).replaceAll('\ud83d', '\\ud83d');
const SAD = '\ud83d';

describe('half a surrogate pair', () => {
  it.each<[string, SpanSpec]>([
    ['JSON in an attribute', { attributes: { a: cut(`sad ${SAD}`) } }],
    ['JSON in upper case', { attributes: { a: '{"a":"\\uD83D"}' } }],
    ['a second half', { attributes: { a: '{"a":"\\ude00\\ud83d"}' } }],
    ['a key of JSON', { attributes: { a: '{"\\ud83d":1}' } }],
    ['an event', { events: [{ name: 'e', attributes: { a: cut(SAD) } }] }],
    ['the resource', { resource: { a: cut(SAD) } }],
    [
      'a message',
      {
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.input.messages': `[{"role":"user","content":"sad \\ud83d"}]`,
          'gen_ai.output.messages': J([
            { role: 'assistant', tool_calls: [{ function: { name: 't', arguments: cut(SAD) } }] },
          ]),
        },
      },
    ],
    [
      'a quoted text',
      { scope: 'ai', attributes: { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.result': '"sad \\ud83d"' } },
    ],
  ])('in %s is U+FFFD in the call', (_where, spec) => {
    const text = J(mapOne(spec));
    expect(text.replaceAll('\\\\', '')).not.toMatch(HALVES);
    expect(text).toContain('\ufffd');
  });

  it.each([
    ['JSON in JSON', J({ a: cut(SAD) })],
    ['a list of JSON texts', [cut(SAD)]],
  ])('in %s is part of a text that is not unpacked', (_where, a) => {
    const text = J(mapOne({ attributes: { a } }));
    expect(text).toContain('\\\\ud83d');
    expect(text.replaceAll('\\\\', '')).not.toMatch(HALVES);
  });

  it('leaves whole pairs, NUL and backslashes as they are', () => {
    const json = '{"a":"\\ud83d\\ude00","b":"\\\\ud83d","c":"\\u0000","d":"\\\\\\\\\\ud83d\\uDE00"}';
    expect(withoutHalves(json)).toBe(json);
    const call = mapOne({ attributes: { a: json, b: 'nul \u0000 here' } });
    expect(call['attributes']).toMatchObject({ a: JSON.parse(json), b: 'nul \u0000 here' });
  });

  it('is found in any text, and nothing else changes', () => {
    const part = fc.constantFrom('\\ud83d', '\\uDE00', '\\ud83d\\ude00', '\\\\', '\\n', 'ud83d', '\\u00e9', 'x');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const json = `"${parts.join('')}"`;
        expect(JSON.parse(withoutHalves(json))).toBe(JSON.parse(json).toWellFormed());
        expect(withoutHalves(json)).toHaveLength(json.length);
      }),
      { numRuns: 500 },
    );
  });

  it('is not looked for where there can be none', () => {
    const attributes = { a: 'C:\\ud83d', b: J({ text: 'é' }), c: 1 };
    expect(mayHoldHalves(spanOf({ attributes }))).toBe(false);
    expect(mayHoldHalves(spanOf({ attributes: { a: { b: cut(SAD) } } }))).toBe(true);
    const link = { traceId: '', spanId: '', traceState: '', flags: 0, droppedAttributesCount: 0 };
    expect(mayHoldHalves({ ...spanOf(), links: [{ ...link, attributes: attributesOf({ a: cut(SAD) }) }] })).toBe(true);
  });
});
