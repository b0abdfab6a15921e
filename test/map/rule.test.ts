import { describe, expect, it } from '@jest/globals';
import { decoded } from '../../src/map/json-text.ts';
import { gather, named, sinceStart, texts } from '../../src/map/rule.ts';
import { viewOf } from '../../src/map/span-view.ts';
import { spanOf } from '../support/spans.ts';

const START = 1_795_160_700_000_000_000n; // 2026-11-20T07:45:00Z
const view = (attributes: Readonly<Record<string, unknown>>, startNs = START) =>
  viewOf(spanOf({ startNs, attributes }));

describe('a rule', () => {
  it.each<[unknown, bigint, number | undefined]>([
    ['2026-11-20T07:45:00.125Z', START, 125],
    ['"2026-11-20T07:45:00.125Z"', START, 125],
    ['2026-11-20T07:44:59.000Z', START, undefined],
    ['soon', START, undefined],
    ['2026-11-20T07:45:00.125Z', 0n, undefined],
  ])('for a moment reads %j after start %d as %j ms', (value, startNs, expected) => {
    expect(sinceStart('at').read(view({ at: value }, startNs))).toBe(expected);
  });

  it('for parameters turns booleans sent as text into booleans', () => {
    const rule = gather({ 'llm.is_streaming': 'stream', 'llm.user': 'user' });
    expect(rule.read(view({ 'llm.is_streaming': 'True', 'llm.user': 'Trudy' }))).toEqual({
      stream: true,
      user: 'Trudy',
    });
    expect(rule.read(view({ 'llm.is_streaming': 'false' }))).toEqual({ stream: false });
    expect(rule.read(view({}))).toBeUndefined();
  });

  it('for a name passes over the `none` of Micrometer', () => {
    expect(named('a', 'b').read(view({ a: 'none', b: 'gpt-4o' }))).toBe('gpt-4o');
    expect(named('a').read(view({ a: 'none' }))).toBeUndefined();
  });
});

describe('a list of texts', () => {
  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a, b', ['a', 'b']],
    ['', undefined],
    [[], undefined],
    [7, undefined],
  ])('in %j is %j', (value, expected) => {
    expect(texts(value)).toEqual(expected);
  });
});

describe('a value encoded as JSON once more', () => {
  it.each<[unknown, unknown]>([
    ['"text"', 'text'],
    ['"{\\"a\\":1}"', { a: 1 }],
    ['"cut', '"cut'],
    ['plain', 'plain'],
    [{ a: 1 }, { a: 1 }],
  ])('%j is %j', (value, expected) => {
    expect(decoded(value)).toEqual(expected);
  });
});
